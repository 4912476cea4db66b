"""Translates a small YAML program into Pulumi's other languages, as their SDKs are generated from the schema.

`pulumi convert` does this for programs, but its generators for C# and Java come with the installer only. A program here
is one function call or one resource, and outputs that are properties of it; anything else raises.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import yaml

GO_SDK = "github.com/alicloud-esa/pulumi-alicloud-esa/sdk/go/alicloudesa"
LANGUAGES = ("typescript", "python", "go", "csharp", "java", "yaml")


@dataclass(frozen=True)
class Program:
    """A call or a resource, and what is exported of it."""

    variable: str
    name: str
    is_function: bool
    arguments: dict[str, Any]
    outputs: dict[str, str]


def read(source: dict[str, Any]) -> Program:
    """The program in `source`."""
    calls, resources = source.get("variables", {}), source.get("resources", {})
    ((variable, body),) = {**calls, **resources}.items()
    token, arguments = (
        (body["fn::invoke"]["function"], body["fn::invoke"]["arguments"])
        if calls
        else (body["type"], body["properties"])
    )
    outputs = {}
    for name, expression in source["outputs"].items():
        found = re.fullmatch(rf"\$\{{{variable}\.(\w+)\}}", expression)
        if found is None:
            raise ValueError(f"{expression}: not a property of {variable}")
        outputs[name] = found[1]
    return Program(variable, token.rsplit(":", 1)[1], bool(calls), arguments, outputs)


def markdown(source: dict[str, Any]) -> str:
    """The examples section of a description, all languages in it."""
    program = read(source)
    blocks = [f"```{language}\n{RENDERERS[language](program, source)}```" for language in LANGUAGES]
    example = "\n\n".join([f"### {source['title']}", *blocks])
    lines = [
        "{{% examples %}}",
        "## Example Usage",
        "",
        "{{% example %}}",
        example,
        "{{% /example %}}",
        "{{% /examples %}}",
    ]
    return "\n".join(lines)


def snake(name: str) -> str:
    """`siteId` -> `site_id`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def pascal(name: str) -> str:
    """`siteId` -> `SiteId`."""
    return name[:1].upper() + name[1:]


def _indent(text: str, levels: int, step: str = "    ") -> str:
    return "".join(f"{step * levels}{line}\n" if line else "\n" for line in text.splitlines())


def _typescript(program: Program, source: dict[str, Any]) -> str:
    def value(item: Any) -> str:
        if isinstance(item, dict):
            return "{ " + ", ".join(f"{key}: {value(inner)}" for key, inner in item.items()) + " }"
        return f"[{', '.join(map(value, item))}]" if isinstance(item, list) else json.dumps(item)

    fields = _indent("".join(f"{key}: {value(item)},\n" for key, item in program.arguments.items()), 1)
    start = f"{program.name}Output(" if program.is_function else f'{program.name}("{program.variable}", '
    call = f"{'' if program.is_function else 'new '}esa.{start}{{\n{fields}}})"
    exports = "".join(f"export const {key} = {program.variable}.{field};\n" for key, field in program.outputs.items())
    return f'import * as esa from "pulumi-alicloud-esa";\n\nconst {program.variable} = {call};\n\n{exports}'


def _python(program: Program, source: dict[str, Any]) -> str:
    def value(item: Any) -> str:
        if isinstance(item, dict):
            inner = ", ".join(f"{snake(key)}={value(field)}" for key, field in item.items())
            return f"esa.{NESTED}({inner})"
        if isinstance(item, list):
            return f"[{', '.join(map(value, item))}]"
        return str(item) if isinstance(item, bool) else json.dumps(item)

    fields = _indent("".join(f"{snake(key)}={value(item)},\n" for key, item in program.arguments.items()), 1)
    start = (
        f"{snake(program.name)}_output(\n" if program.is_function else f'{program.name}(\n    "{program.variable}",\n'
    )
    exports = "".join(
        f'pulumi.export("{key}", {program.variable}.{snake(field)})\n' for key, field in program.outputs.items()
    )
    return f"import pulumi\nimport pulumi_alicloud_esa as esa\n\n{program.variable} = esa.{start}{fields})\n{exports}"


