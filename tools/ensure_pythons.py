"""Makes .cache/python-3.X with the plugin and its packages for every supported Python that this machine has.

The version of .venv is left out: .venv has the same packages. The oldest Python gets the oldest packages that
pyproject.toml allows, so that its lower bounds are tested too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from ensure_venv import REQUIREMENTS, install
from slowly import CACHE, ROOT, fingerprint, one_at_a_time, step

VERSIONS = ("3.10", "3.11", "3.12", "3.13")


def main() -> None:
    """Bring the environments up to date; does nothing when they are."""
    with one_at_a_time("pythons"):
        for version in VERSIONS:
            if version == f"{sys.version_info[0]}.{sys.version_info[1]}":
                continue
            python = find(version)
            if python is not None:
                _ensure(version, python)


def find(version: str) -> Path | None:
    """Return a Python of this version: on PATH, or one of pyenv's that no shim leads to at the moment."""
    on_path = shutil.which(f"python{version}")
    # Beside this Python too: HOME may be another folder than the one that pyenv was installed in.
    homes = {Path.home() / ".pyenv" / "versions", Path(sys.base_prefix).parent}
    pyenv = sorted(python for home in homes for python in home.glob(f"{version}.*/bin/python{version}"))
    for candidate in [*([Path(on_path)] if on_path else []), *pyenv]:
        # pyenv's shim of a version that is not chosen is there but fails.
        probe: list[str | Path] = [
            candidate,
            "-c",
            "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])",
        ]
        answer = subprocess.run(probe, capture_output=True, text=True, check=False)
        if answer.stdout.strip() == version:
            return candidate
    return None


def _ensure(version: str, python: Path) -> None:
    folder = CACHE / f"python-{version}"
    packages = "lowest" if version == VERSIONS[0] else "plugin"
    inputs = [ROOT / "pyproject.toml", REQUIREMENTS / f"{packages}.txt", REQUIREMENTS / "build.txt"]
    package_version = json.loads((ROOT / "schema.json").read_text())["version"]
    wanted = fingerprint(inputs, str(folder), package_version)
    step(folder / ".stamp", wanted, partial(_make, version, python, folder, inputs[1:]))


def _make(version: str, python: Path, folder: Path, pins: list[Path]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", folder], check=True)
    own, log = folder / "bin" / "python", f"python-{version}"
    message = f"installing the packages of the plugin for Python {version}, about 25 seconds"
    install(message, log, "-r", pins[0], "-r", pins[1], python=own)
    message = f"installing the plugin for Python {version}, about 3 seconds"
    install(message, f"{log}-plugin", "--no-deps", "--no-build-isolation", "--editable", ROOT, python=own)


if __name__ == "__main__":
    main()
