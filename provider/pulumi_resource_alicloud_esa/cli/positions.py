"""On which line of a JSON text each key stands, so that a report can point at it."""

from __future__ import annotations

import json
import re

Path = tuple[str, ...]
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:\n]')


def key_lines(text: str) -> dict[Path, int]:
    """The line, from 1, of every key of the objects in a valid JSON text, by its path (list indexes left out)."""
    lines: dict[Path, int] = {}
    line = 1
    # One key an open bracket, "" in a list and before the first key.
    keys: list[str] = []
    last_string, last_line = "", 0
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece == "\n":
            line += 1
        elif piece in "{[":
            keys.append("")
        elif piece in "}]":
            keys.pop()
        elif piece == ":":
            # What stands before a colon is a key.
            keys[-1] = json.loads(last_string)
            lines[tuple(keys)] = last_line
        else:
            last_string, last_line = piece, line
    return lines
