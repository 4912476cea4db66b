"""Text of other people (job names, messages of the service) made harmless for a terminal, a log, JSON and XML."""

from __future__ import annotations

import json
import os
import re
import unicodedata
from dataclasses import replace
from typing import Any

from ..drift.compare import Difference

# What json.dumps leaves as it is, though a terminal obeys it or an editor hides it; lone surrogates are no UTF-8.
_HIDDEN = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def printable(text: str) -> str:
    """The text on one line, control and invisible characters spelled out (`\\n`, `\\x1b`, `\\u202e`)."""
    if text.isprintable():
        return text
    return "".join(_spelled(character) for character in text)


def clean(difference: Difference) -> Difference:
    """A difference whose texts are all printable, for reports that people read."""
    return replace(
        difference,
        job_id=printable(difference.job_id),
        name=printable(difference.name),
        expected=_printable_side(difference.expected),
        actual=_printable_side(difference.actual),
    )


def json_text(value: Any) -> str:
    """Indented JSON, one value a line, readable in any script, with a newline at the end."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return _HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def log_line(text: str) -> str:
    """A line for a pipeline's log, in which a job's name must not be a command to GitHub's runner."""
    # The runner looks for its old command marker anywhere in a line.
    return text.replace("##[", "##\\[") if os.environ.get("GITHUB_ACTIONS") == "true" else text


def _spelled(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return character.encode("unicode_escape").decode("ascii")


def _printable_side(side: str | int | None) -> str | int | None:
    return printable(side) if isinstance(side, str) else side
