"""What a caller asks for: read from plain inputs, validated before anything is sent, turned into API parameters."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from .errors import Fault
from .inputs import Inputs, shown
from .models import Job
from .pattern import Pattern

DEFAULT_PAGE_SIZE = 50
TASK_TYPES = ("preload", "refresh")
INSERT_WAYS = ("oss", "textBox")
_DOMAIN_SEPARATORS = re.compile(r"[\s,;]+")


class JobFilter(Struct, frozen=True):
    """The filters applied here, after the API's own; a filter that is None lets everything pass."""

    ids: frozenset[str] | None = None
    name_regex: Pattern | None = None
    domain: str | None = None
    task_type: str | None = None
    insert_way: str | None = None
    has_error: bool | None = None

    def accepts(self, job: Job) -> bool:
        """Whether this job is part of the answer."""
        return (
            (self.ids is None or job.id.lower() in self.ids)
            and (self.name_regex is None or self.name_regex.found_in(job.name or ""))
            and (self.domain is None or self.domain in split_domains(job.domains))
            and (self.task_type is None or self.task_type == job.taskType)
            and (self.insert_way is None or self.insert_way == job.insertWay)
            and (self.has_error is None or self.has_error == bool(job.errorInfo))
        )


class JobQuery(Struct, frozen=True):
    """One valid question: the site, the creation window in milliseconds, the page or all pages, the filters."""

    site_id: str
    start_time: int | None = None
    end_time: int | None = None
    page_number: int | None = None
    page_size: int = DEFAULT_PAGE_SIZE
    filter: JobFilter = JobFilter()
    require_ids: bool = False
    """Whether an id that matches no job is a fault."""

    def __eq__(self, other: object) -> bool:
        # How the answer is fetched and checked is not part of what was asked.
        if isinstance(other, JobQuery):
            other = replace(other, page_size=self.page_size, require_ids=self.require_ids)
        return super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]

    def unmatched_ids(self, jobs: Iterable[Job], known: Iterable[str] = ()) -> list[Fault]:
        """A fault for each id asked for that none of the answer's jobs has; the `known` ones are no typing errors."""
        missing = (self.filter.ids or frozenset()).difference((job.id.lower() for job in jobs), known)
        others = " that all other filters let through" if self.filter != JobFilter(ids=self.filter.ids) else ""
        return [
            Fault("ids", f"no job of site {self.site_id}{others} has the id {job_id}; check it, or leave it out")
            for job_id in sorted(missing)
        ]

    def doubts(self, jobs: Collection[Job]) -> list[Fault]:
        """Warnings of likely typing errors: values that the service is not known to have, and that no job has."""
        asked = (("taskType", self.filter.task_type, TASK_TYPES), ("insertWay", self.filter.insert_way, INSERT_WAYS))
        return [
            Fault(name, f"no job has {shown(value)}, and the service is not known to; known are {', '.join(known)}")
            for name, value, known in asked
            if value is not None and value not in known and all(getattr(job, name) != value for job in jobs)
        ]

    def parameters(self) -> dict[str, str]:
        """The API's parameters but for the page."""
        parameters = {"SiteId": self.site_id}
        if self.start_time is not None:
            parameters["StartTime"] = str(self.start_time)
        if self.end_time is not None:
            parameters["EndTime"] = str(self.end_time)
        return parameters


def read_job_query(values: Mapping[str, Any]) -> JobQuery:
    """The query that a function's inputs describe; raises InvalidInput with all faults at once."""
    inputs = Inputs(values)
    query = read_query_from(inputs, paged=True)
    require_ids = inputs.boolean("requireIds") or False
    if require_ids and query.page_number is not None:
        inputs.fault("requireIds", "contradicts pageNumber, for an id may be on another page; give one of them")
    inputs.finish()
    return replace(query, require_ids=require_ids)


def read_query_from(inputs: Inputs, paged: bool) -> JobQuery:
    """Read the query's part of larger inputs; faults are noted in `inputs`, to be raised by its owner."""
    site_id = inputs.site_id()
    domain = inputs.text("domain")
    start, end = inputs.milliseconds("startTime"), inputs.milliseconds("endTime")
    if start is not None and end is not None and end < start:
        inputs.fault(
            "endTime",
            f"InvalidEndTime.Mismatch: {inputs.values['endTime']} is earlier than the start, "
            f"{inputs.values['startTime']}; give an end that is not earlier",
        )
    page_number = inputs.integer("pageNumber", 1) if paged else None
    page_size = inputs.integer("pageSize", 1)
    return JobQuery(
        site_id=site_id,
        start_time=start,
        end_time=end,
        page_number=page_number,
        page_size=page_size or DEFAULT_PAGE_SIZE,
        filter=JobFilter(
            ids=inputs.job_ids("ids", site_id),
            name_regex=inputs.regex("nameRegex"),
            # Domains have no case: another spelling is no other question.
            domain=domain.lower() if domain else None,
            task_type=inputs.text("taskType"),
            insert_way=inputs.text("insertWay"),
            has_error=inputs.boolean("hasError"),
        ),
    )


def split_domains(domains: str | None) -> tuple[str, ...]:
    """The domains of a job, in lower case; the API documents one string that lists them."""
    return tuple(domain.lower() for domain in _DOMAIN_SEPARATORS.split(domains or "") if domain)
