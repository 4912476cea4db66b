"""Makes .cache/python-3.X with the plugin and its packages for every supported Python that this machine has.

The version of .venv is left out: .venv has the same packages. The oldest Python gets the oldest packages that
pyproject.toml allows, so that its lower bounds are tested too.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from ensure_venv import PIP_ENV, install_plugin, plugin_inputs
from slowly import CACHE, one_at_a_time, step

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
        probe = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
        answer = subprocess.run([candidate, "-c", probe], capture_output=True, text=True, check=False)
        if answer.stdout.strip() == version:
            return candidate
    return None


def _ensure(version: str, python: Path) -> None:
    folder = CACHE / f"python-{version}"
    pins = "lowest" if version == VERSIONS[0] else "plugin"

    def make() -> None:
        # Few of the modules are ever imported here; to compile them all takes a third of the time.
        PIP_ENV["PIP_COMPILE"] = "0"
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([python, "-m", "venv", folder], check=True)
        install_plugin(f"for Python {version}", f"python-{version}", pins, folder / "bin" / "python")

    step(folder / ".stamp", plugin_inputs(pins, str(folder)), make)


if __name__ == "__main__":
    main()
