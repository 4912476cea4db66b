"""The report for a log or a terminal: the summary, then a line for each job; of several sites, those not clean."""

from __future__ import annotations

import os
import sys

from ...drift.compare import Difference
from ...drift.text import by_job, describe, job_lines, number
from ...esa.printable import printable
from ..outcome import Check, Outcome, Verdict
from ..say import GREEN, RED, coloured, painted
from .groups import Group, groups

# As many jobs as a person may scroll through; the JSON report has them all.
_JOBS = 1000
# GitHub shows no more than this of a step.
_ANNOTATIONS = 10
_COLOURS = {Verdict.CLEAN: GREEN, Verdict.DRIFT: RED, Verdict.ERROR: RED}


def render(check: Check) -> str:
    """Plain text."""
    return "".join(f"{line}\n" for line in _lines(check, told=False))


def screen(check: Check) -> str:
    """The same for stdout: colours on a terminal, annotations where GitHub's runner reads along."""
    # What went wrong is on stderr already.
    first, *others = _lines(check, told=True)
    if coloured(sys.stdout):
        first = painted(first, _COLOURS[check.verdict])
    notes = _annotations(check) if os.environ.get("GITHUB_ACTIONS") == "true" else []
    return "".join(f"{line}\n" for line in [first, *others, *notes])


def _lines(check: Check, told: bool) -> list[str]:
    found = groups(check)
    lines: list[str] = [check.summary] if check.several else []
    room = _JOBS
    for shown, group in enumerate(found):
        if room <= 0:
            lines += ["", f"... and {number(sum(1 + len(one.others) for one in found[shown:]), 'more site')}"]
            break
        lines += [*([""] if check.several else []), *_block(group, room, told)]
        room -= len(by_job(group.first.differences)) or 1
    return [printable(line) for line in lines]


def _block(group: Group, room: int, told: bool) -> list[str]:
    outcome = group.first
    first = outcome.headline
    if outcome.errors and told:
        first = first.removesuffix(f": {outcome.error}")
    return [
        first,
        *([group.alike] if group.others else []),
        *job_lines(outcome.differences, room),
        *(outcome.since.lines() if outcome.since else []),
        *outcome.judged.lines(),
        *(outcome.health.lines() if outcome.health else []),
        *([f"to accept {group.accepted}: {group.accept}"] if group.accept else []),
    ]


def _annotations(check: Check) -> list[str]:
    errors = [f"::error title=drift check::{_data(one.headline)}" for one in check.outcomes if one.errors]
    found = [_annotation(outcome, difference) for outcome in check.outcomes for difference in outcome.differences]
    lines = errors[:_ANNOTATIONS] + found[:_ANNOTATIONS]
    more = len(errors) + len(found) - len(lines)
    what = "more differences" if len(errors) <= _ANNOTATIONS else "more differences and errors"
    return lines if more <= 0 else [*lines, f"::notice title=drift::and {more} {what}, listed in the log"]


def _annotation(outcome: Outcome, difference: Difference) -> str:
    file = _data(outcome.location).replace(":", "%3A").replace(",", "%2C")
    return f"::warning file={file},line={outcome.line(difference)},title=drift::{_data(describe(difference))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
