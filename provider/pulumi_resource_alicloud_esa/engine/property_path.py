"""Pulumi property paths: `jobs["665d3af3621bccf3fe29e1a4"].urlCount`."""

from __future__ import annotations

import re

from .values import escape, unescape

# Texts, compiled when a fault or a difference is shown.
_PLAIN = r"[A-Za-z_$][\w$]*"
_PART = r'\.?(?:\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.\["]+))'


def join(*parts: str) -> str:
    """The path of these keys; a key that is no plain name is quoted."""
    path = ""
    for part in map(escape, parts):
        if re.fullmatch(_PLAIN, part):
            path += f".{part}" if path else part
        else:
            escaped = part.replace("\\", "\\\\").replace('"', '\\"')
            path += f'["{escaped}"]'
    return path


def split(path: str) -> list[str]:
    """The keys of a path."""
    parts = []
    for quoted, index, plain in re.findall(_PART, path):
        parts.append(unescape(re.sub(r"\\(.)", r"\1", quoted)) if quoted else index or plain)
    return parts


def covers(top: str, path: str) -> bool:
    """Whether `path` is `top` or lies below it; `*` stands for any key, as in the engine's ignoreChanges."""
    above, below = split(top), split(path)
    return len(above) <= len(below) and all(a in ("*", b) for a, b in zip(above, below, strict=False))
