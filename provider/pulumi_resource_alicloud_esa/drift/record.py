"""What a job and its executions look like in canonical form: what is recorded, and what is compared.

Canonical means, and nothing else (docs/drift.md lists it): an empty text is the same as no value, domains have no
order and no case, moments are in UTC in one spelling, and of an execution's status only `stopped` counts. Counters
that move by themselves are left out unless asked for.

A record says which fields it covers (`covered`), so that a later version that knows one more does not take every
job for changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..esa.inputs import Inputs
from ..esa.models import JOB, Execution, Job
from ..esa.moments import canonical_moment, parse_answered
from ..esa.query import split_domains

Value = str | int
"""The value of a field; a bool (`stopped`) is an int too."""
Fields = Mapping[str, Value]

EXECUTIONS = "executions"
STOPPED = "stopped"
PLAN = ("endTime", "interval", "sliceLen", "startTime")
"""The fields of an execution that a person can change."""
PLANNED = (*PLAN, STOPPED)

# The key of a record, and what is the same for every job of a site.
_NOT_COMPARED = frozenset({"id", "siteId"})
COMPARABLE = tuple(field.name for field in JOB.fields if field.name not in _NOT_COMPARED)
IGNORABLE = (*COMPARABLE, *(f"{EXECUTIONS}.{field}" for field in PLANNED))
DEFAULT_IGNORED = ("errorInfo", "executionCount", "failedFileOss", "taskSubmitted", "urlSubmitted")
INTEGERS = frozenset({"executionCount", "interval", "sliceLen", "taskSubmitted", "urlCount", "urlSubmitted"})
MOMENTS = frozenset({"createdAt", "endTime", "startTime"})
# What a record without `covered` covers: it was written by 0.1.0, so this list is never extended.
_FIRST = tuple(
    """aliUid createdAt domains errorInfo executionCount failedFileOss fileId insertWay name taskSubmitted taskType
    urlCount urlSubmitted""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Record:
    """A job in canonical form: its fields that have a value, and its executions by id where they are covered."""

    fields: Fields
    executions: Mapping[str, Fields] | None = None

    @property
    def name(self) -> str:
        """The job's name, "" where it has none."""
        return str(self.fields.get("name", ""))

    def plain(self) -> dict[str, Any]:
        """The record as a state or a file holds it; `read_record` reads it."""
        if self.executions is None:
            return dict(self.fields)
        return {**self.fields, EXECUTIONS: {key: dict(fields) for key, fields in self.executions.items()}}


def read_record(value: object) -> Record | None:
    """The record in a state or a file, None for what is not a record."""
    if not isinstance(value, dict):
        return None
    fields = {name: item for name, item in value.items() if name != EXECUTIONS}
    executions = value.get(EXECUTIONS)
    if not _are_fields(fields) or not (executions is None or isinstance(executions, dict)):
        return None
    if executions is not None and not all(_are_fields(item) for item in executions.values()):
        return None
    return Record(fields, executions)


def covered(ignored: Iterable[str], executions: bool = False) -> tuple[str, ...]:
    """The fields that a new record covers, sorted; `executions` itself means which executions there are."""
    names = (*IGNORABLE, EXECUTIONS) if executions else COMPARABLE
    return tuple(sorted({*names} - {*ignored}))


def covered_at_first(ignored: Iterable[str]) -> tuple[str, ...]:
    """The fields that a record without `covered` covers."""
    return tuple(sorted({*_FIRST} - {*ignored}))


def record_job(job: Job, covers: Iterable[str], executions: Sequence[Execution] | None = None) -> Record:
    """The record of a job, and of its executions where `covers` has them; those must be given then."""
    wanted = {*covers}
    fields = canonical_fields(job, [name for name in COMPARABLE if name in wanted])
    if EXECUTIONS not in wanted:
        return Record(fields)
    if executions is None:
        raise ValueError("executions are covered, but were not read")
    names = [name for name in PLANNED if f"{EXECUTIONS}.{name}" in wanted]
    return Record(fields, dict(sorted((row.id, record_execution(row, names)) for row in executions)))


def record_jobs(
    jobs: Iterable[Job], covers: Iterable[str], executions: Mapping[str, Sequence[Execution]] | None = None
) -> dict[str, Record]:
    """The records of a listing by job id, ids sorted, so that the same jobs always look the same."""
    wanted = {*covers}
    read = executions or {}
    return dict(sorted((job.id, record_job(job, wanted, read.get(job.id))) for job in jobs))


def record_execution(row: Execution, names: Collection[str] = PLANNED) -> dict[str, Value]:
    """An execution in canonical form: its plan, and `stopped` (true) where somebody stopped it."""
    plan = canonical_fields(row, {*names} - {STOPPED})
    return {**plan, STOPPED: True} if STOPPED in names and row.status == STOPPED else plan


def canonical_fields(row: Job | Execution, names: Iterable[str]) -> dict[str, Value]:
    """These fields of a job or an execution in the form that is compared, those that have a value."""
    values = {name: canonical_value(name, getattr(row, name)) for name in sorted(names)}
    return {name: value for name, value in values.items() if value is not None}


def canonical_value(field: str, value: Any) -> Value | None:
    """One field's value in the form that is compared; None for no value."""
    if value is None or value == "":
        return None
    if field == "domains":
        return ",".join(sorted(set(split_domains(value)))) or None
    if field in MOMENTS:
        return canonical_moment(value)
    return value if isinstance(value, (str, bool)) else int(value)


def moment(value: object) -> int | None:
    """Milliseconds since 1970 of a moment as it was answered or recorded, None for any other text."""
    return parse_answered(value) if isinstance(value, str) else None


def read_ignored(inputs: Inputs, name: str = "ignoreFields") -> tuple[str, ...]:
    """The fields to leave out: those given, else the counters; unknown names are faults."""
    given = inputs.choices(name, IGNORABLE, "field")
    return DEFAULT_IGNORED if given is None else tuple(sorted(set(given)))


def _are_fields(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(item, (str, int, float)) for item in value.values())