def _go(program: Program, source: dict[str, Any]) -> str:
    def value(item: Any) -> str:
        if isinstance(item, dict):
            inner = ", ".join(f"{pascal(key)}: {value(field)}" for key, field in item.items())
            return f"alicloudesa.{NESTED}Args{{{inner}}}"
        if isinstance(item, list):
            kind = f"alicloudesa.{NESTED}Array" if isinstance(item[0], dict) else "pulumi.StringArray"
            return f"{kind}{{{', '.join(map(value, item))}}}"
        kind = {bool: "Bool", int: "Int", str: "String"}[type(item)]
        return f"pulumi.{kind}({json.dumps(item)})"

    width = max(map(len, program.arguments)) + 1
    fields = "".join(f"{pascal(key) + ':':{width}} {value(item)},\n" for key, item in program.arguments.items())
    if program.is_function:
        start = f"{program.variable} := alicloudesa.{program.name[:1].upper()}{program.name[1:]}Output(ctx, "
        call = f"{start}alicloudesa.{pascal(program.name)}OutputArgs{{\n{_indent(fields, 1, TAB)}}})\n"
    else:
        start = f'{program.variable}, err := alicloudesa.New{program.name}(ctx, "{program.variable}", '
        check = "if err != nil {\n\treturn err\n}\n"
        call = f"{start}&alicloudesa.{program.name}Args{{\n{_indent(fields, 1, TAB)}}})\n{check}"
    of = "{0}.{1}()" if program.is_function else "{0}.{1}"
    exports = "".join(
        f'ctx.Export("{key}", {of.format(program.variable, pascal(field))})\n' for key, field in program.outputs.items()
    )
    body = _indent(f"{call}{exports}return nil\n", 2, TAB)
    imports = f'import (\n\t"{GO_SDK}"\n\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi"\n)\n'
    return (
        f"package main\n\n{imports}\nfunc main() {{\n\tpulumi.Run(func(ctx *pulumi.Context) error {{\n{body}\t}})\n}}\n"
    )


def _csharp(program: Program, source: dict[str, Any]) -> str:
    def value(item: Any) -> str:
        if isinstance(item, dict):
            inner = ", ".join(f"{pascal(key)} = {value(field)}" for key, field in item.items())
            return f"new AlicloudEsa.Inputs.{NESTED}InputArgs {{ {inner} }}"
        if isinstance(item, list):
            return f"new[] {{ {', '.join(map(value, item))} }}"
        return json.dumps(item)

    fields = _indent("".join(f"{pascal(key)} = {value(item)},\n" for key, item in program.arguments.items()), 1)
    start = f"{pascal(program.name)}.Invoke(" if program.is_function else f'{program.name}("{program.variable}", '
    call = f"{'' if program.is_function else 'new '}AlicloudEsa.{start}new()\n{{\n{fields}}})"
    of = "{0}.Apply(result => result.{1})" if program.is_function else "{0}.{1}"
    exports = "".join(
        f'["{key}"] = {of.format(program.variable, pascal(field))},\n' for key, field in program.outputs.items()
    )
    body = f"var {program.variable} = {call};\n\nreturn new Dictionary<string, object?>\n{{\n{_indent(exports, 1)}}};\n"
    return (
        "using System.Collections.Generic;\nusing Pulumi;\nusing AlicloudEsa = Pulumi.AlicloudEsa;\n\n"
        f"return await Deployment.RunAsync(() =>\n{{\n{_indent(body, 1)}}});\n"
    )


def _java(program: Program, source: dict[str, Any]) -> str:
    package = "com.pulumi.alicloudesa"

    def value(item: Any) -> str:
        if isinstance(item, dict):
            inner = "".join(f".{key}({value(field)})" for key, field in item.items())
            return f"{NESTED}Args.builder(){inner}.build()"
        return ", ".join(map(value, item)) if isinstance(item, list) else json.dumps(item)

    builder = "".join(f".{key}({value(item)})\n" for key, item in program.arguments.items()) + ".build()"
    if program.is_function:
        args, home = f"{package}.inputs.{pascal(program.name)}Args", f"{package}.AlicloudesaFunctions"
        call = (
            f"final var {program.variable} = AlicloudesaFunctions.{program.name}({pascal(program.name)}Args.builder()\n"
        )
    else:
        args, home = f"{package}.{program.name}Args", f"{package}.{program.name}"
        start = f'var {program.variable} = new {program.name}("{program.variable}", '
        call = f"{start}{program.name}Args.builder()\n"
    nested = [f"{package}.inputs.{NESTED}Args"] if f"{NESTED}Args" in builder else []
    imports = "".join(f"import {name};\n" for name in sorted([args, home, "com.pulumi.Pulumi", *nested]))
    of = "{0}.applyValue(result -> result.{1}())" if program.is_function else "{0}.{1}()"
    exports = "".join(
        f'ctx.export("{key}", {of.format(program.variable, field)});\n' for key, field in program.outputs.items()
    )
    body = f"{call}{_indent(builder + ');', 1)}\n{exports}"
    return (
        f"package generated_program;\n\n{imports}\npublic class App {{\n"
        "    public static void main(String[] args) {\n        Pulumi.run(ctx -> {\n"
        f"{_indent(body, 3)}        }});\n    }}\n}}\n"
    )


def _yaml(program: Program, source: dict[str, Any]) -> str:
    body = {key: item for key, item in source.items() if key != "title"}
    return yaml.safe_dump({"name": "example", "runtime": "yaml", **body}, sort_keys=False, width=100)


TAB = "\t"
# The only object that any input takes.
NESTED = "ExpectedScheduledPreloadJob"
RENDERERS: dict[str, Callable[[Program, dict[str, Any]], str]] = {
    "typescript": _typescript,
    "python": _python,
    "go": _go,
    "csharp": _csharp,
    "java": _java,
    "yaml": _yaml,
}
