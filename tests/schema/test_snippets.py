"""The examples in the schema's descriptions: the four languages that can run here run, Java compiles, C# is parsed.

There is no .NET on the registries that this project uses, so a mistake in C# that is neither one of grammar nor a wrong
name would go unnoticed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import tree_sitter
import tree_sitter_c_sharp

from tests.support import java_stubs
from tests.support.engine import ROOT, Engine
from tests.support.examples import EXAMPLES, NPM, made, node, outputs_section, program_of
from tests.support.home import HOME
from tests.support.language_host import go_program, hosted

SCHEMA = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))
ENTRIES: dict[str, dict[str, Any]] = {**SCHEMA["functions"], **SCHEMA["resources"]}
TOKENS = sorted(ENTRIES)
LANGUAGES = ("typescript", "python", "go", "csharp", "java", "yaml")


def snippets(token: str) -> dict[str, str]:
    return dict(re.findall(r"```(\w+)\n(.*?)```", ENTRIES[token]["description"], re.DOTALL))


def shown(text: str) -> str:
    """The outputs without nulls, which Node.js leaves out, and so without the padding that they cause."""
    lines = re.sub(r" +: ", ": ", outputs_section(text)).splitlines()
    return "\n".join(line for line in lines if not line.endswith(": <null>"))


def name(token: str) -> str:
    return token.rsplit(":", 1)[1]


@pytest.mark.parametrize("token", TOKENS, ids=name)
def test_every_description_has_every_language_in_the_registrys_form(token: str) -> None:
    assert tuple(snippets(token)) == LANGUAGES
    text = ENTRIES[token]["description"]
    for mark in ("examples", "example"):
        assert text.count(f"{{{{% {mark} %}}}}") == text.count(f"{{{{% /{mark} %}}}}") == 1


@pytest.fixture(scope="module")
def go_binaries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go snippets and the program of the packages' page, compiled together in the module of examples/go."""
    module = tmp_path_factory.mktemp("go")
    for part in ("go.mod", "go.sum"):
        text = (EXAMPLES / "go" / part).read_text()
        (module / part).write_text(text.replace("../../sdk/go", str(ROOT / "sdk" / "go")))
    (page,) = re.findall(r"```go\n(.*?)```", (ROOT / "sdk" / "go" / "README.md").read_text(), re.DOTALL)
    for program, code in [("page", page), *((name(token), snippets(token)["go"]) for token in TOKENS)]:
        (module / program).mkdir()
        (module / program / "main.go").write_text(code)
    go = shutil.which("go") or str(made(ROOT / ".cache" / "go" / "go" / "bin" / "go"))
    settings = {"CGO_ENABLED": "0", "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    # Go's caches lie in the home folder, which tests/conftest.py has taken away; `make` filled that of its own HOME,
    # which in a container's job is not the one of the passwd file.
    environment = {**os.environ, **settings, "HOME": HOME}
    for command in (["vet", "-trimpath"], ["build", "-trimpath", "-ldflags", "-s -w", "-o", str(module / "bin") + "/"]):
        done = subprocess.run([go, *command, "./..."], cwd=module, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return module / "bin"


@pytest.mark.parametrize("token", TOKENS, ids=name)
def test_the_languages_that_can_run_here_run_and_say_the_same(token: str, engine: Engine, go_binaries: Path) -> None:
    code = snippets(token)
    engine.write(code["yaml"])
    engine.stack()
    result = engine.run("preview")
    assert result.code == 0, result.text
    expected = shown(result.text)

    engine.write(code["python"], "__main__.py")
    engine.write(code["typescript"], "index.ts")
    for part in ("package.json", "tsconfig.json"):
        shutil.copy(EXAMPLES / "typescript" / part, engine.folder)
    (engine.folder / "node_modules").symlink_to(made(NPM))
    programs = {"python": program_of("python"), "go": go_program(go_binaries / name(token))}
    for runtime, program in {**programs, "nodejs": program_of("nodejs")}.items():
        engine.write(f"name: example\nruntime: {runtime}\n")
        result = hosted(engine, program, "preview")
        assert result.code == 0, result.text
        assert shown(result.text) == expected


def test_typescript_has_the_types_of_the_package(tmp_path: Path) -> None:
    for token in TOKENS:
        (tmp_path / f"{name(token)}.ts").write_text(snippets(token)["typescript"])
    (tmp_path / "node_modules").symlink_to(made(NPM))
    settings = json.loads((EXAMPLES / "typescript" / "tsconfig.json").read_text())
    settings["files"] = sorted(path.name for path in tmp_path.glob("*.ts"))
    (tmp_path / "tsconfig.json").write_text(json.dumps(settings))
    tsc = [node(), str(made(NPM / "typescript" / "bin" / "tsc")), "--noEmit"]
    done = subprocess.run(tsc, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


def test_java_compiles_against_classes_drawn_from_the_schema(tmp_path: Path) -> None:
    javac = shutil.which("javac")
    if javac is None:
        # In CI this must run; on a person's machine it may be skipped.
        assert not os.environ.get("CI"), "this machine has no javac"
        pytest.skip("this machine has no javac")
    java_stubs.write(SCHEMA, tmp_path)
    for token in TOKENS:
        # Each is an App of its own; two of them may not share a package.
        code = snippets(token)["java"].replace("package generated_program;", f"package generated.{name(token)};")
        target = tmp_path / "generated" / name(token) / "App.java"
        target.parent.mkdir(parents=True)
        target.write_text(code)
    sources = [str(path) for path in tmp_path.rglob("*.java")]
    done = subprocess.run([javac, "-d", str(tmp_path / "out"), *sources], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("token", TOKENS, ids=name)
def test_csharp_is_grammatical_and_uses_names_of_the_schema(token: str) -> None:
    code = snippets(token)["csharp"]
    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_c_sharp.language()))
    assert not parser.parse(code.encode()).root_node.has_error
    assert parser.parse(code.replace(";", "", 1).encode()).root_node.has_error
    entry = ENTRIES[token]
    inputs = entry.get("inputs", {}).get("properties") or entry["inputProperties"]
    outputs = entry.get("outputs", {}).get("properties") or entry["properties"]
    nested = SCHEMA["types"]["alicloud-esa:index:ExpectedScheduledPreloadJob"]["properties"]
    known = {field[:1].upper() + field[1:] for field in (*inputs, *nested)}
    assert set(re.findall(r"\b([A-Z]\w*) = (?!Pulumi\.)", code)) <= known
    read = re.findall(r"(?:result|recorded)\.(\w+)", code)
    assert read
    assert set(read) <= {field[:1].upper() + field[1:] for field in outputs}
