"""The npm package: tools/ensure_node.py compiled it with every TypeScript named here; this checks what came out.

Programs may use an older one: Pulumi's package brings 3.8.3 for those that have none.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from emulator import Emulator
from tests.support.examples import EXAMPLES, NPM, made, node
from tests.support.engine import ROOT, Engine, Result
from tests.support.language_host import hosted, nodejs_program

PACKAGE = NPM / "pulumi-alicloud-esa"
COMPILERS = ("typescript-oldest", "typescript", "typescript-newest")
TOKENS = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))


def read(path: Path) -> Any:
    return json.loads(made(path).read_text(encoding="utf-8"))


def test_the_package_loads_and_exports_every_token() -> None:
    script = "const esa = require('pulumi-alicloud-esa'); console.log(JSON.stringify(Object.keys(esa)))"
    done = subprocess.run([node(), "-e", script], cwd=NPM, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    functions = [token.rsplit(":", 1)[1] for token in TOKENS["functions"]]
    resources = [token.rsplit(":", 1)[1] for token in TOKENS["resources"]]
    enums = [token.rsplit(":", 1)[1] for token, entry in TOKENS["types"].items() if "enum" in entry]
    wanted = {"Provider", *resources, *functions, *(f"{name}Output" for name in functions), *enums}
    assert wanted <= set(json.loads(done.stdout))


def test_the_oldest_compiler_is_the_one_that_the_package_asks_for() -> None:
    asked = read(ROOT / "sdk" / "nodejs" / "package.json")["devDependencies"]["typescript"]
    oldest = read(NPM / "typescript-oldest" / "package.json")["version"]
    assert asked.lstrip("^").rsplit(".", 1)[0] == oldest.rsplit(".", 1)[0]
    compiled_with = re.search(r"COMPILERS = \((.*)\)", (ROOT / "tools" / "ensure_node.py").read_text(encoding="utf-8"))
    assert compiled_with
    assert set(re.findall(r'"(.+?)"', compiled_with[1])) == set(COMPILERS)


@pytest.mark.parametrize("compiler", COMPILERS)
def test_the_examples_compile_with_each_compiler(compiler: str, tmp_path: Path) -> None:
    examples = sorted(path.parent.name for path in EXAMPLES.glob("*/index.ts"))
    settings = {name: json.loads((EXAMPLES / name / "tsconfig.json").read_text()) for name in examples}
    for name in examples:
        (tmp_path / name).mkdir()
        (tmp_path / name / "index.ts").write_bytes((EXAMPLES / name / "index.ts").read_bytes())
    # One compilation for all of them; they have the same settings.
    shared = settings[examples[0]]
    assert all(other == shared for other in settings.values())
    shared["files"] = [f"{name}/index.ts" for name in examples]
    (tmp_path / "tsconfig.json").write_text(json.dumps(shared))
    (tmp_path / "node_modules").symlink_to(made(NPM))
    tsc = [node(), str(made(NPM / compiler / "bin" / "tsc")), "--noEmit"]
    done = subprocess.run(tsc, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout


def old_program(folder: Path, emulator: Emulator, more: str = "") -> Result:
    """Previews examples/typescript in a project that has neither a TypeScript nor a tsconfig.json of its own."""
    engine = Engine(folder / "project", dict(emulator.environment()))
    engine.write("name: preload-jobs\nruntime: nodejs\n")
    engine.write('{"main": "index.ts"}', "package.json")
    engine.write((EXAMPLES / "typescript" / "index.ts").read_text(encoding="utf-8") + more, "index.ts")
    modules = engine.folder / "node_modules"
    modules.mkdir()
    for package in NPM.iterdir():
        if not package.name.startswith(("typescript", ".")):
            (modules / package.name).symlink_to(package)
    engine.stack()
    runner = modules / "@pulumi" / "pulumi" / "cmd" / "run" / "index.js"
    # Or Node.js would follow the links to where the newer compilers are.
    settings = {"NODE_OPTIONS": "--preserve-symlinks --preserve-symlinks-main", "PULUMI_NODEJS_TRANSPILE_ONLY": "false"}
    return hosted(engine, nodejs_program(node(), runner), "preview", **settings)


def test_a_program_without_a_typescript_runs_with_the_one_inside_pulumis_package(
    tmp_path: Path, emulator: Emulator
) -> None:
    result = old_program(tmp_path, emulator)
    assert result.code == 0, result.text
    assert "jobCount    : 45" in result.text


def test_the_typescript_inside_pulumis_package_is_old_and_checks_types(tmp_path: Path, emulator: Emulator) -> None:
    # The second line is TypeScript 4.0's.
    more = "\nesa.getScheduledPreloadJobs({ siteId: true });\ntype New = [first: string];\n"
    result = old_program(tmp_path, emulator, more)
    assert result.code != 0
    assert "TS2322" in result.text
    assert "TS1005" in result.text


def test_it_asks_for_the_pulumi_that_is_tested() -> None:
    asked = read(ROOT / "sdk" / "nodejs" / "package.json")["dependencies"]["@pulumi/pulumi"]
    assert asked == "^" + read(NPM / "@pulumi" / "pulumi" / "package.json")["version"]
