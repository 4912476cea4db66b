"""From what the drift model finds to what the engine shows of a resource's `jobs` property."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..drift.compare import Difference, Kind, compare
from ..drift.record import EXECUTIONS, Record, read_record
from ..engine.property_path import join
from .protocol import Change

JOBS = "jobs"


def differences_of(recorded: Any, live: Any, now: int | None) -> list[Difference]:
    """The differences of two `jobs` properties; one without a job means a property that is not a map."""
    if recorded == live:
        return []
    if not isinstance(recorded, dict) or not isinstance(live, dict):
        return [Difference(Kind.CHANGED, "", "")]
    # Equal values need no parsing, and may not even be valid records.
    same = {job_id for job_id, value in recorded.items() if job_id in live and live[job_id] == value}
    return compare(_records(recorded, same), _records(live, same), now=now)


def _records(jobs: Mapping[str, Any], without: set[str]) -> dict[str, Record | None]:
    return {job_id: read_record(value) for job_id, value in jobs.items() if job_id not in without}


def path_of(difference: Difference) -> str:
    """Where the engine shows a finding: `jobs["ID"].executions["ID"].startTime`."""
    parts = [JOBS, difference.job_id] if difference.job_id else [JOBS]
    if difference.execution_id:
        parts += [EXECUTIONS, difference.execution_id]
    if difference.field not in ("", EXECUTIONS):
        parts.append(difference.field)
    return join(*parts)


def change_of(difference: Difference) -> Change:
    """Its kind the other way round, from live to recorded: the direction in which the engine passes a refresh."""
    if difference.kind is not Kind.CHANGED:
        return Change.ADD if difference.kind is Kind.MISSING else Change.DELETE
    if (difference.expected is None) == (difference.actual is None):
        return Change.UPDATE
    return Change.ADD if difference.actual is None else Change.DELETE
