"""The report for a pull request or a job summary; of several sites a summary first, then those that are not clean."""

from __future__ import annotations

from ...drift.markdown import LONGEST, code, drift_table
from ...drift.markdown import markdown as drift_markdown
from ...drift.text import counts, number
from ..outcome import Check, Outcome, Verdict
from .groups import Group, groups

_ERROR = 4000
_CELL = 200
# Of all that a comment takes, what the summary may have; the least that a site's section can be.
_ROWS, _LEAST = 10_000, 600
_WORDS = {Verdict.DRIFT: "drift", Verdict.ERROR: "could not tell", Verdict.CLEAN: "as recorded"}


def render(check: Check) -> str:
    """Markdown with a table of the jobs that differ."""
    if check.several:
        return _several(check)
    (outcome,) = check.outcomes
    if outcome.verdict is Verdict.ERROR:
        subject = f"site {outcome.site_id}" if outcome.site_id else code(outcome.path)
        return f"### Scheduled preload jobs of {subject}\n\n{_unreadable(outcome)}"
    report = drift_markdown(outcome.site_id, outcome.differences, outcome.actual)
    return "\n".join([report, *_sections(Group(outcome, ()))])


def _several(check: Check) -> str:
    found = groups(check)
    report = f"### Scheduled preload jobs of {number(len(check.outcomes), 'site')}\n\n{_summary(check)}"
    room = LONGEST - len(report)
    for shown, group in enumerate(found):
        # Each of those to come gets its share; what one does not need is left for the next ones.
        share = room // (len(found) - shown)
        if share < _LEAST:
            left = sum(1 + len(one.others) for one in found[shown:])
            return f"{report}\n... and {number(left, 'more site')}, for which there is no room here.\n"
        part = _section(group, share)
        report += part
        room -= len(part)
    return report


def _summary(check: Check) -> str:
    lines = [f"{check.summary.partition(': ')[2].capitalize()}.", "", "| site | verdict | what |", "|---|---|---|"]
    room = _ROWS
    told = [one for group in groups(check) for one in (group.first, *group.others)]
    for shown, outcome in enumerate(told):
        lines.append(f"| {_name(outcome)} | {_WORDS[outcome.verdict]} | {_what(outcome)} |")
        room -= len(lines[-1])
        if room < 0:
            lines.append(f"| {number(len(told) - shown - 1, 'more site')} | listed below, or in the JSON report | |")
            break
    if clean := len(check.outcomes) - len(told):
        lines.append(f"| {number(clean, 'other site' if told else 'site')} | {_WORDS[Verdict.CLEAN]} | |")
    return "\n".join([*lines, ""])


def _name(outcome: Outcome) -> str:
    if outcome.name and outcome.site_id:
        return f"{code(outcome.site_id, in_table=True)} ({code(outcome.name, in_table=True)})"
    return code(outcome.label, in_table=True)


def _what(outcome: Outcome) -> str:
    if outcome.errors:
        return code(outcome.error, in_table=True, longest=_CELL)
    parts = [counts(outcome.differences), f"{len(outcome.judged.ignored)} ignored" if outcome.judged.ignored else ""]
    return ", ".join(part for part in parts if part)


def _section(group: Group, room: int) -> str:
    outcome = group.first
    head = f"\n#### {_name(outcome)}\n\n" + (f"{code(group.alike, longest=_ERROR)}\n\n" if group.others else "")
    if outcome.errors:
        return head + _unreadable(outcome)
    sections = _sections(group)
    room -= len(head) + sum(map(len, sections))
    table = drift_table(outcome.differences, max(room, _LEAST)) if outcome.differences else ""
    return head + "\n".join([table, *sections] if table else sections)


def _sections(group: Group) -> list[str]:
    """What stands below the table."""
    outcome = group.first
    accept = (
        f"To accept {group.accepted}, run {code(group.accept, longest=_ERROR)} and commit the file.\n"
        if group.accept
        else ""
    )
    since = outcome.since.section() if outcome.since else ""
    health = outcome.health.markdown() if outcome.health else ""
    return [text for text in (accept, since, outcome.judged.section(), health) if text]


def _unreadable(outcome: Outcome) -> str:
    errors = "\n".join(f"- {code(line, longest=_ERROR)}" for line in outcome.errors)
    return f"**Could not be read**, so nobody knows whether there is drift:\n\n{errors}\n"
