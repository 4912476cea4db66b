"""The two virtual environments of a release: one with the tools, one that is packed and holds what users get."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ensure_venv import PIP_ENV, REQUIREMENTS
from slowly import ROOT, fingerprint, run, step

BUILD = ROOT / "build"
PACKING = BUILD / "packing"
FREEZING = BUILD / "freezing"
# The second file pins what the first does not need: PyInstaller.
PINS = (REQUIREMENTS / "plugin.txt", REQUIREMENTS / "dist.txt")


def make_packing() -> Path:
    """Return the Python of an environment with the tools that build wheels and write the bill of materials."""
    return _make(PACKING, [], ["-r", PINS[1]])


def make_freezing() -> Path:
    """Return the Python of an environment with the plugin's dependencies and PyInstaller, and nothing else.

    With the other tools installed it would pack their packages too: requests uses chardet when it finds it.
    """
    # Without pip, which is not part of what users get; the packing environment's pip installs into it.
    pins: list[str | Path] = ["-r", PINS[0], "--constraint", PINS[1]]
    pins.append("pyinstaller")
    return _make(FREEZING, ["--without-pip"], pins)


def install_wheel(python: Path, wheel: Path) -> None:
    """Put `wheel` into the environment of `python`, in place of an earlier one."""
    subprocess.run(
        [*_pip(python), "install", "--quiet", "--no-deps", "--force-reinstall", wheel], env=PIP_ENV, check=True
    )


def _pip(python: Path) -> list[str | Path]:
    return [PACKING / "bin" / "python", "-m", "pip", "--python", python]


def _make(folder: Path, venv_options: Sequence[str], packages: Sequence[str | Path]) -> Path:
    python = folder / "bin" / "python"
    # The path and the Python are part of the fingerprint, as for .venv.
    words = [str(word) for word in packages]
    wanted = fingerprint((word for word in packages if isinstance(word, Path)), str(folder), sys.version, *words)
    step(folder / ".stamp", wanted, lambda: _install(python, folder, venv_options, packages))
    return python


def _install(python: Path, folder: Path, venv_options: Sequence[str], packages: Sequence[str | Path]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", *venv_options, folder], check=True)
    run(
        f"installing the packages of build/{folder.name}, about 30 seconds",
        # What is packed is compiled then.
        [*_pip(python), "install", "--no-compile", *packages],
        log=f"dist-{folder.name}",
        env=PIP_ENV,
    )
