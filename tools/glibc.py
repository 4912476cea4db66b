"""Which glibc the packed files need: they run where it is that new, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

_NEEDED = re.compile(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)")


def newest_needed(folder: Path) -> str | None:
    """Return the highest glibc version that a file of `folder` names, None where none names one."""
    minors = [
        int(minor)
        for path in folder.rglob("*")
        if path.is_file() and path.open("rb").read(4) == b"\x7fELF"
        for minor in _NEEDED.findall(path.read_bytes())
    ]
    return f"2.{max(minors)}" if minors else None
