"""The Markdown report for a pull request or a job summary: texts shown literally, no longer than a comment may be."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .compare import Difference, Kind
from .record import EXECUTIONS, STOPPED, Value
from .text import LONGEST_TEXT, WORDS, both_sides, by_job, counts, cut_changes, details, exact, importance

# A pull request's comment takes 65,536 characters: the table, two lists below it, and what a pipeline writes around.
LONGEST = 45_000
_LIST = 8_000
_DETAILS = 1000
_BACKTICKS = re.compile("`+")


def markdown(site_id: str, differences: Sequence[Difference], count: int, longest: int = LONGEST) -> str:
    """A report with one row for each job; if it is too long it is visibly cut, and keeps jobs that are gone first."""
    title = f"### Scheduled preload jobs of site {site_id}\n\n"
    if not differences:
        what = {0: "no job is there,", 1: "the one job is"}.get(count, f"all {count} jobs are")
        return f"{title}No drift: {what} as expected.\n"
    return title + drift_table(differences, longest - len(title))


def drift_table(differences: Sequence[Difference], longest: int) -> str:
    """How many jobs differ, and the table of them."""
    head = [f"**Drift**: {counts(differences)}.", "", "| job | what | details |", "|---|---|---|"]
    # Leaves room for the sentence that says what was left out.
    room = longest - sum(len(line) + 1 for line in head) - 100
    jobs = by_job(differences)
    rows = _rows_within(jobs, room)
    if len(rows) < len(jobs):
        jobs.sort(key=lambda of_one: importance(of_one[0]))
        rows = _rows_within(jobs, room)
        rows += ["", f"... and {len(jobs) - len(rows)} more jobs, for which there is no room here."]
    return "\n".join([*head, *rows, ""])


def code(text: str, in_table: bool = False, longest: int = LONGEST_TEXT) -> str:
    """A text as a code span, so that nothing in it acts as markup, a link or a mention."""
    shown = exact(text, longest)
    if in_table:
        shown = shown.replace("|", "\\|")
    # A code span that holds backticks needs a fence that is longer than any of them, and blanks beside it.
    longest = max(map(len, _BACKTICKS.findall(shown)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {shown} {fence}" if longest or not shown.strip() else f"`{shown}`"


def bullets(lines: Sequence[str], room: int = _LIST) -> list[str]:
    """A list of lines, each literal; what there is no room for is counted."""
    found: list[str] = []
    for number, line in enumerate(lines):
        found.append(f"- {code(line, longest=_DETAILS)}")
        room -= len(found[-1]) + 1
        if room < 0:
            return [*found[:-1], f"- ... and {len(lines) - number} more"]
    return found


def job_name(name: str | None, job_id: str, in_table: bool = False) -> str:
    """A job by its name, and its id where one is known."""
    shown = code(name, in_table) if name else "unnamed"
    return f"{shown} ({code(job_id, in_table)})" if job_id else shown


def _rows_within(jobs: Sequence[Sequence[Difference]], room: int) -> list[str]:
    rows: list[str] = []
    for of_one in jobs:
        row = _row(of_one)
        room -= len(row) + 1
        if room < 0:
            break
        rows.append(row)
    return rows


def _row(differences: Sequence[Difference]) -> str:
    first = differences[0]
    job = job_name(first.name, first.job_id, in_table=True)
    if first.kind is not Kind.CHANGED:
        what = code(details(first.record), in_table=True, longest=_DETAILS) if first.record else ""
        return f"| {job} | {WORDS[first.kind]} | {what} |"
    shown, more = cut_changes(differences)
    changes = [*(_change(difference) for difference in shown), *([more] if more else [])]
    return f"| {job} | changed | {'<br>'.join(changes)} |"


def _change(difference: Difference) -> str:
    if not difference.field:
        return "what was recorded cannot be read"
    execution = f"execution {code(difference.execution_id, in_table=True)}" if difference.execution_id else "execution"
    if difference.field == EXECUTIONS:
        new = difference.expected is None
        plan = _side(difference.actual if new else difference.expected)
        return f"{execution} {'new' if new else 'gone'}: {plan}"
    sides = f"`{difference.field}` " + " => ".join(_side(side) for side in both_sides(difference))
    if not difference.execution_id:
        return sides
    if difference.field == STOPPED:
        return f"{execution} {'stopped' if difference.actual else 'started again'}"
    return f"{execution} {sides}"


def _side(side: Value | None) -> str:
    return "*nothing*" if side is None else code(str(side), in_table=True)
