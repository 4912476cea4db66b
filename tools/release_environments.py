"""The two virtual environments of a release: one that packs, one that holds only what users get."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ensure_venv import PIP_ENV, REQUIREMENTS
from slowly import ROOT, fingerprint, is_fresh, run

BUILD = ROOT / "build"
PACKING = BUILD / "packing"
RUNTIME = BUILD / "runtime"


def make_packing() -> Path:
    """Return the Python of an environment with the plugin's dependencies and the tools that pack them."""
    return _make(PACKING, "dist", [])


def make_runtime(wheel: Path) -> Path:
    """Return the Python of an environment with `wheel` and its pinned dependencies: the contents of the SBOM."""
    # Without pip, which is no part of what users get; the packing environment's pip installs into it.
    python = _make(RUNTIME, "plugin", ["--without-pip"])
    install_wheel(python, wheel)
    return python


def install_wheel(python: Path, wheel: Path) -> None:
    """Put `wheel` into the environment of `python`, in place of an earlier one."""
    subprocess.run(
        [*_pip(python), "install", "--quiet", "--no-deps", "--force-reinstall", wheel], env=PIP_ENV, check=True
    )


def _pip(python: Path) -> list[str | Path]:
    return [PACKING / "bin" / "python", "-m", "pip", "--python", python]


def _make(folder: Path, requirements: str, venv_options: Sequence[str]) -> Path:
    python = folder / "bin" / "python"
    pins = REQUIREMENTS / f"{requirements}.txt"
    # The included files count as well; the path and the Python do as for .venv.
    wanted = fingerprint(REQUIREMENTS.glob("*.txt"), str(folder), sys.version)
    stamp = folder / ".stamp"
    if is_fresh(stamp, wanted):
        return python
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", *venv_options, folder], check=True)
    run(
        f"installing requirements/{requirements}.txt into build/{folder.name}, about 40 seconds",
        [*_pip(python), "install", "-r", pins],
        log=f"dist-{folder.name}",
        env=PIP_ENV,
    )
    stamp.write_text(wanted)
    return python
