"""alicloud-esa:index:getScheduledPreloadJobsDrift"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..context import CallContext
from ..drift.compare import Difference, Kind
from ..drift.declared import Declared, find_drift
from ..drift.health import Health, judge_health
from ..drift.ignore import Judged, Rule, judge, read_rules
from ..drift.markdown import markdown
from ..drift.reading import Reading, read_site
from ..drift.record import COMPARABLE, EXECUTIONS, INTEGERS, MOMENTS, PLAN, Value, canonical_value
from ..drift.text import job_lines, summary
from ..esa.errors import DriftFound, InvalidInput
from ..esa.inputs import Inputs
from ..esa.models import Job
from ..esa.query import JobQuery, read_query_from

_NAMED = 20


def invoke(inputs: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """How a site's jobs differ from those declared: drifted, missing, unexpected, changed, failed, summary, markdown.

    Raises InvalidInput before anything is sent, DriftFound with `failOnDrift`, and what reading can raise.
    """
    reader = Inputs(inputs)
    query, require_ids = read_query_from(reader, paged=False), reader.boolean("requireIds") or False
    expected = _read_expected(reader)
    allow_unexpected = reader.boolean("allowUnexpected") or False
    fail_on_drift = reader.boolean("failOnDrift") or False
    with_health = reader.boolean("health") or False
    rules = read_rules(reader)
    reader.finish()

    def wanted(job: Job) -> bool:
        return with_health or any(one.executions is not None and one.means(job) for one in expected)

    reading = read_site(context.service(), query, wanted, context.deadline, context.progress)
    # The id of a declared job that is gone is no typing error, but drift.
    if require_ids and (faults := query.unmatched_ids(reading.jobs, (one.job_id for one in expected))):
        raise InvalidInput(faults)
    judged = judge(find_drift(expected, reading, allow_unexpected), rules, reading.now)
    if judged.differences and fail_on_drift:
        raise DriftFound(_lines(_summary(query, judged, reading), judged.differences))
    result = _result(query, judged, reading)
    return _with_health(result, judge_health(reading.jobs, reading.executions)) if with_health else result


def _lines(first: str, differences: Sequence[Difference]) -> str:
    lines = job_lines(differences)
    more = [f"... and {len(lines) - _NAMED} more jobs"] if len(lines) > _NAMED else []
    return "\n".join([first, *lines[:_NAMED], *more])


def _read_expected(reader: Inputs) -> list[Declared]:
    wanted = "missing; give the list of jobs that should be there, each with its name or its id"
    each = "not accepted; give an object with a name and the fields to compare"
    expected: list[Declared] = []
    for job in reader.objects("expected", wanted, each, required=True):
        declared = _read_job(job)
        job.refuse_unread()
        named = [one.name for one in expected if not one.job_id]
        if declared.job_id and any(one.job_id == declared.job_id for one in expected):
            job.fault("id", f"{declared.job_id!r} is given twice; a job is declared once")
        elif not declared.job_id and declared.name and declared.name in named:
            job.fault("name", f"{declared.name!r} is given twice; a name is declared once, or each with its id")
        else:
            expected.append(declared)
    return expected


def _read_job(job: Inputs) -> Declared:
    """A declared job: its given fields in canonical form; None for one declared as "", which must have no value."""
    by_id = job.get("id") is not None
    job_id = job.job_id("id") if by_id else ""
    if not by_id and job.get("name") in (None, ""):
        job.fault("name", "missing; give the job's name, or its id")
    fields = _read_fields(job, COMPARABLE)
    return Declared(fields, job_id, _read_executions(job))


def _read_fields(given: Inputs, names: Sequence[str]) -> dict[str, Value | None]:
    fields: dict[str, Value | None] = {}
    for name in names:
        value = given.integer(name, 0) if name in INTEGERS else given.get(name)
        if value is None:
            continue
        if name not in INTEGERS and not isinstance(value, str):
            given.fault(name, "not accepted; give a string")
        elif name not in MOMENTS or value == "" or given.milliseconds(name) is not None:
            fields[name] = canonical_value(name, value)
    return fields


def _read_executions(job: Inputs) -> list[dict[str, Value | None]] | None:
    wanted = "not accepted; give a list of executions, each with the fields to compare"
    each = f"not accepted; give an object with any of {', '.join(PLAN)}"
    found: list[dict[str, Value | None]] = []
    for execution in job.objects(EXECUTIONS, wanted, each):
        found.append(_read_fields(execution, PLAN))
        execution.refuse_unread()
    return None if job.values.get(EXECUTIONS) is None else found


def _summary(query: JobQuery, judged: Judged, reading: Reading) -> str:
    return summary(query.site_id, judged.differences, len(reading.jobs)) + judged.tail()


def _result(query: JobQuery, judged: Judged, reading: Reading) -> dict[str, Any]:
    def of(kind: Kind) -> list[Difference]:
        return [difference for difference in judged.differences if difference.kind is kind]

    missing, unexpected = of(Kind.MISSING), of(Kind.UNEXPECTED)
    rules = judged.section()
    report = markdown(query.site_id, judged.differences, len(reading.jobs))
    return {
        "drifted": bool(judged.differences),
        "missing": [difference.name or difference.job_id for difference in missing],
        "missingIds": [difference.job_id for difference in missing],
        "unexpected": [difference.name or difference.job_id for difference in unexpected],
        "unexpectedIds": [difference.job_id for difference in unexpected],
        "changed": [_change(difference) for difference in of(Kind.CHANGED)],
        "ignored": [_ignored(difference, rule) for difference, rule in judged.ignored],
        "failed": sorted(job.name or job.id for job in reading.jobs if job.errorInfo),
        "summary": _summary(query, judged, reading),
        "markdown": f"{report}\n{rules}" if rules else report,
    }


def _ignored(difference: Difference, rule: Rule) -> dict[str, Any]:
    return {
        "name": difference.name,
        "jobId": difference.job_id,
        "executionId": difference.execution_id or None,
        "kind": difference.kind.value,
        "field": difference.field or None,
        "reason": rule.reason,
        "until": rule.until or None,
    }


def _change(difference: Difference) -> dict[str, Any]:
    return {
        "name": difference.name,
        "jobId": difference.job_id,
        "executionId": difference.execution_id or None,
        "field": difference.field,
        "expected": _text(difference.expected),
        "actual": _text(difference.actual),
    }


def _with_health(result: dict[str, Any], health: Health) -> dict[str, Any]:
    """The report's section on the runs: information only, the jobs alone decide the verdict."""
    return {
        **result,
        "health": health.plain(),
        "withoutExecution": [job.name or job.job_id for job in health.idle],
        "summary": f"{result['summary']}; {health.summary()}",
        "markdown": f"{result['markdown']}\n{health.markdown()}",
    }


def _text(value: Value | None) -> str | None:
    return None if value is None else str(value)
