"""What a caller asks for: read from plain inputs, validated before anything is sent, turned into API parameters."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .inputs import Inputs
from .models import Job

DEFAULT_PAGE_SIZE = 50
_DOMAIN_SEPARATORS = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class JobFilter:
    """The filters applied here, after the API's own; a filter that is None lets everything pass."""

    ids: frozenset[str] | None = None
    name_regex: re.Pattern[str] | None = None
    domain: str | None = None
    task_type: str | None = None
    insert_way: str | None = None
    has_error: bool | None = None

    def accepts(self, job: Job) -> bool:
        """Whether this job is part of the answer."""
        return (
            (self.ids is None or job["id"] in self.ids)
            and (self.name_regex is None or self.name_regex.search(job["name"] or "") is not None)
            and (self.domain is None or self.domain.lower() in split_domains(job["domains"]))
            and (self.task_type is None or self.task_type == job["taskType"])
            and (self.insert_way is None or self.insert_way == job["insertWay"])
            and (self.has_error is None or self.has_error == bool(job["errorInfo"]))
        )


@dataclass(frozen=True)
class JobQuery:
    """One valid question: the site, the creation window in milliseconds, the page or all pages, the filters."""

    site_id: str
    start_time: int | None = None
    end_time: int | None = None
    page_number: int | None = None
    # How the answer travels, not what is asked: another size makes no other question.
    page_size: int = field(default=DEFAULT_PAGE_SIZE, compare=False)
    filter: JobFilter = JobFilter()

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
    inputs.finish()
    return query


def read_query_from(inputs: Inputs, paged: bool) -> JobQuery:
    """Read the query's part of larger inputs; faults are noted in `inputs`, to be raised by its owner."""
    site_id = inputs.site_id()
    start, end = inputs.milliseconds("startTime"), inputs.milliseconds("endTime")
    if start is not None and end is not None and end < start:
        inputs.fault(
            "endTime",
            f"InvalidEndTime.Mismatch: {inputs.values['endTime']} is earlier than startTime "
            f"{inputs.values['startTime']}; give an endTime that is not earlier",
        )
    page_number = inputs.integer("pageNumber", 1) if paged else None
    page_size = inputs.integer("pageSize", 1)
    ids = inputs.texts("ids")
    return JobQuery(
        site_id=site_id,
        start_time=start,
        end_time=end,
        page_number=page_number,
        page_size=page_size or DEFAULT_PAGE_SIZE,
        filter=JobFilter(
            ids=None if ids is None else frozenset(ids),
            name_regex=inputs.regex("nameRegex"),
            domain=inputs.text("domain"),
            task_type=inputs.text("taskType"),
            insert_way=inputs.text("insertWay"),
            has_error=inputs.boolean("hasError"),
        ),
    )


def split_domains(domains: str | None) -> tuple[str, ...]:
    """The domains of a job, in lower case; the API documents one string that lists them."""
    return tuple(domain.lower() for domain in _DOMAIN_SEPARATORS.split(domains or "") if domain)
