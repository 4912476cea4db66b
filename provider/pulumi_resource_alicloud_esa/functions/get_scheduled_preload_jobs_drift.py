"""alicloud-esa:index:getScheduledPreloadJobsDrift"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..context import CallContext
from ..drift.compare import COMPARABLE, INTEGERS, Difference, Kind, Record, canonical_job, canonical_value, compare
from ..drift.health import ExecutionCheck, check_executions
from ..drift.text import markdown, summary
from ..esa.errors import DriftFound
from ..esa.inputs import Inputs
from ..esa.models import Job
from ..esa.query import JobQuery, read_query_from

_FIELDS = ("id", *COMPARABLE)


def invoke(inputs: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """How a site's jobs differ from those declared: drifted, missing, unexpected, changed, failed, summary, markdown.

    Raises InvalidInput before anything is sent, DriftFound with `failOnDrift`, and what reading can raise.
    """
    reader = Inputs(inputs)
    query = read_query_from(reader, paged=False)
    expected = _read_expected(reader)
    allow_unexpected = reader.boolean("allowUnexpected") or False
    fail_on_drift = reader.boolean("failOnDrift") or False
    with_executions = reader.boolean("checkExecutions") or False
    reader.finish()
    service = context.service()
    jobs = service.jobs(query, context.deadline, context.progress).rows
    differences = find_drift(expected, jobs, allow_unexpected)
    if differences and fail_on_drift:
        raise DriftFound(summary(query.site_id, differences, len(jobs)))
    result = _result(query, differences, jobs)
    return _with_executions(result, check_executions(service, jobs, context.deadline)) if with_executions else result


def find_drift(expected: Mapping[str, Record], jobs: Sequence[Job], allow_unexpected: bool) -> list[Difference]:
    """Compare declared jobs by name, each only in the fields that it declares.

    The service allows several jobs of one name. An expected job is held against the one of that name that fits
    best; the others are unexpected.
    """
    by_name: dict[str, list[Job]] = {}
    for job in jobs:
        by_name.setdefault((job["name"] or "").strip(), []).append(job)
    wanted: dict[str, Record] = {}
    found: dict[str, Record] = {}
    ids: dict[str, str] = {}
    for name, record in expected.items():
        candidates = by_name.get(name, [])
        key = f"expected {name}"
        wanted[key] = record
        if candidates:
            best = min(candidates, key=lambda job: (len(compare({"": record}, {"": _project(job, record)})), job["id"]))
            candidates.remove(best)
            found[key], ids[key] = _project(best, record), best["id"]
    if not allow_unexpected:
        for job in (job for rest in by_name.values() for job in rest):
            found[job["id"]], ids[job["id"]] = canonical_job(job), job["id"]
    return compare(wanted, found, ids)


def _project(job: Mapping[str, Any], record: Record) -> Record:
    return {field: value for field in record if (value := canonical_value(field, job[field])) is not None}


def _camel_keys(value: Mapping[str, Any]) -> dict[str, Any]:
    """`task_type` -> `taskType`: Pulumi's Python SDK types a dict's keys so, and sends a function's as they stand."""
    return {re.sub(r"_([a-z])", lambda found: found[1].upper(), name): item for name, item in value.items()}


def _read_expected(reader: Inputs) -> dict[str, Record]:
    values = reader.get("expected")
    if not isinstance(values, list):
        reader.fault("expected", "missing; give the list of jobs that should be there, each with its name")
        return {}
    expected: dict[str, Record] = {}
    for index, value in enumerate(values):
        if not isinstance(value, dict):
            reader.fault(f"expected[{index}]", "not accepted; give an object with a name and the fields to compare")
            continue
        record = _read_record(Inputs(_camel_keys(value), f"expected[{index}].", reader.faults))
        name = str(record.get("name", ""))
        if name in expected:
            reader.fault(f"expected[{index}].name", f"{name!r} stands there twice; a name is declared once")
        elif name:
            expected[name] = record
    return expected


def _read_record(job: Inputs) -> Record:
    """The fields that a declared job gives, canonical; one declared as "" must have no value, which None says."""
    record: Record = {"name": canonical_value("name", job.text("name", required=True))}
    for field in _FIELDS:
        if field == "name":
            continue
        if field in INTEGERS:
            value: Any = job.integer(field, 0)
        else:
            value = job.get(field)
            if value is not None and not isinstance(value, str):
                job.fault(field, "not accepted; give a string")
                continue
        if value is not None:
            record[field] = canonical_value(field, value)
    job.refuse_unread()
    return record


def _result(query: JobQuery, differences: list[Difference], jobs: Sequence[Job]) -> dict[str, Any]:
    def of(kind: Kind) -> list[Difference]:
        return [difference for difference in differences if difference.kind is kind]

    return {
        "drifted": bool(differences),
        "missing": [difference.name for difference in of(Kind.MISSING)],
        "unexpected": [difference.name or difference.job_id for difference in of(Kind.UNEXPECTED)],
        "changed": [
            {
                "name": difference.name,
                "field": difference.field,
                "expected": _text(difference.expected),
                "actual": _text(difference.actual),
            }
            for difference in of(Kind.CHANGED)
        ],
        "failed": sorted(job["name"] or job["id"] for job in jobs if job["errorInfo"]),
        "summary": summary(query.site_id, differences, len(jobs)),
        "markdown": markdown(query.site_id, differences, len(jobs)),
    }


def _with_executions(result: dict[str, Any], check: ExecutionCheck) -> dict[str, Any]:
    """The section on executions; it is information, the verdict stays that of the jobs."""
    return {
        **result,
        **check.plain(),
        "summary": f"{result['summary']}; {check.summary()}",
        "markdown": f"{result['markdown']}\n{check.markdown()}",
    }


def _text(value: str | int | None) -> str | None:
    return None if value is None else str(value)
