"""Lines to people on stderr: errors, warnings, notes."""

from __future__ import annotations

import contextlib
import os
import sys
import traceback

from ..esa.printable import printable

debugging = False
"""Whether --debug was given."""

no_colour = False
"""Whether --no-color was given."""

BOLD, RED, GREEN, YELLOW, CYAN = "\x1b[1m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"
_RESET = "\x1b[0m"


def error(text: str) -> None:
    """Each line of `text`, marked as an error."""
    for line in text.splitlines() or [""]:
        _line("error: ", line, RED)


def warning(text: str) -> None:
    """One line, marked as a warning."""
    _line("warning: ", " ".join(text.split()), YELLOW)


def note(text: str) -> None:
    """One plain line."""
    _line("", text, "")


def debug(text: str) -> None:
    """One line that only --debug shows: where the keys came from, which attempt failed."""
    if debugging:
        _line("debug: ", text, "")


def traceback_of(error: BaseException) -> None:
    """The traceback of a defect, with --debug only."""
    if debugging:
        for part in traceback.format_exception(error):
            for line in part.splitlines():
                note(line)


def coloured(stream: object) -> bool:
    """Whether a stream gets colours: not if they are switched off, else if they are forced or it is a terminal."""
    if no_colour or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    isatty = getattr(stream, "isatty", None)
    return bool(isatty and isatty()) and os.environ.get("TERM") != "dumb"


def painted(text: str, colour: str) -> str:
    """The text in a colour, or as it is without one."""
    return f"{colour}{text}{_RESET}" if colour else text


def _line(mark: str, text: str, colour: str) -> None:
    shown = painted(mark, colour if mark and coloured(sys.stderr) else "")
    # A closed stderr must not change the exit code.
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{shown}{printable(text)}\n")
        sys.stderr.flush()
