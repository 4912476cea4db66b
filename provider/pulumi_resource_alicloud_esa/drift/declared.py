"""Jobs declared in a program, compared with the live ones, each only in the fields that it declares.

What is declared has names and plans, but not always ids; so each is first matched with the job, or the execution,
that it most likely means. Then the one drift model compares.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ..esa.models import Execution, Job
from .compare import Difference, compare
from .reading import Reading
from .record import PLAN, Fields, Record, Value, canonical_fields, covered, record_execution, record_job

Declaration = Mapping[str, Value | None]
"""The declared fields, canonical; None: the field must have no value."""
_NO_ID = "declared "


@dataclass(frozen=True)
class Declared:
    """One declared job: by id where one is given, else by name; with its executions where they are declared."""

    fields: Declaration
    job_id: str = ""
    executions: Sequence[Declaration] | None = None

    @property
    def name(self) -> str:
        """The declared name, "" where there is none."""
        return str(self.fields.get("name") or "")

    def means(self, job: Job) -> bool:
        """Whether this job can be the one that is declared."""
        # Ids are read in any case, and `job_id` is in lower case.
        return bool(job.id.lower() == self.job_id if self.job_id else (job.name or "") == self.name)


def find_drift(declared: Sequence[Declared], reading: Reading, allow_unexpected: bool) -> list[Difference]:
    """How the jobs differ from those declared.

    The service allows several jobs of one name. A declared job is compared with the one of its name that fits best;
    the others are unexpected.
    """
    jobs = _match(declared, reading)
    wanted: dict[str, Record | None] = {}
    found: dict[str, Record | None] = {}
    ids: dict[str, str] = {}
    for index, one in enumerate(declared):
        key = f"{_NO_ID}{index}"
        wanted[key], ids[key] = Record(_given(one.fields)), one.job_id
        if index in jobs:
            job = jobs[index]
            wanted[key], found[key] = _sides(one, job, reading)
            ids[key] = job.id
    if not allow_unexpected:
        taken = {job.id for job in jobs.values()}
        for job in reading.jobs:
            if job.id not in taken:
                found[job.id], ids[job.id] = record_job(job, covered(())), job.id
    differences = compare(wanted, found, now=reading.now, ids=ids)
    # A declared execution that does not exist has no id.
    return [replace(one, execution_id="") if one.execution_id.startswith(_NO_ID) else one for one in differences]


def _match(declared: Sequence[Declared], reading: Reading) -> dict[int, Job]:
    """The job that each declared one means, by its index; those with an id choose first."""
    found: dict[int, Job] = {}
    by_name: dict[str, list[int]] = {}
    by_id = {job.id.lower(): job for job in reading.jobs}
    for index, one in enumerate(declared):
        if not one.job_id:
            by_name.setdefault(one.name, []).append(index)
        elif one.job_id in by_id:
            found[index] = by_id.pop(one.job_id)
    for indices in by_name.values():
        jobs = sorted((job for job in by_id.values() if declared[indices[0]].means(job)), key=lambda job: str(job.id))
        sides = [[_sides(declared[index], job, reading) for job in jobs] for index in indices]
        costs = [[len(compare({"": was}, {"": live}, now=reading.now)) for was, live in line] for line in sides]
        found.update({indices[row]: jobs[column] for row, column in best_fit(costs).items()})
    return found


def _sides(declared: Declared, job: Job, reading: Reading) -> tuple[Record, Record]:
    """A declared job and the one that is there, both in the declared fields only."""
    there = canonical_fields(job, declared.fields)
    if declared.executions is None:
        return Record(_given(declared.fields)), Record(there)
    wanted, found = _executions(declared.executions, reading.executions[job.id])
    return Record(_given(declared.fields), wanted), Record(there, found)


def _executions(
    declared: Sequence[Declaration], rows: Sequence[Execution]
) -> tuple[dict[str, Fields], dict[str, Fields]]:
    """Declared executions and those that are there, under one key where they belong together."""
    found: dict[str, Fields] = {row.id: record_execution(row, PLAN) for row in rows}
    ids = sorted(found)
    costs = [[sum(found[key].get(name) != value for name, value in one.items()) for key in ids] for one in declared]
    columns = best_fit(costs)
    wanted: dict[str, Fields] = {}
    for index, one in enumerate(declared):
        key = ids[columns[index]] if index in columns else f"{_NO_ID}{index}"
        wanted[key] = _given(one)
        if index in columns:
            found[key] = {name: value for name, value in found[key].items() if name in one}
    return wanted, found


def _given(declared: Declaration) -> dict[str, Value]:
    return {name: value for name, value in declared.items() if value is not None}


def best_fit(costs: Sequence[Sequence[int]]) -> dict[int, int]:
    """The column for each row: as many pairs without cost as possible, then the cheapest first.

    `costs` has a row for each declared item and a column for each candidate; every pair is
    allowed. Taking the first perfect fit for each row is not enough: it may be the only one of a later row.
    """
    taken_by: dict[int, int] = {}
    column_of: dict[int, int] = {}
    for row in range(len(costs)):
        _fit_perfectly(row, costs, taken_by, column_of)
    pairs = (
        (cost, row, column)
        for row, line in enumerate(costs)
        if row not in column_of
        for column, cost in enumerate(line)
        if column not in taken_by
    )
    for _, row, column in sorted(pairs):
        if row not in column_of and column not in taken_by:
            column_of[row], taken_by[column] = column, row
    return column_of


def _fit_perfectly(
    start: int, costs: Sequence[Sequence[int]], taken_by: dict[int, int], column_of: dict[int, int]
) -> None:
    """Find a column without cost for one more row, moving other rows to other such columns where that makes room."""
    reached_from: dict[int, int] = {}
    rows = [start]
    for row in rows:
        for column, cost in enumerate(costs[row]):
            if cost or column in reached_from:
                continue
            reached_from[column] = row
            if column in taken_by:
                rows.append(taken_by[column])
                continue
            while True:
                mover = reached_from[column]
                left = column_of.get(mover)
                column_of[mover], taken_by[column] = column, mover
                if left is None:
                    return
                column = left
