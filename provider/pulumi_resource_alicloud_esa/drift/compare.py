"""The one drift model: what a job looks like in canonical form, and how two sets of jobs differ.

The resource, the function and the command all compare through this file, so they reach the same verdict.
Canonical means: no order anywhere, an empty string is the same as nothing, moments in one spelling. Counters that
move by themselves are left out unless asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..esa.inputs import Inputs
from ..esa.models import JOB, Job
from ..esa.moments import canonical_moment
from ..esa.query import split_domains

Record = dict[str, Any]
"""A job in canonical form: Pulumi field name to str or int; fields without a value are left out."""

# The key of a record, and what is the same for every job of a site.
_NOT_COMPARED = frozenset({"id", "siteId"})
COMPARABLE = tuple(field.name for field in JOB.fields if field.name not in _NOT_COMPARED)
DEFAULT_IGNORED = ("errorInfo", "executionCount", "failedFileOss", "taskSubmitted", "urlSubmitted")
INTEGERS = frozenset({"executionCount", "taskSubmitted", "urlCount", "urlSubmitted"})


class Kind(Enum):
    """How a job differs."""

    MISSING = "missing"
    UNEXPECTED = "unexpected"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """One finding: the job, and for a changed one the field with its expected and actual value (None: no value)."""

    kind: Kind
    job_id: str
    name: str
    field: str = ""
    expected: str | int | None = None
    actual: str | int | None = None


def canonical_value(field: str, value: Any) -> str | int | None:
    """One field's value in the form that is compared; None for no value."""
    if value is None or value == "":
        return None
    if field == "domains":
        return ",".join(sorted(set(split_domains(value)))) or None
    if field == "createdAt":
        return canonical_moment(value)
    if isinstance(value, str):
        return value.strip() or None
    return int(value)


def canonical_job(job: Job, ignored: Iterable[str] = DEFAULT_IGNORED) -> Record:
    """The record of a job: every field that is compared and has a value."""
    skip = {*ignored, *_NOT_COMPARED}
    given: Mapping[str, Any] = job
    values = {field: canonical_value(field, given[field]) for field in COMPARABLE if field not in skip}
    return {field: value for field, value in values.items() if value is not None}


def canonical_jobs(jobs: Iterable[Job], ignored: Iterable[str] = DEFAULT_IGNORED) -> dict[str, Record]:
    """The records of a listing by job id, ids sorted, so that the same jobs always look the same."""
    skip = tuple(ignored)
    return dict(sorted((job["id"], canonical_job(job, skip)) for job in jobs))


def compare(
    expected: Mapping[str, Record], actual: Mapping[str, Record], ids: Mapping[str, str] | None = None
) -> list[Difference]:
    """How `actual` differs from `expected`, both by the same key, sorted by name, key and field.

    Keys are job ids, or any others with `ids` saying which job stands behind a key.
    """
    differences: list[Difference] = []
    for key in {*expected, *actual}:
        was, now = expected.get(key), actual.get(key)
        job_id = key if ids is None else ids.get(key, "")
        name = str((was or {}).get("name") or (now or {}).get("name") or "")
        if now is None:
            differences.append(Difference(Kind.MISSING, job_id, name))
        elif was is None:
            differences.append(Difference(Kind.UNEXPECTED, job_id, name))
        else:
            differences += [
                Difference(Kind.CHANGED, job_id, name, field, was.get(field), now.get(field))
                for field in {*was, *now}
                if was.get(field) != now.get(field)
            ]
    return sorted(differences, key=lambda d: (d.name, d.job_id, d.kind.value, d.field))


def read_ignored(inputs: Inputs, name: str = "ignoreFields") -> tuple[str, ...]:
    """The fields to leave out: those given, else the counters; unknown names are faults."""
    given = inputs.texts(name)
    if given is None:
        return DEFAULT_IGNORED
    for index, field in enumerate(given):
        if field not in COMPARABLE:
            inputs.fault(f"{name}[{index}]", f"{field!r} is no field; accepted are {', '.join(COMPARABLE)}")
    return tuple(sorted(set(given)))
