"""The report for a log or a terminal: the summary, then a line a job."""

from __future__ import annotations

import os
import sys

from ...drift.compare import Difference
from ...drift.ignored import lines as ignored_lines
from ...drift.text import describe, job_lines
from ...esa.printable import printable
from ..outcome import NO_VERDICT, Outcome, Verdict
from ..say import GREEN, RED, coloured, painted

# As many jobs as a person may scroll through; the JSON report has them all.
_JOBS = 1000
# GitHub shows no more than this of a step.
_ANNOTATIONS = 10
_COLOURS = {Verdict.CLEAN: GREEN, Verdict.DRIFT: RED, Verdict.ERROR: RED}


def render(outcome: Outcome) -> str:
    """Plain text."""
    return "".join(f"{line}\n" for line in _lines(outcome, outcome.summary))


def screen(outcome: Outcome) -> str:
    """The same for stdout: colours on a terminal, annotations where GitHub's runner reads along."""
    # What went wrong is on stderr already.
    first, *others = _lines(outcome, f"{outcome.subject}: {NO_VERDICT}" if outcome.errors else outcome.summary)
    if coloured(sys.stdout):
        first = painted(first, _COLOURS[outcome.verdict])
    notes = _annotations(outcome) if os.environ.get("GITHUB_ACTIONS") == "true" else []
    return "".join(f"{line}\n" for line in [first, *others, *notes])


def _lines(outcome: Outcome, first: str) -> list[str]:
    since = outcome.since.lines() if outcome.since else []
    health = outcome.health.lines() if outcome.health else []
    accept = [f"to accept this: {outcome.accept}"] if outcome.verdict is Verdict.DRIFT else []
    return [
        printable(line)
        for line in (
            first,
            *job_lines(outcome.differences, _JOBS),
            *since,
            *ignored_lines(outcome.judged),
            *health,
            *accept,
        )
    ]


def _annotations(outcome: Outcome) -> list[str]:
    if outcome.errors:
        return [f"::error title=drift check::{_data(outcome.summary)}"]
    lines = [_annotation(outcome, difference) for difference in outcome.differences[:_ANNOTATIONS]]
    more = len(outcome.differences) - _ANNOTATIONS
    return lines if more <= 0 else [*lines, f"::notice title=drift::and {more} more differences, listed in the log"]


def _annotation(outcome: Outcome, difference: Difference) -> str:
    place = f"file={_property(outcome.location)},line={outcome.line(difference)}"
    return f"::warning {place},title=drift::{_data(describe(difference))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
