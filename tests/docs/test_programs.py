"""Every program in the documents runs: YAML and Python here, the other languages as part of the schema's examples."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
import yaml

from tests.support.blocks import Block, block, blocks
from tests.support.engine import ROOT, Engine
from tests.support.examples import NPM, made, node
from tests.support.language_host import hosted
from tests.support.python_program import python_program
from tests.support.shell import run

INDEX = ROOT / "docs" / "_index.md"
LANGUAGES = ("typescript", "python", "go", "csharp", "java", "yaml")


def named(*languages: str) -> list[object]:
    return [pytest.param(block, id=block.name) for block in blocks(*languages) if block.document != INDEX]


@pytest.mark.parametrize("block", named("yaml"))
def test_every_yaml_program_previews(block: Block, engine: Engine) -> None:
    assert yaml.safe_load(block.code)["runtime"] == "yaml"
    engine.write(block.code)
    engine.stack()
    result = engine.run("preview")
    assert result.code == 0, result.text


@pytest.mark.parametrize("block", named("python"))
def test_every_python_program_runs(block: Block, engine: Engine) -> None:
    engine.write(block.code, "main.py")
    if "import pulumi" in block.code:
        engine.write("name: program\nruntime: python\n")
        engine.stack()
        result = hosted(engine, python_program("main.py"), "preview")
        assert result.code == 0, result.text
        return
    # A person points a client at the emulator where the dots are; without one there are no requests to compare.
    code = re.sub(r"\n *assert .*emulator\.requests.*", "", block.code)
    compile(block.code, block.name, "exec")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_typescript_test_of_another_repository_passes(engine: Engine) -> None:
    guide = "docs/testing-with-the-emulator.md"
    (engine.folder.parent / "pulumi-alicloud-esa").symlink_to(ROOT)
    (engine.folder / "node_modules").symlink_to(made(NPM))
    engine.write(block(guide, "typescript", "import { rejects").code, "jobs.test.ts")
    options = ["--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "--types", "node"]
    compiled = engine.command(node(), str(NPM / "typescript" / "bin" / "tsc"), *options, "jobs.test.ts")
    assert compiled.code == 0, compiled.text
    # What points at this test's emulator must come from the block alone.
    for name in [name for name in engine.environment if name.startswith("ALIBABA_CLOUD_ACCESS_KEY")]:
        del engine.environment[name]
    result = run(engine, block(guide, "sh", "esa="), {"npx tsx jobs.test.ts": f"{node()} jobs.test.js"})
    assert result.code == 0, result.text
    assert "both seen\n" in result.stdout


def test_every_typescript_program_is_one_of_these() -> None:
    # A new one would be run by nobody; Go and C# and Java are on the Registry's page only.
    others = blocks("typescript", "go", "csharp", "java")
    assert [found.name.split(":")[0] for found in others if found.document != INDEX] == [
        "docs/testing-with-the-emulator.md"
    ]


def test_the_registry_page_shows_the_schemas_own_examples() -> None:
    schema = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))
    description = schema["functions"]["alicloud-esa:index:getScheduledPreloadJobs"]["description"]
    shown = {block.language: block.code for block in blocks() if block.document == INDEX}
    # tests/schema runs or compiles these.
    assert shown == dict(re.findall(r"```(\w+)\n(.*?)```", description, re.DOTALL))
    text = INDEX.read_text(encoding="utf-8")
    assert f'{{{{< chooser language "{",".join(LANGUAGES)}" >}}}}' in text
    assert text.count("{{% choosable language ") == text.count("{{% /choosable %}}") == len(LANGUAGES)


def test_every_block_says_its_language_and_has_a_test() -> None:
    # test_commands.py has sh, test_outputs.py text, test_coming_from.py diff, test_pages.py console and json.
    elsewhere = {"sh", "text", "diff", "console", "json"}
    strays = [block.name for block in blocks() if block.language not in {*elsewhere, *LANGUAGES}]
    assert strays == []
