"""Drift in words: the one-line summary and the Markdown report for a pull request or a job summary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..esa.printable import printable
from .compare import Difference, Kind
from .record import EXECUTIONS, STOPPED, Value

_BACKTICKS = re.compile("`+")
_NAMED = 5
_ROWS = 200
_LONGEST = 200
_IMPORTANCE = (Kind.MISSING, Kind.CHANGED, Kind.UNEXPECTED)


def label(difference: Difference) -> str:
    """How a job is named to people: its name, and its id where one is known."""
    return job_label(difference.name, difference.job_id)


def job_label(name: str | None, job_id: str) -> str:
    """The same for a job that is not part of a difference."""
    shown = _exact(name or "") or "unnamed"
    return f"{shown} ({printable(job_id)})" if job_id else shown


def value(side: Value | None) -> str:
    """One side of a change; a text whose ends people could not see stands in quotes."""
    return "nothing" if side is None else _exact(str(side))


def change(difference: Difference) -> str:
    """What is different about a changed job: the field with both sides, and of which execution."""
    if not difference.field:
        return "what was recorded cannot be read"
    sides = f"{value(difference.expected)} => {value(difference.actual)}"
    execution = f"execution {printable(difference.execution_id)}".rstrip()
    if difference.field == EXECUTIONS:
        new = difference.expected is None
        return f"{execution} is {'new' if new else 'gone'} ({value(difference.actual if new else difference.expected)})"
    if not difference.execution_id:
        return f"{difference.field} {sides}"
    if difference.field == STOPPED:
        return f"{execution} was {'stopped' if difference.actual else 'started again'}"
    return f"{execution} {difference.field} {sides}"


def describe(difference: Difference) -> str:
    """One difference in one sentence: the job, and what is wrong with it."""
    if difference.kind is Kind.CHANGED:
        return f"job {label(difference)}: {change(difference)}"
    return f"job {label(difference)} is {'gone' if difference.kind is Kind.MISSING else 'new'}"


def job_lines(differences: Sequence[Difference]) -> list[str]:
    """One line a job: gone, new, or what changed about it."""
    lines: dict[tuple[str, str], str] = {}
    for difference in differences:
        job = (difference.name, difference.job_id)
        if job in lines and difference.kind is Kind.CHANGED:
            lines[job] += f", {change(difference)}"
        else:
            lines[job] = describe(difference)
    return list(lines.values())


def most_important(differences: Sequence[Difference], number: int) -> Sequence[Difference]:
    """At most that many, in their order; where some must be left out, jobs that are gone stay before all others."""
    if len(differences) <= number:
        return differences
    return sorted(differences, key=lambda difference: _IMPORTANCE.index(difference.kind))[:number]


def summary(site_id: str, differences: Sequence[Difference], count: int) -> str:
    """One line: the verdict, and the jobs behind it by name."""
    if not differences:
        return f"site {site_id}: no drift in {count} scheduled preload {'job' if count == 1 else 'jobs'}"
    parts = [part for kind in Kind if (part := _summary_part(kind, differences))]
    return f"site {site_id}: drift: {'; '.join(parts)}"


def markdown(site_id: str, differences: Sequence[Difference], count: int) -> str:
    """A report with a table of every difference; long ones are cut visibly, never silently."""
    lines = [f"### Scheduled preload jobs of site {site_id}", ""]
    if not differences:
        return "\n".join([*lines, f"No drift: all {count} jobs are as expected.", ""])
    lines += [f"**Drift**: {_counts(differences)}.", "", "| job | what | expected | actual |", "|---|---|---|---|"]
    lines += [_row(difference) for difference in differences[:_ROWS]]
    if len(differences) > _ROWS:
        lines += ["", f"... and {len(differences) - _ROWS} more differences."]
    return "\n".join([*lines, ""])


def _summary_part(kind: Kind, differences: Sequence[Difference]) -> str:
    found = [difference for difference in differences if difference.kind is kind]
    if not found:
        return ""
    jobs = _unique(_short_label(difference) for difference in found)
    if kind is Kind.CHANGED:
        jobs = [f"{job} ({_fields(found, job)})" for job in jobs[: _NAMED + 1]] + jobs[_NAMED + 1 :]
    number = len({(difference.name, difference.job_id) for difference in found})
    more = f" and {len(jobs) - _NAMED} more" if len(jobs) > _NAMED else ""
    return f"{number} {kind.value}: {', '.join(jobs[:_NAMED])}{more}"


def _fields(differences: Sequence[Difference], job: str) -> str:
    return ", ".join(_unique(one.path or "unreadable" for one in differences if _short_label(one) == job))


def _short_label(difference: Difference) -> str:
    return _exact(difference.name) or printable(difference.job_id) or "unnamed"


def _counts(differences: Sequence[Difference]) -> str:
    numbers = {kind: len({(d.name, d.job_id) for d in differences if d.kind is kind}) for kind in Kind}
    return ", ".join(f"{number} {kind.value}" for kind, number in numbers.items() if number)


def _row(difference: Difference) -> str:
    job = cell(label(difference))
    if difference.kind is Kind.CHANGED:
        sides = f"{_code(difference.expected)} | {_code(difference.actual)}"
        return f"| {job} | {_what(difference)} | {sides} |"
    return f"| {job} | {difference.kind.value} | | |"


def _what(difference: Difference) -> str:
    if not difference.field:
        return "record cannot be read"
    execution = f"execution {_code(difference.execution_id)}" if difference.execution_id else "execution"
    if difference.field == EXECUTIONS:
        return f"{execution} {'new' if difference.expected is None else 'gone'}"
    if not difference.execution_id:
        return f"`{difference.field}` changed"
    return f"`{difference.field}` of {execution} changed"


def cell(text: str) -> str:
    """Text as a Markdown table or list shows it literally, on one line."""
    escaped = "".join(f"\\{character}" if character in "\\`*_[]<>|#~" else character for character in text)
    return printable(escaped)


def _code(side: Value | None) -> str:
    if side is None:
        return "*nothing*"
    text = _exact(str(side)).replace("|", "\\|")
    # A code span that holds backticks needs a fence that is longer than any of them, and blanks beside it.
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest or not text else f"`{text}`"


def _exact(text: str) -> str:
    """Text as a person is shown it, in quotes where white space could not be seen that makes the difference."""
    shown = printable(text, _LONGEST)
    return f'"{shown}"' if shown != " ".join(shown.split()) else shown


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
