"""The plugin that needs no Python beside the one in .venv: how large it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from benchmarks.plugin import PLUGIN
from benchmarks.rows import Row

ROOT = Path(__file__).resolve().parent.parent
FROZEN = ROOT / "build" / "frozen" / PLUGIN.name
MEGABYTE = 1e6


def packed() -> Row:
    """The room on disk that what `make dist` packs takes."""
    tarball = max((ROOT / "dist").glob(f"{PLUGIN.name}-v*.tar.gz"), key=lambda path: path.stat().st_mtime)
    unpacked = _size(path for path in FROZEN.rglob("*") if path.is_file())
    note = f"its tarball: {tarball.stat().st_size / MEGABYTE:.0f} MB; Python is in it, and not in the other"
    return Row("packed plugin, room on disk", "its packages in .venv", unpacked, _installed(), 1.0, "MB", note)


def _installed() -> float:
    """The size of the plugin and its pinned packages in an environment, without the Python that they need."""
    pins = (ROOT / "requirements" / "plugin.txt").read_text(encoding="utf-8")
    files = [path for path in (ROOT / "provider").rglob("*") if path.is_file()]
    for name in re.findall(r"^([\w.-]+)==", pins, re.MULTILINE):
        try:
            files += [Path(str(file.locate())) for file in distribution(name).files or ()]
        except PackageNotFoundError:
            continue  # a package for another Python or system
    return _size(path for path in set(files) if path.is_file())


def _size(paths: Iterable[Path]) -> float:
    return sum(path.stat().st_size for path in paths) / MEGABYTE
