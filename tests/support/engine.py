"""The real Pulumi engine, offline: its own home, a file backend, the plugin and the CLI of this checkout on PATH."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

import emulator
from tests.support.vault import SECRETS_PROVIDER, vault

SITE_ID, EXAMPLE_SITE_ID, FOREIGN_SITE_ID, EMPTY_SITE_ID = (
    str(site) for site in (emulator.SITE_ID, emulator.EXAMPLE_SITE_ID, emulator.FOREIGN_SITE_ID, emulator.EMPTY_SITE_ID)
)
ROOT = Path(__file__).resolve().parents[2]
PLUGIN = ROOT / ".venv" / "bin" / "pulumi-resource-alicloud-esa"
INLINE = Path(__file__).with_name("inline.py")
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_CLEARED = (
    "ALIBABA",
    "ALICLOUD",
    "PULUMI",
    "CLIENT_",
    # What the plugin does here is measured where it is called without an engine: starting it would take twice as long.
    "COVERAGE_",
    "ESA_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
)


@dataclass(frozen=True)
class Result:
    """What one command printed and how it ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """Everything that a person sees."""
        return self.stdout + self.stderr

    def json(self) -> Any:
        """Standard output as JSON, of a command that went well."""
        assert self.code == 0, self.text
        return json.loads(self.stdout)


@dataclass
class Engine:
    """A project folder and the environment in which `pulumi` runs there."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        home = self.folder.parent / "home"
        for path in (self.folder, home, self.folder.parent / "state"):
            path.mkdir(parents=True, exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_CLEARED)}
        self.environment = {
            **kept,
            "PATH": f"{ROOT / 'bin'}:{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
            "HOME": str(home),
            "NO_COLOR": "1",
            "PULUMI_HOME": str(home / ".pulumi"),
            "PULUMI_BACKEND_URL": f"file://{self.folder.parent / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "passphrase",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            # tests/sdk and tests/schema check the types, once for all programs; here each run would take twice as long.
            "PULUMI_NODEJS_TRANSPILE_ONLY": "true",
            # Runs of a second or two: a sixth of what the engine computes would be collecting garbage.
            "GOGC": "400",
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
            **vault(),
            **self.environment,
        }
        if shutil.which("pulumi", path=self.environment["PATH"]) is None:
            # Not a skip: an engine test that does not run proves nothing.
            raise RuntimeError("no pulumi on PATH or in bin/: run `make test`, which builds it")

    def write(self, program: str, name: str = "Pulumi.yaml") -> None:
        """Put a file of the program in place."""
        (self.folder / name).write_text(program, encoding="utf-8")

    def copy(self, example: Path) -> None:
        """Put an example's files in place, exactly as they stand."""
        shutil.copytree(example, self.folder, dirs_exist_ok=True)

    def run(self, *arguments: str, timeout: float = 90, **environment: str) -> Result:
        """Run `pulumi` with these arguments."""
        return self.command("pulumi", *arguments, "--non-interactive", timeout=timeout, **environment)

    def command(self, *words: str, timeout: float = 90, **environment: str) -> Result:
        """Run any command in the project folder."""
        done = subprocess.run(
            words,
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )
        return Result(done.returncode, _ANSI.sub("", done.stdout), _ANSI.sub("", done.stderr))

    def inline(self, main_file: Path, operation: str, timeout: float = 90, **environment: str) -> Result:
        """Run a Python program's main file as an inline program; standard output is its outputs as JSON."""
        return self.command(sys.executable, str(INLINE), str(main_file), operation, timeout=timeout, **environment)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start `pulumi` in a process group of its own and return at once."""
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env={**self.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def stack(self, name: str = "dev") -> Path:
        """Make the stack that the other commands use, as `pulumi stack init` would in half a second; its file."""
        project = yaml.safe_load((self.folder / "Pulumi.yaml").read_text(encoding="utf-8"))["name"]
        self.write(SECRETS_PROVIDER, f"Pulumi.{name}.yaml")
        file = self.folder.parent / "state" / ".pulumi" / "stacks" / project / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        stack = {"version": 3, "checkpoint": {"stack": f"organization/{project}/{name}"}}
        file.write_text(json.dumps(stack), encoding="utf-8")
        self.environment["PULUMI_STACK"] = name
        return file

    def do(self, function: str, *arguments: str, **environment: str) -> Result:
        """Call a function with no program and no stack."""
        return self.run("do", "--package", str(PLUGIN), f"alicloud-esa:{function}", *arguments, **environment)

    def outputs(self) -> Any:
        """The stack's outputs."""
        result = self.run("stack", "output", "--json", "--show-secrets")
        assert result.code == 0, result.text
        return result.json()


def interrupt(process: subprocess.Popen[str]) -> None:
    """What Ctrl-C does."""
    process.send_signal(signal.SIGINT)
