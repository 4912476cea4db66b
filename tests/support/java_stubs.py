"""Empty Java classes with the names and types that Pulumi's generator gives a schema, enough to compile against."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PACKAGE = "com.pulumi.alicloudesa"
CORE = {
    "com.pulumi.core.Output": (
        "public class Output<T> {"
        " public <U> Output<U> applyValue(java.util.function.Function<T, U> f) { return null; } }"
    ),
    "com.pulumi.Context": (
        "public interface Context { Context export(String name, com.pulumi.core.Output<?> output); }"
    ),
    "com.pulumi.Pulumi": (
        "public class Pulumi { public static void run(java.util.function.Consumer<Context> stack) {} }"
    ),
}
_SCALARS = {"string": "String", "integer": "Integer", "boolean": "Boolean", "number": "Double"}


def write(schema: dict[str, Any], folder: Path) -> None:
    """Write the classes of Pulumi's core and of this schema under `folder`."""
    classes = dict(CORE)
    for token, entry in schema["types"].items():
        if "enum" in entry:
            continue
        name = token.rsplit(":", 1)[1]
        classes[f"{PACKAGE}.inputs.{name}Args"] = _builder(f"{name}Args", entry["properties"])
        classes[f"{PACKAGE}.outputs.{name}"] = _getters(name, entry["properties"], "{0}")
    functions = []
    for token, entry in schema["functions"].items():
        name = token.rsplit(":", 1)[1]
        upper = name[:1].upper() + name[1:]
        classes[f"{PACKAGE}.inputs.{upper}Args"] = _builder(f"{upper}Args", entry["inputs"]["properties"])
        classes[f"{PACKAGE}.outputs.{upper}Result"] = _getters(f"{upper}Result", entry["outputs"]["properties"], "{0}")
        result, args = f"com.pulumi.core.Output<{PACKAGE}.outputs.{upper}Result>", f"{PACKAGE}.inputs.{upper}Args"
        functions.append(f"public static {result} {name}({args} args) {{ return null; }}")
    classes[f"{PACKAGE}.AlicloudesaFunctions"] = f"public class AlicloudesaFunctions {{ {' '.join(functions)} }}"
    for token, entry in schema["resources"].items():
        name = token.rsplit(":", 1)[1]
        classes[f"{PACKAGE}.{name}Args"] = _builder(f"{name}Args", entry["inputProperties"])
        constructor = f"public {name}(String name, {name}Args args) {{}}"
        classes[f"{PACKAGE}.{name}"] = _getters(name, entry["properties"], "com.pulumi.core.Output<{0}>", constructor)
    for full_name, body in classes.items():
        package, _, simple = full_name.rpartition(".")
        target = folder / package.replace(".", "/") / f"{simple}.java"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f"package {package};\n{body}\n")


def _type(spec: dict[str, Any], kind: str) -> str:
    if "oneOf" in spec:
        # Of an enum beside a text, Pulumi's generator makes a text in what is answered.
        return _type(spec["oneOf"][0], kind)
    if "$ref" in spec:
        name = spec["$ref"].rsplit(":", 1)[1]
        return f"{PACKAGE}.inputs.{name}Args" if kind == "inputs" else f"{PACKAGE}.outputs.{name}"
    if spec["type"] == "array":
        return f"java.util.List<{_type(spec['items'], kind)}>"
    if spec["type"] == "object":
        return f"java.util.Map<String, {_type(spec['additionalProperties'], kind)}>"
    return _SCALARS[spec["type"]]


def _builder(name: str, properties: dict[str, Any]) -> str:
    methods = [f"public {name} build() {{ return null; }}"]
    for field, spec in properties.items():
        kind = _type(spec["items"], "inputs") + "..." if spec.get("type") == "array" else _type(spec, "inputs")
        methods.append(f"public Builder {field}({kind} value) {{ return this; }}")
    builder = f"public static class Builder {{ {' '.join(methods)} }}"
    return f"public class {name} {{ public static Builder builder() {{ return new Builder(); }} {builder} }}"


def _getters(name: str, properties: dict[str, Any], wrapper: str, *more: str) -> str:
    getters = [
        f"public {wrapper.format(_type(spec, 'outputs'))} {field}() {{ return null; }}"
        for field, spec in properties.items()
    ]
    return f"public class {name} {{ {' '.join([*more, *getters])} }}"
