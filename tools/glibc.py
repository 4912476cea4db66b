"""Which glibc the packed files need: they run only where it is at least that new."""

from __future__ import annotations

import re
from pathlib import Path

_NEEDED = re.compile(rb"\0GLIBC_2\.(\d+)(?:\.\d+)?(?=\0)")


def newest_needed(folder: Path) -> str | None:
    """Return the highest glibc version that a file of `folder` names, None where none names one."""
    minors = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        if content.startswith(b"\x7fELF"):
            minors += [int(minor) for minor in _NEEDED.findall(content)]
    return f"2.{max(minors)}" if minors else None
