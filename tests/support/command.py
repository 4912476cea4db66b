"""The real command in a process of its own, pointed at an emulator."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulator import SITE_ID, Emulator
from emulator.seed import seeded_jobs
from tests.support.forks import COMMAND, can_fork, forks

SITE = str(SITE_ID)
BASELINE = "baseline.json"


@dataclass
class Ran:
    """How it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Cli:
    """`alicloud-esa` in a folder of its own; `patches` gives names in it, dotted, other values."""

    emulator: Emulator
    folder: Path
    extra: dict[str, str] = field(default_factory=dict)
    patches: dict[str, object] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        clean = {name: value for name, value in os.environ.items() if name not in ("GITHUB_ACTIONS", "NO_COLOR")}
        return {**clean, "TERM": "xterm-256color", **self.emulator.environment(), **self.extra}

    def __call__(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        environment = {**self.environment(), **(env or {})}
        if can_fork(environment):
            done = forks().run(arguments, self.folder, environment, timeout=60, patches=self.patches)
        else:
            done = start_python(arguments, self.folder, environment, timeout=60)
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "--debug" in arguments or "Traceback" not in ran.err, ran.err
        return ran

    def record(self, *arguments: str) -> str:
        """A baseline of the site, and its text."""
        ran = self("drift", "record", "--site-id", SITE, "-o", BASELINE, *arguments)
        assert ran.code == 0, ran.err
        return self.read(BASELINE)

    def recorded(self) -> str:
        """The same, of a site that nobody changed yet: it is recorded once, and copied from then on."""
        assert self.emulator.store.jobs(SITE_ID) == list(seeded_jobs(SITE_ID))
        self.write(BASELINE, _recorded())
        return _recorded()

    def check(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ran:
        return self("drift", "check", "--baseline", BASELINE, *arguments, env=env)

    def write_profile(self) -> None:
        """A profile `dev` with the emulator's keys, in the aliyun CLI's own file."""
        given = self.emulator.environment()
        names = ("access_key_id", "access_key_secret")
        profile = {"name": "dev", "mode": "AK", **{name: given[f"ALIBABA_CLOUD_{name.upper()}"] for name in names}}
        config = Path(os.environ["HOME"]) / ".aliyun" / "config.json"
        config.parent.mkdir()
        config.write_text(json.dumps({"current": "dev", "profiles": [profile]}))

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)


@functools.cache
def _recorded() -> str:
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        return Cli(emulator, Path(folder)).record()


def start_python(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[bytes]:
    """A true start of the command."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )


def line_of(text: str, part: str) -> int:
    """The line, from 1, that holds a part of a text."""
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)
