"""`alicloud-esa jobs list`, `jobs show`, `jobs runs`, `sites list`: a function's answer, for people or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from msgspec.structs import asdict

from ..config import Settings
from ..context import CallContext
from ..drift.text import number
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs, shown
from ..esa.printable import printable
from ..esa.query import JobQuery, read_job_query, read_query_from
from ..esa.sites import SiteQuery, read_site_query_from
from ..functions import (
    get_scheduled_preload_executions,
    get_scheduled_preload_job,
    get_scheduled_preload_jobs,
    get_sites,
)
from .adopt import FORMATS as IMPORTS
from .adopt import Found
from .files import written
from .jobs_of_sites import found_jobs, list_jobs_of_sites
from .json_text import json_output
from .session import call, read_all
from .site_choice import SiteChoice, choose_site
from .table import EXECUTION_COLUMNS, JOB_COLUMNS, SITE_COLUMNS, tabled


def list_jobs(
    values: dict[str, Any], connection: Mapping[str, Any], form: str, wide: bool, executions: bool = False
) -> int:
    """The jobs of a site, or of several."""
    site = choose_site(values)

    def read(inputs: Inputs) -> JobQuery:
        if executions and form not in IMPORTS:
            inputs.faults.append(Fault("--executions", f"goes with --format {' or '.join(IMPORTS)} only"))
        if site.several and inputs.get("pageNumber") is not None:
            inputs.fault("pageNumber", "is a page of one site; give one site, or leave it out")
        return read_query_from(inputs, paged=True)

    query, settings = read_all(site, connection, read, form, ("table", "json", *IMPORTS))
    if site.several:
        return list_jobs_of_sites(site, query, settings, form, wide, executions)

    def with_id(context: CallContext) -> dict[str, Any]:
        return {**site.values, "siteId": site.find_one(context).id}

    if form in IMPORTS:

        def find(context: CallContext) -> list[Found]:
            # What depends on the site's id is judged now.
            query = read_job_query(with_id(context))
            return found_jobs(query, executions, context.service(), context)

        return written(IMPORTS[form](call(settings, site.label, find)))

    def work(context: CallContext) -> tuple[str, dict[str, Any]]:
        inputs = with_id(context)
        return inputs["siteId"], get_scheduled_preload_jobs.invoke(inputs, context)

    site_id, answer = call(settings, site.label, work)
    if form == "json":
        return written(json_output(answer))
    count = f"{len(answer['jobs'])} of {number(answer['totalCount'], 'job')}"
    return tabled(JOB_COLUMNS, list(map(asdict, answer["jobs"])), wide, f"site {site_id}: {count}")


def show_job(job_id: str, values: dict[str, Any], connection: Mapping[str, Any], form: str) -> int:
    """Everything of one job, of the given site where there is one."""
    site, job_id, settings = _read_job(job_id, values, connection, form)
    answer = call(settings, f"job {job_id}", lambda context: _job(job_id, site, context))
    if form == "json":
        return written(json_output(answer))
    job = asdict(answer["job"])
    width = max(map(len, job))
    lines = [f"{name:{width}}  {'-' if value in (None, '') else printable(str(value))}" for name, value in job.items()]
    return written("".join(f"{printable(line)}\n" for line in lines))


def list_runs(job_id: str, values: dict[str, Any], connection: Mapping[str, Any], form: str, wide: bool) -> int:
    """The executions of one job, of the given site where there is one: what is planned, and what ran."""
    site, job_id, settings = _read_job(job_id, values, connection, form)

    def work(context: CallContext) -> dict[str, Any]:
        if site.given:
            # The executions do not say of which site they are.
            _job(job_id, site, context)
        return get_scheduled_preload_executions.invoke({"jobId": job_id}, context)

    answer = call(settings, f"job {job_id}", work)
    if form == "json":
        return written(json_output(answer))
    count = number(answer["totalCount"], "execution")
    return tabled(EXECUTION_COLUMNS, list(map(asdict, answer["executions"])), wide, f"job {job_id}: {count}")


def list_sites(values: Mapping[str, Any], connection: Mapping[str, Any], form: str, wide: bool) -> int:
    """The sites of the account."""
    tags, faults = _tags(values.get("tags", ()))
    values = {**values, "tags": tags}

    def read(inputs: Inputs) -> SiteQuery:
        inputs.faults += faults
        return read_site_query_from(inputs)

    _, settings = read_all(SiteChoice(values), connection, read, form)
    answer = call(settings, "sites", lambda context: get_sites.invoke(values, context))
    if form == "json":
        return written(json_output(answer))
    count = f"{len(answer['sites'])} of {number(answer['totalCount'], 'site')}"
    return tabled(SITE_COLUMNS, list(map(asdict, answer["sites"])), wide, count)


def _read_job(
    job_id: str, values: dict[str, Any], connection: Mapping[str, Any], form: str
) -> tuple[SiteChoice, str, Settings]:
    site = choose_site(values)

    def read(inputs: Inputs) -> str:
        if site.given:
            inputs.site_id()
        return inputs.job_id()

    job_id, settings = read_all(replace(site, values={**site.values, "jobId": job_id}), connection, read, form)
    return site, job_id, settings


def _job(job_id: str, site: SiteChoice, context: CallContext) -> dict[str, Any]:
    """The function's answer; raises InvalidInput for a job of another site than the one asked for."""
    site_id = site.find_one(context).id if site.given else None
    try:
        return get_scheduled_preload_job.invoke({"jobId": job_id, "siteId": site_id}, context)
    except InvalidInput as error:
        raise site.of_option(error) from None


def _tags(given: Sequence[str]) -> tuple[dict[str, str], list[Fault]]:
    """`KEY=VALUE` as a map, and what is wrong with it; without a value any value matches."""
    tags: dict[str, str] = {}
    faults = []
    for text in given:
        key, _, value = text.partition("=")
        if not key.strip():
            faults.append(Fault("tags", f"{shown(text)} names no tag; give KEY=VALUE, or KEY for any value"))
        elif tags.setdefault(key, value) != value:
            faults.append(Fault("tags", f"{shown(key)} is given with two values, which no site has; give one"))
    return tags, faults
