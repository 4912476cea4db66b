"""Text of other people (job names, messages of the service) made harmless for a terminal, a log and XML."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import replace

from ..drift.compare import Difference


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
