"""`alicloud-esa jobs list` over several sites: one list, and a site that cannot be read hides nothing of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec.structs import asdict, replace

from ..config import Settings
from ..context import CallContext
from ..drift.reading import read_site
from ..drift.text import number
from ..esa.errors import Cancelled, Fault, InvalidInput
from ..esa.inputs import shown
from ..esa.listing import Listing
from ..esa.models import Job
from ..esa.query import JobQuery
from ..esa.service import Service
from . import say
from .adopt import FORMATS as IMPORTS
from .adopt import Found
from .exit_codes import CLEAN, COULD_NOT_TELL
from .faults import error_lines, fault_line, is_defect
from .files import write_stdout
from .json_text import json_output
from .session import Session
from .site_choice import ChosenSite, ChosenSites, SiteChoice
from .table import job_columns, tabled

T = TypeVar("T")
_MOST_SHOWN = 3


@dataclass(frozen=True)
class OfSite(Generic[T]):
    """What was read of one site, or why it could not be."""

    site: ChosenSite
    result: T | None = None
    error: Exception | None = None


Listed = OfSite[Listing[Job]]


def list_jobs_of_sites(
    choice: SiteChoice, query: JobQuery, settings: Settings, form: str, wide: bool, executions: bool
) -> int:
    """Write the jobs of all these sites; 1 where one of them could not be read."""

    def read(site: ChosenSite, service: Service, context: CallContext) -> Listing[Job]:
        return service.jobs(replace(query, site_id=site.id), context.deadline)

    def find(site: ChosenSite, service: Service, context: CallContext) -> list[Found]:
        return found_jobs(replace(query, site_id=site.id), executions, service, context, site.name or site.id)

    if form in IMPORTS:
        chosen, found = _read(choice, settings, find)
        write_stdout(IMPORTS[form]([job for one in found for job in one.result or ()]))
        return _end(chosen, found)
    chosen, listed = _read(choice, settings, read)
    if form == "json":
        write_stdout(json_output(_answer(chosen, listed)))
    elif any(one.result for one in listed):
        _table(chosen, listed, wide)
    return _end(chosen, listed)


def found_jobs(
    query: JobQuery, executions: bool, service: Service, context: CallContext, called: str = ""
) -> list[Found]:
    """What an import file is made of; `called` is what the site is called in it, where there are several."""
    reading = read_site(service, query, lambda job: executions, context.deadline, context.progress)
    plans = reading.executions
    return [
        Found(
            query.site_id,
            job.id,
            job.name or "",
            sorted(plan.id for plan in plans.get(job.id, ())),
            called,
        )
        for job in reading.jobs
    ]


def _read(
    choice: SiteChoice, settings: Settings, read: Callable[[ChosenSite, Service, CallContext], T]
) -> tuple[ChosenSites, Sequence[OfSite[T]]]:
    """The sites, and what was read of each, in their order; raises InvalidInput where there is none to read."""
    doubts: list[Fault] = []
    done: dict[ChosenSite, OfSite[T]] = {}

    def find(context: CallContext) -> ChosenSites:
        # What is wrong with the keys is no error of each site.
        context.service()
        return choice.find(context)

    def work(site: ChosenSite, context: CallContext) -> T:
        return read(site, replace(context.service(), warn=doubts.append), context)

    with closing(Session(settings)) as session:
        chosen = session.call(choice.label, find)
        faults = [*chosen.faults.values()] if not chosen.sites else _of_other_sites(choice, chosen.sites)
        if faults:
            raise InvalidInput(faults)
        for site, result in session.each(choice.label, chosen.sites, work):
            try:
                done[site] = OfSite(site, result())
            except Cancelled:
                raise
            except Exception as error:
                if is_defect(error):
                    say.traceback_of(error)
                done[site] = OfSite(site, error=error)
    # A value that no job of one site has is a likely mistake only where no job of any site has it.
    known = sum(one.error is None for one in done.values())
    for doubt, count in Counter(doubts).items():
        if count == known:
            say.warning(fault_line(doubt))
    return chosen, [done[site] for site in chosen.sites]


def _of_other_sites(choice: SiteChoice, sites: Sequence[ChosenSite]) -> list[Fault]:
    """A fault for each `SITE:JOB` of a site that is not among these."""
    known = {"", *(site.id for site in sites)}
    return [
        Fault(f"ids[{index}]", f"{shown(text)} is a job of none of these sites; give one of theirs")
        for index, text in enumerate(choice.values.get("ids", ()))
        if text.rpartition(":")[0].strip() not in known
    ]


def _answer(chosen: ChosenSites, listed: Sequence[Listed]) -> dict[str, Any]:
    jobs = [
        {**asdict(job), "siteId": one.site.id, "siteName": one.site.name}
        for one in listed
        if one.result
        for job in one.result.rows
    ]
    missing = [_site(None, name, None, [fault_line(fault)]) for name, fault in chosen.faults.items()]
    sites = [
        _site(one.site.id, one.site.name, one.result, error_lines(one.error) if one.error else ()) for one in listed
    ]
    return {
        "totalCount": sum(one.result.total_count for one in listed if one.result),
        "jobs": jobs,
        "ids": [job["id"] for job in jobs],
        "names": [job["name"] for job in jobs if job["name"] is not None],
        "sites": [*sites, *missing],
    }


def _site(site_id: str | None, name: str | None, listing: Listing[Job] | None, errors: Sequence[str]) -> dict[str, Any]:
    return {
        "siteId": site_id,
        "siteName": name,
        "requestId": listing.request_id if listing else None,
        "totalCount": listing.total_count if listing else None,
        "errors": list(errors),
    }


def _table(chosen: ChosenSites, listed: Sequence[Listed], wide: bool) -> None:
    read = [(one.site, one.result) for one in listed if one.result]
    rows = [
        {**asdict(job), "siteId": site.id, "site": site.name or site.id}
        for site, listing in read
        for job in listing.rows
    ]
    asked = len(listed) + len(chosen.faults)
    sites = number(asked, "site") if len(read) == asked else f"{len(read)} of {number(asked, 'site')}"
    total = sum(listing.total_count for _, listing in read)
    named = any(site.name for site, _ in read)
    tabled(job_columns(named), rows, wide, f"{sites}: {len(rows)} of {number(total, 'job')}")


def _end(chosen: ChosenSites, outcomes: Sequence[OfSite[T]]) -> int:
    """Say last, where it is seen, what could not be read."""
    errors = [*(fault_line(fault) for fault in chosen.faults.values()), *_error_lines(outcomes)]
    for line in errors:
        say.error(line)
    return COULD_NOT_TELL if errors else CLEAN


def _error_lines(outcomes: Sequence[OfSite[T]]) -> list[str]:
    """A line for each fault with its site, or with all sites that have the same one."""
    of_line: dict[str, list[str]] = {}
    for one in outcomes:
        for line in error_lines(one.error) if one.error else ():
            of_line.setdefault(line, []).append(one.site.called)
    return [f"{_listed(sites)}: {line}" for line, sites in of_line.items()]


def _listed(sites: Sequence[str]) -> str:
    if len(sites) == 1:
        return f"site {sites[0]}"
    more = f" and {len(sites) - _MOST_SHOWN} more" if len(sites) > _MOST_SHOWN else ""
    return f"{len(sites)} sites ({', '.join(sites[:_MOST_SHOWN])}{more})"
