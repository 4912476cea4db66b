"""`alicloud-esa jobs list`, `jobs show` and `jobs runs`: a function's answer, for people or as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..config import Settings
from ..esa.errors import Fault
from ..esa.inputs import Inputs, shown
from ..esa.printable import printable
from ..esa.query import read_query_from
from ..functions import get_scheduled_preload_executions, get_scheduled_preload_job, get_scheduled_preload_jobs
from . import say
from .files import write_stdout
from .json_text import json_output
from .session import call, read_all
from .table import EXECUTION_COLUMNS, JOB_COLUMNS, Column, table

_FORMATS = ("table", "json")


def list_jobs(values: dict[str, Any], connection: Mapping[str, Any], form: str, wide: bool) -> int:
    """The jobs of a site."""
    site_id, settings = _read(values, connection, form, lambda inputs: read_query_from(inputs, paged=True).site_id)
    answer = call(settings, f"site {site_id}", lambda context: get_scheduled_preload_jobs.invoke(values, context))
    if form == "json":
        return _written(json_output(answer))
    count = f"{len(answer['jobs'])} of {_number(answer['totalCount'], 'job')}"
    return _tabled(JOB_COLUMNS, answer["jobs"], wide, f"site {site_id}: {count}")


def show_job(job_id: str, connection: Mapping[str, Any], form: str) -> int:
    """Everything of one job."""
    job_id, settings = _read({"jobId": job_id}, connection, form, Inputs.job_id)
    work = get_scheduled_preload_job.invoke
    answer = call(settings, f"job {job_id}", lambda context: work({"jobId": job_id}, context))
    if form == "json":
        return _written(json_output(answer))
    width = max(map(len, answer["job"]))
    lines = [
        f"{name:{width}}  {'-' if value in (None, '') else printable(str(value))}"
        for name, value in answer["job"].items()
    ]
    return _written("".join(f"{printable(line)}\n" for line in lines))


def list_runs(job_id: str, connection: Mapping[str, Any], form: str, wide: bool) -> int:
    """The executions of one job: what is planned, and what ran."""
    job_id, settings = _read({"jobId": job_id}, connection, form, Inputs.job_id)
    work = get_scheduled_preload_executions.invoke
    answer = call(settings, f"job {job_id}", lambda context: work({"jobId": job_id}, context))
    if form == "json":
        return _written(json_output(answer))
    count = _number(answer["totalCount"], "execution")
    return _tabled(EXECUTION_COLUMNS, answer["executions"], wide, f"job {job_id}: {count}")


def _read(
    values: Mapping[str, Any], connection: Mapping[str, Any], form: str, read: Callable[[Inputs], str]
) -> tuple[str, Settings]:
    def read_and_check(inputs: Inputs) -> str:
        if form not in _FORMATS:
            inputs.faults.append(Fault("--format", f"{shown(form)} is not accepted; give {' or '.join(_FORMATS)}"))
        return read(inputs)

    return read_all(values, connection, read_and_check)


def _tabled(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], wide: bool, note: str) -> int:
    text, left_out = table(columns, rows, wide)
    write_stdout(text)
    say.note(f"{note} ({', '.join(left_out)} left out, --wide shows all)" if left_out else note)
    return 0


def _written(text: str) -> int:
    write_stdout(text)
    return 0


def _number(count: int, noun: str) -> str:
    return f"{count} {noun if count == 1 else f'{noun}s'}"
