"""The text of others (job names, messages of the service) as a person is shown it: the one place that cleans it.

A terminal obeys control characters, direction marks make a line lie, and the runners of GitHub (`::command::`,
`##[command]`) and Azure (`##vso[command]`) obey such a command anywhere in a line of a pipeline's log.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# Characters that .NET, in which both runners are written, skips when it searches a line.
_UNSEEN = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]*"
# The character after which a runner's marker is broken up.
_MARKER = rf":(?={_UNSEEN}:)|(?<=#){_UNSEEN}#(?={_UNSEEN}(?:\[|v{_UNSEEN}s{_UNSEEN}o))"


def printable(text: str, longest: int | None = None) -> str:
    """The text on one line, no runner's command in it.

    Control and hidden characters, and blanks but the plain one, are spelled out (`\\n`, `\\u202e`, `\\xa0`). A text
    that is longer than `longest` is cut, and says how long it is. Applied again it changes nothing.
    """
    shown = text if longest is None else text[:longest]
    if not shown.isprintable():
        shown = "".join(_spelled(character) for character in shown)
    shown = without_commands(shown)
    return shown if len(text) <= len(text[:longest]) else f"{shown}... ({len(text)} characters)"


def without_commands(text: str, spelled: Callable[[str], str] = lambda character: f"{character}\\") -> str:
    """The text with every runner's marker broken up; `spelled` writes the character at which it breaks."""
    if ":" not in text and "#" not in text:
        # Nor is the marker compiled for it, which would take a millisecond of a start.
        return text
    return re.sub(_MARKER, lambda found: f"{found[0][:-1]}{spelled(found[0][-1])}", text, flags=re.IGNORECASE)


def _spelled(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
