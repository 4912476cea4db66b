"""JSON as the command writes it, and on which line of such a text each key stands, so that a report can point at it."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec.structs import asdict

from ..esa.models import Entry
from ..esa.printable import without_commands

Path = tuple[str, ...]
# What json.dumps leaves as it is, though a terminal obeys it or an editor hides it; lone surrogates are not UTF-8.
_HIDDEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,\n]')


def json_text(value: Any) -> str:
    """Indented JSON, one value for each line, readable in any script, with a newline at the end."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=_plain)
    return _HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def _plain(value: object) -> dict[str, Any]:
    if isinstance(value, Entry):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def json_output(value: Any) -> str:
    """The same for stdout or a report, which end in a pipeline's log."""
    return harmless_json(json_text(value))


def harmless_json(text: str) -> str:
    """A JSON text of the same values in which everything hidden is spelled and no runner finds a command."""
    if not text.replace("\n", "").isprintable():
        text = "".join(
            character if character.isprintable() or character in "\n\u3000" else json.dumps(character)[1:-1]
            for character in text
        )
    return without_commands(text, lambda character: f"\\u{ord(character):04x}")


def key_lines(text: str) -> dict[Path, int]:
    """The line, from 1, of every key and every object in a list of a valid JSON text, by its path (`ignore`, `0`)."""
    lines: dict[Path, int] = {}
    line = 1
    # One entry for each open bracket: the current key ("" before the first), or the index in a list.
    keys: list[str] = []
    in_list: list[bool] = []
    last_string, last_line = "", 0
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece == "\n":
            line += 1
        elif piece == "{":
            if in_list and in_list[-1]:
                lines[tuple(keys)] = line
            keys.append("")
            in_list.append(False)
        elif piece == "[":
            keys.append("0")
            in_list.append(True)
        elif piece in "}]":
            keys.pop()
            in_list.pop()
        elif piece == "," and in_list[-1]:
            keys[-1] = str(int(keys[-1]) + 1)
        elif piece == ":":
            # A string before a colon is a key.
            keys[-1] = json.loads(last_string)
            lines[tuple(keys)] = last_line
        elif piece != ",":
            last_string, last_line = piece, line
    return lines
