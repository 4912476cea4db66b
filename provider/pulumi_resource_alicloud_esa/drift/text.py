"""Drift in words: one line in all, or one line for each job."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from os.path import commonprefix

from ..esa.printable import printable
from .compare import Difference, Kind
from .record import EXECUTIONS, STOPPED, Record, Value

WORDS = {Kind.MISSING: "gone", Kind.UNEXPECTED: "new", Kind.CHANGED: "changed"}
"""What people read of each kind."""
_NAMED = 5
_CHANGES = 20
_BEFORE = 20
LONGEST_TEXT = 200
"""Characters of a name or a value that are shown before it is cut."""
_IMPORTANCE = (Kind.MISSING, Kind.CHANGED, Kind.UNEXPECTED)


def exact(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text as a person is shown it, in quotes where it has white space that could otherwise not be seen."""
    shown = printable(text, longest)
    return f'"{shown}"' if shown != " ".join(shown.split()) else shown


def label(difference: Difference) -> str:
    """How a job is named to people: its name, and its id where one is known."""
    return job_label(difference.name, difference.job_id)


def job_label(name: str | None, job_id: str) -> str:
    """The same for a job that is not part of a difference."""
    shown = exact(name or "") or "unnamed"
    return f"{shown} ({printable(job_id)})" if job_id else shown


def value(side: Value | None) -> str:
    """One side of a change; a text with white space at an end is put in quotes."""
    return "nothing" if side is None else exact(str(side))


def change(difference: Difference) -> str:
    """How a changed job differs: the field with both sides, and of which execution."""
    if not difference.field:
        return "what was recorded cannot be read"
    sides = " => ".join(value(side) for side in both_sides(difference))
    execution = f"execution {printable(difference.execution_id)}".rstrip()
    if difference.field == EXECUTIONS:
        new = difference.expected is None
        return f"{execution} is {'new' if new else 'gone'} ({value(difference.actual if new else difference.expected)})"
    if not difference.execution_id:
        return f"{difference.field} {sides}"
    if difference.field == STOPPED:
        return f"{execution} was {'stopped' if difference.actual else 'started again'}"
    return f"{execution} {difference.field} {sides}"


def both_sides(difference: Difference) -> tuple[Value | None, Value | None]:
    """Both sides of a change; of long texts from a little before where they begin to differ, or a cut would hide it."""
    was, now = difference.expected, difference.actual
    if not (isinstance(was, str) and isinstance(now, str)) or max(len(was), len(now)) <= LONGEST_TEXT:
        return was, now
    start = len(commonprefix([was, now])) - _BEFORE  # noqa: RUF071  # these texts are not paths
    return (f"...{was[start:]}", f"...{now[start:]}") if start > 0 else (was, now)


def describe(difference: Difference) -> str:
    """One difference in one sentence: the job, and what is wrong with it."""
    if _of_no_job(difference):
        return change(difference)
    if difference.kind is Kind.CHANGED:
        return f"job {label(difference)}: {change(difference)}"
    what = f" ({details(difference.record)})" if difference.record else ""
    return f"job {label(difference)} is {WORDS[difference.kind]}{what}"


def details(record: Record) -> str:
    """The details of a job that is new or gone: type, domains, URLs, creation, executions."""
    fields = record.fields
    parts = [exact(str(fields[name])) for name in ("taskType", "domains") if name in fields]
    if "urlCount" in fields:
        parts.append(number(fields["urlCount"], "URL"))
    if "createdAt" in fields:
        parts.append(f"created {exact(str(fields['createdAt']))}")
    if record.executions is not None:
        parts.append(number(len(record.executions), "execution"))
    return ", ".join(parts) or "nothing else is known of it"


def by_job(differences: Sequence[Difference]) -> list[list[Difference]]:
    """The differences of each job together, jobs in their order."""
    jobs: dict[tuple[str, str], list[Difference]] = {}
    for difference in differences:
        jobs.setdefault((difference.name, difference.job_id), []).append(difference)
    return list(jobs.values())


def job_lines(differences: Sequence[Difference], most: int | None = None) -> list[str]:
    """One line for each job: gone, new, or what changed about it; of more than `most` jobs the others are counted."""
    jobs = by_job(differences)
    if most is None or len(jobs) <= most:
        return [_job_line(of_one) for of_one in jobs]
    kept = sorted(range(len(jobs)), key=lambda index: importance(jobs[index][0]))[:most]
    lines = [_job_line(jobs[index]) for index in sorted(kept)]
    return [*lines, f"... and {number(len(jobs) - most, 'more job')}"]


def importance(difference: Difference) -> int:
    """Its place in the order when not all can be shown: jobs that are gone stay before all others."""
    return _IMPORTANCE.index(difference.kind)


def changed_jobs(differences: Sequence[Difference]) -> list[str]:
    """One line for each job without what changed, for jobs that are secret."""
    words = {Kind.MISSING: "is gone", Kind.UNEXPECTED: "is new", Kind.CHANGED: "has changed"}
    return _unique(
        change(difference) if _of_no_job(difference) else f"job {label(difference)} {words[difference.kind]}"
        for difference in differences
    )


def summary(site_id: str, differences: Sequence[Difference], count: int) -> str:
    """One line: the verdict, and the jobs behind it by name."""
    if not differences:
        return f"site {site_id}: no drift in {count} scheduled preload {'job' if count == 1 else 'jobs'}"
    parts = [part for kind in Kind if (part := _summary_part(kind, differences))]
    return f"site {site_id}: drift: {'; '.join(parts)}"


def counts(differences: Sequence[Difference]) -> str:
    """How many jobs differ in which way."""
    numbers = {kind: len({(d.name, d.job_id) for d in differences if d.kind is kind}) for kind in Kind}
    return ", ".join(f"{number} {WORDS[kind]}" for kind, number in numbers.items() if number)


def cut_changes(differences: Sequence[Difference]) -> tuple[Sequence[Difference], str]:
    """As many changes of one job as a person reads, and how many more there are, "" for none."""
    more = len(differences) - _CHANGES
    return differences[:_CHANGES], f"and {number(more, 'more change')}" if more > 0 else ""


def _of_no_job(difference: Difference) -> bool:
    """Whether it is about the whole record, where not even the jobs in it can be told."""
    return difference.kind is Kind.CHANGED and not (difference.name or difference.job_id or difference.field)


def _job_line(differences: Sequence[Difference]) -> str:
    shown, more = cut_changes(differences)
    changes = [describe(shown[0]), *(change(difference) for difference in shown[1:]), *([more] if more else [])]
    return ", ".join(changes)


def number(count: object, noun: str) -> str:
    """`1 job`, `2 jobs`."""
    return f"{count} {noun if count == 1 else f'{noun}s'}"


def _summary_part(kind: Kind, differences: Sequence[Difference]) -> str:
    jobs = by_job([difference for difference in differences if difference.kind is kind])
    if not jobs:
        return ""
    named = [
        f"{_short_label(of_one[0])} ({_fields(of_one)})" if kind is Kind.CHANGED else _short_label(of_one[0])
        for of_one in jobs[:_NAMED]
    ]
    more = f" and {len(jobs) - _NAMED} more" if len(jobs) > _NAMED else ""
    return f"{len(jobs)} {WORDS[kind]}: {', '.join(_unique(named))}{more}"


def _fields(differences: Sequence[Difference]) -> str:
    return ", ".join(_unique(one.path or "unreadable" for one in differences))


def _short_label(difference: Difference) -> str:
    return exact(difference.name) or printable(difference.job_id) or "unnamed"


def _unique(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))
