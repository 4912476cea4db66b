"""What the service is asked: the jobs of a site, one job, the executions of a job; this is what callers of esa/ use."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from .deadline import Deadline
from .errors import ApiError, Fault, InvalidInput, PartialAnswer
from .listing import Arrived, Lister, Listing, Progress, Source
from .models import EXECUTION, JOB, SITE, Execution, Job, Site
from .query import JobFilter, JobQuery
from .rows import hold_to_question, read_page, read_request_id, read_row
from .sites import SiteQuery

JOBS = Source("ListScheduledPreloadJobs", "Jobs", JOB, repeats={"siteId": "SiteId"})
SITES = Source("ListSites", "Sites", SITE)
GET_JOB = "GetScheduledPreloadJob"
LIST_EXECUTIONS = "ListScheduledPreloadExecutions"
NOT_FOUND = "InvalidJob.NotFound"


class Service(Struct, frozen=True):
    """ESA's scheduled preload jobs, read; safe to share between threads. All raise what a client's call raises.

    `warn` gets what is not an error but is likely a mistake.
    """

    lister: Lister
    warn: Callable[[Fault], None] = lambda fault: None

    def jobs(
        self,
        query: JobQuery,
        deadline: Deadline,
        progress: Progress | None = None,
        arrived: Arrived[Job] = lambda entries: None,
    ) -> Listing[Job]:
        """The jobs of a site that pass the query's filters; raises PartialAnswer rather than leave one out."""
        parameters = query.parameters()
        listing = self.lister.read(JOBS, parameters, query.page_size, deadline, progress, query.page_number, arrived)
        for doubt in query.doubts(listing.rows):
            self.warn(doubt)
        everything = query.filter == JobFilter()
        found = listing.rows if everything else [job for job in listing.rows if query.filter.accepts(job)]
        if query.require_ids and (faults := query.unmatched_ids(found)):
            raise InvalidInput(faults)
        return replace(listing, rows=found)

    def check_recording(self, query: JobQuery, jobs: Sequence[Job]) -> None:
        """Raise InvalidInput for ids that match no job, and warn if there are no jobs: neither would ever drift."""
        if faults := query.unmatched_ids(jobs):
            raise InvalidInput(faults)
        if not jobs:
            self.warn(Fault("siteId", f"site {query.site_id} has no job that matches: an empty record is made"))

    def sites(self, query: SiteQuery, deadline: Deadline, progress: Progress | None = None) -> Listing[Site]:
        """The account's sites that pass the query's filters; raises PartialAnswer rather than leave one out."""
        listing = self.lister.read(SITES, query.parameters(), query.page_size, deadline, progress)
        for doubt in query.doubts(bool(listing.rows)):
            self.warn(doubt)
        return replace(listing, rows=[site for site in listing.rows if query.accepts(site)])

    def job(self, job_id: str, deadline: Deadline) -> tuple[str, Job]:
        """The request id and the job; raises ApiError `InvalidJob.NotFound` where there is none.

        The service does not answer ExecutionCount here: that field is None.
        """
        body = self.lister.client.call(GET_JOB, {"Id": job_id}, deadline)
        job = read_row(body, JOB, body)
        hold_to_question(job, {"id": job_id}, body)
        return read_request_id(body), job

    def find_job(self, job_id: str, deadline: Deadline) -> tuple[str, Job | None]:
        """Like `job`, with None for a job that does not exist; every other error is raised."""
        try:
            return self.job(job_id, deadline)
        except ApiError as error:
            # By the code, since 404 has other reasons too, such as an unknown access key.
            if error.code != NOT_FOUND:
                raise
            return error.request_id, None

    def executions(self, job_id: str, deadline: Deadline) -> Listing[Execution]:
        """The executions of a job; raises PartialAnswer when they are fewer or more than TotalCount."""
        body = self.lister.client.call(LIST_EXECUTIONS, {"Id": job_id}, deadline, EXECUTION.page("Executions"))
        total, rows = read_page(body, "Executions", EXECUTION, {"jobId": job_id})
        count = len({row.id for row in rows})
        if count != total:
            raise PartialAnswer(f"{LIST_EXECUTIONS}: {count} different rows, but TotalCount is {total}; try again")
        return Listing(read_request_id(body), len(rows), rows)

    def executions_of(
        self, job_ids: Sequence[str], deadline: Deadline, progress: Progress | None = None
    ) -> dict[str, list[Execution]]:
        """The executions of each of these jobs, read several at a time."""
        found: dict[str, list[Execution]] = {}
        for job_id, executions in self.lister.each(lambda key: self.executions(key, deadline), job_ids, deadline):
            found[job_id] = executions.rows
            if progress is not None:
                progress(len(found), len(job_ids))
        return found

    def now(self) -> int | None:
        """Milliseconds since 1970 by the service's clock, None before it answered."""
        return self.lister.client.clock.milliseconds()
