"""The executions of the jobs: made from the job at the first look, and changed from then on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from emulator.errors import ApiError
from emulator.jobs import OBJECT_ID, Job
from emulator.moments import parse_moment
from emulator.seed import STATUSES, Execution, new_execution, seeded_executions

if TYPE_CHECKING:
    from emulator.store import Store

_MOMENTS = ("StartTime", "EndTime")
_TEXTS = ("AliUid", "EndTime", "Id", "JobId", "StartTime", "Status")
_NUMBERS = ("Interval", "SliceLen")
_FIELDS = frozenset(_TEXTS + _NUMBERS)


class Executions:
    """Job id to its executions; those of a job that is not the caller's are refused with an ApiError."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._rows: dict[str, list[Execution]] = {}
        self._made = 0

    def of(self, job_id: str) -> list[Execution]:
        """A copy of a job's executions."""
        with self._store.lock:
            return [dict(row) for row in self.of_job(self._store.find(job_id))]

    def find(self, execution_id: str) -> Execution:
        """A copy of one execution."""
        with self._store.lock:
            job_id, index = self._place(execution_id)
            return dict(self._rows[job_id][index])

    def set(self, job_id: str, rows: Iterable[Execution]) -> None:
        """Replaces a job's executions by these rows, whatever is in them."""
        with self._store.lock:
            job = self._store.find(job_id)
            self._rows[job.id] = [dict(row) for row in rows]
            self._store.recount(job.id, len(self._rows[job.id]))

    def add(self, job_id: str, /, **fields: object) -> Execution:
        """Adds an execution with these fields to a job, the rest made up."""
        _check_fields(fields)
        with self._store.lock:
            job = self._store.find(job_id)
            self._made += 1
            made = new_execution(job, self._made, self._store.now_ms())
            row = _merged(made, {**fields, "JobId": job.id})
            rows = self.of_job(job)
            if any(other.get("Id") == row["Id"] for other in rows):
                raise ValueError(f"job {job.id} already has an execution {row['Id']}")
            self.set(job.id, [*rows, row])
            return row

    def change(self, execution_id: str, /, **fields: object) -> Execution:
        """Replaces fields of an execution where it stands (None removes one)."""
        _check_fields(fields)
        if {"Id", "JobId"}.intersection(fields):
            raise ValueError("Id and JobId cannot be changed")
        with self._store.lock:
            job_id, index = self._place(execution_id)
            self._rows[job_id][index] = _merged(self._rows[job_id][index], fields)
            return dict(self._rows[job_id][index])

    def start(self, execution_id: str) -> Execution:
        """Lets an execution go on: it waits for its start, or runs."""
        start = self.find(execution_id).get("StartTime")
        ahead = start is not None and self._store.now_ms() < parse_moment(str(start))
        return self.change(execution_id, Status="waiting" if ahead else "running")

    def stop(self, execution_id: str) -> Execution:
        """Makes an execution `stopped`."""
        return self.change(execution_id, Status="stopped")

    def delete(self, execution_id: str) -> Execution:
        """Removes an execution and returns it."""
        with self._store.lock:
            job_id, index = self._place(execution_id)
            rows = self._rows[job_id]
            self.set(job_id, [*rows[:index], *rows[index + 1 :]])
            return rows[index]

    def of_job(self, job: Job) -> list[Execution]:
        """The executions of a job, to be changed in place."""
        if job.id not in self._rows:
            self._rows[job.id] = seeded_executions(job)
        return self._rows[job.id]

    def forget(self, job_id: str) -> None:
        """Drops the executions of a job that is gone."""
        self._rows.pop(job_id, None)

    def clear(self) -> None:
        """Back to what the jobs themselves say."""
        self._rows.clear()
        self._made = 0

    def _place(self, execution_id: str) -> tuple[str, int]:
        # Most callers have an id from a list, so the lists made so far come first; only then all jobs are searched.
        for job_id, rows in self._rows.items():
            for index, row in enumerate(rows):
                if row.get("Id") == execution_id:
                    self._store.find(job_id)
                    return job_id, index
        unseen = [job for job in self._store.each_job() if job.id not in self._rows]
        if not unseen:
            raise ApiError("InvalidExecution.NotFound")
        for job in unseen:
            self.of_job(job)
        return self._place(execution_id)


def _merged(row: Execution, changes: Mapping[str, object]) -> Execution:
    return {name: value for name, value in {**row, **changes}.items() if value is not None}


def _check_fields(fields: Mapping[str, object]) -> None:
    """Raises ValueError, in one line, if a field is not one of an execution's or cannot be one."""
    unknown = sorted(set(fields).difference(_FIELDS))
    if unknown:
        raise ValueError(f"unknown execution field {', '.join(unknown)}; known are {', '.join(sorted(_FIELDS))}")
    for name, value in fields.items():
        wanted = int if name in _NUMBERS else str
        if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise ValueError(f"{name} must be {'a number' if wanted is int else 'a text'}, not {value!r}")
        if name in _MOMENTS and value is not None:
            try:
                parse_moment(str(value))
            except ValueError:
                raise ValueError(f"{name} must look like 2024-05-31T17:10:48.849+08:00") from None
    if fields.get("Status", "waiting") not in (*STATUSES, None):
        raise ValueError(f"Status must be one of: {', '.join(STATUSES)}")
    if "Id" in fields and not OBJECT_ID.fullmatch(str(fields["Id"])):
        raise ValueError("Id must be 24 lower-case hex digits")
