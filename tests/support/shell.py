"""Runs a `sh` block of a document in an engine's project folder, as a person would who copies it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping

from emulator import Emulator
from tests.support.blocks import Block, block
from tests.support.engine import Engine, Result
from tests.support.examples import Example, program_of
from tests.support.language_host import language_host

# Where the documents say that the emulator listens; each test has one on a port of its own.
DOCUMENTED_URL = "http://127.0.0.1:8650"
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def run(engine: Engine, block: Block, replace: Mapping[str, str] | None = None, stdin: str = "") -> Result:
    """What the block does; every text to be replaced must be in it."""
    script = block.code
    for old, new in (replace or {}).items():
        assert old in script, f"{block.name} has no {old!r} any more"
        script = script.replace(old, new)
    done = subprocess.run(
        # -u: a variable that an earlier block should have set would otherwise silently be empty.
        ["bash", "-eu", "-c", script],
        cwd=engine.folder,
        env={**engine.environment, "GIT_CONFIG_GLOBAL": "/dev/null"},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return Result(done.returncode, _ANSI.sub("", done.stdout), _ANSI.sub("", done.stderr))


def at(emulator: Emulator) -> dict[str, str]:
    """The documented address replaced by where this emulator listens."""
    return {DOCUMENTED_URL: emulator.url}


def run_readme(example: Example) -> Result:
    """The commands of an example's README; the test answers the question and stands in for a language host."""
    commands = block(f"examples/{example.name}/README.md", "sh", "pulumi stack select")
    up = {"pulumi up": "pulumi up --yes --skip-preview"}
    if example.runtime == "yaml":
        # The YAML host is a plain program on PATH.
        return run(example.engine, commands, up)
    with language_host(program_of(example.runtime, example.name), example.engine.environment) as address:
        return run(example.engine, commands, {"pulumi up": f"{up['pulumi up']} --client={address}"})
