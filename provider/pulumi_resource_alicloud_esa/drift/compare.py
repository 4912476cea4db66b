"""The one drift model: how two sets of jobs differ.

The resource, the function and the command all compare through this file, so they reach the same verdict. What is
compared, and in which form, is in record.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as data_field
from enum import Enum

from .record import EXECUTIONS, STOPPED, Fields, Record, Value, moment


class Kind(Enum):
    """How a job differs."""

    MISSING = "missing"
    UNEXPECTED = "unexpected"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One finding: the job, and for a changed one the field with its expected and actual value (None: no value).

    With `execution_id`, the field is one of that execution; where the execution itself is new or gone, the field is
    `executions` and the side that has it says its plan. A job that is new or gone is one finding, whatever it
    consists of; so is one whose record cannot be read: it has no field.
    """

    kind: Kind
    job_id: str
    name: str
    field: str = ""
    expected: Value | None = None
    actual: Value | None = None
    execution_id: str = ""
    # The job that is new or gone, for people; not a part of what was found.
    record: Record | None = data_field(default=None, compare=False, repr=False)

    @property
    def path(self) -> str:
        """The field as `ignoreFields` and rules name it: `urlCount`, `executions`, `executions.startTime`."""
        return f"{EXECUTIONS}.{self.field}" if self.execution_id and self.field != EXECUTIONS else self.field


def compare(
    expected: Mapping[str, Record | None],
    actual: Mapping[str, Record | None],
    *,
    now: int | None,
    ids: Mapping[str, str] | None = None,
) -> list[Difference]:
    """How `actual` differs from `expected`, both by the same key, sorted by name, job, execution and field.

    Keys are job ids, or any others with `ids` giving the job id of each key. A record that could not be
    read, None, is never equal. `now`, in milliseconds by the service's clock, tells which executions are over: one
    that is over and gone is not a finding. Where `now` is not known none counts as over, so that nothing is missed.
    """
    differences: list[Difference] = []
    for key in {*expected, *actual}:
        job_id = key if ids is None else ids.get(key, "")
        was, live = expected.get(key), actual.get(key)
        name = next((side.name for side in (was, live) if side is not None and side.name), "")
        if key not in actual:
            differences.append(Difference(Kind.MISSING, job_id, name, record=was))
        elif key not in expected:
            differences.append(Difference(Kind.UNEXPECTED, job_id, name, record=live))
        elif was is None or live is None:
            differences.append(Difference(Kind.CHANGED, job_id, name))
        else:
            differences += _changes(job_id, name, was, live, now)
    return sorted(differences, key=lambda d: (d.name, d.job_id, d.kind.value, d.execution_id, d.field))


def ran_out(execution: Fields, now: int | None) -> bool:
    """Whether an execution had ended by then; false where either time is not known."""
    end = moment(execution.get("endTime"))
    return end is not None and now is not None and end < now


def plan_text(execution: Fields) -> str:
    """An execution's plan in words, for a finding that is about all of it."""
    start, end = execution.get("startTime"), execution.get("endTime")
    parts = [f"{start} to {end}"] if start and end else [f"from {start}"] if start else [f"until {end}"] if end else []
    parts += [f"{name} {execution[name]}" for name in ("interval", "sliceLen") if name in execution]
    parts += [STOPPED] if execution.get(STOPPED) else []
    return ", ".join(parts) or "no plan known"


def _changes(job_id: str, name: str, was: Record, live: Record, now: int | None) -> Iterator[Difference]:
    for field, expected, actual in _differing(was.fields, live.fields):
        yield Difference(Kind.CHANGED, job_id, name, field, expected, actual)
    executions, others = was.executions or {}, live.executions or {}
    for key in {*executions, *others}:
        before, after = executions.get(key), others.get(key)
        if before is None:
            yield Difference(Kind.CHANGED, job_id, name, EXECUTIONS, None, plan_text(after or {}), key)
        elif after is not None:
            for field, expected, actual in _differing(before, after):
                yield Difference(Kind.CHANGED, job_id, name, field, expected, actual, key)
        elif not ran_out(before, now):
            yield Difference(Kind.CHANGED, job_id, name, EXECUTIONS, plan_text(before), None, key)


def _differing(was: Fields, now: Fields) -> Iterator[tuple[str, Value | None, Value | None]]:
    for field in {*was, *now}:
        if was.get(field) != now.get(field):
            yield field, was.get(field), now.get(field)
