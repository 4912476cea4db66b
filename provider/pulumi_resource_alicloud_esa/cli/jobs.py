"""`alicloud-esa jobs list`, `jobs show` and `jobs runs`: a function's answer, for people or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..context import CallContext
from ..drift.reading import read_site
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs
from ..esa.printable import printable
from ..esa.query import JobQuery, read_query_from
from ..functions import get_scheduled_preload_executions, get_scheduled_preload_job, get_scheduled_preload_jobs
from .adopt import FORMATS as IMPORTS
from .adopt import Found
from .answers import FORMATS, number, read_form, tabled, written
from .json_text import json_output
from .session import call
from .site_choice import choose_site
from .table import EXECUTION_COLUMNS, JOB_COLUMNS


def list_jobs(
    values: dict[str, Any], connection: Mapping[str, Any], form: str, wide: bool, executions: bool = False
) -> int:
    """The jobs of a site."""
    site = choose_site(values)

    def read(inputs: Inputs) -> str:
        if executions and form not in IMPORTS:
            inputs.faults.append(Fault("--executions", f"goes with --format {' or '.join(IMPORTS)} only"))
        return read_query_from(inputs, paged=True).site_id

    _, settings = read_form(site.values, connection, form, site.reading(read), (*FORMATS, *IMPORTS))

    def work(context: CallContext) -> tuple[str, dict[str, Any]]:
        site_id = site.find_one(context).id
        return site_id, get_scheduled_preload_jobs.invoke({**site.values, "siteId": site_id}, context)

    if form in IMPORTS:

        def find(context: CallContext) -> list[Found]:
            site_id = site.find_one(context).id
            query = read_query_from(Inputs({**site.values, "siteId": site_id}), paged=True)
            return _found(query, executions, context)

        return written(IMPORTS[form](call(settings, site.label, find)))
    site_id, answer = call(settings, site.label, work)
    if form == "json":
        return written(json_output(answer))
    count = f"{len(answer['jobs'])} of {number(answer['totalCount'], 'job')}"
    return tabled(JOB_COLUMNS, answer["jobs"], wide, f"site {site_id}: {count}")


def _found(query: JobQuery, executions: bool, context: CallContext) -> list[Found]:
    reading = read_site(context.service(), query, lambda job: executions, context.deadline, context.progress)
    plans = reading.executions
    return [
        Found(query.site_id, job["id"], job["name"] or "", sorted(plan["id"] for plan in plans.get(job["id"], ())))
        for job in reading.jobs
    ]


def show_job(job_id: str, values: dict[str, Any], connection: Mapping[str, Any], form: str) -> int:
    """Everything of one job, of the given site where there is one."""
    site = choose_site(values)

    def read(inputs: Inputs) -> str:
        if site.given:
            inputs.site_id()
        return inputs.job_id()

    job_id, settings = read_form({**site.values, "jobId": job_id}, connection, form, site.reading(read))

    def work(context: CallContext) -> dict[str, Any]:
        site_id = site.find_one(context).id if site.given else None
        try:
            return get_scheduled_preload_job.invoke({"jobId": job_id, "siteId": site_id}, context)
        except InvalidInput as error:
            raise site.of_option(error) from None

    answer = call(settings, f"job {job_id}", work)
    if form == "json":
        return written(json_output(answer))
    width = max(map(len, answer["job"]))
    lines = [
        f"{name:{width}}  {'-' if value in (None, '') else printable(str(value))}"
        for name, value in answer["job"].items()
    ]
    return written("".join(f"{printable(line)}\n" for line in lines))


def list_runs(job_id: str, connection: Mapping[str, Any], form: str, wide: bool) -> int:
    """The executions of one job: what is planned, and what ran."""
    job_id, settings = read_form({"jobId": job_id}, connection, form, Inputs.job_id)
    work = get_scheduled_preload_executions.invoke
    answer = call(settings, f"job {job_id}", lambda context: work({"jobId": job_id}, context))
    if form == "json":
        return written(json_output(answer))
    count = number(answer["totalCount"], "execution")
    return tabled(EXECUTION_COLUMNS, answer["executions"], wide, f"job {job_id}: {count}")
