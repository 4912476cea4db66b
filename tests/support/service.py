"""A service in memory, for tests of how its answers are used: without HTTP and this machine's clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from pulumi_resource_alicloud_esa.context import CallContext
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import Fault
from pulumi_resource_alicloud_esa.esa.listing import Listing
from pulumi_resource_alicloud_esa.esa.models import Execution, Job
from pulumi_resource_alicloud_esa.esa.query import JobQuery
from pulumi_resource_alicloud_esa.esa.service import Service


class FakeService:
    """Answers with these jobs and executions; `reads` counts, `said` is what the user was told."""

    def __init__(
        self,
        jobs: Sequence[Job] = (),
        executions: Mapping[str, Sequence[Execution]] | None = None,
        now: int | None = None,
    ) -> None:
        self.rows = list(jobs)
        self.executions = dict(executions or {})
        self.time = now
        self.reads: list[str] = []
        self.said: list[str] = []

    def jobs(self, query: JobQuery, deadline: Deadline, progress: Any = None) -> Listing[Any]:
        """The jobs that pass the query's filters."""
        self.reads.append("jobs")
        rows: list[Any] = [row for row in self.rows if query.filter.accepts(row)]
        return Listing("id", len(self.rows), rows)

    def executions_of(self, job_ids: Sequence[str], deadline: Deadline, progress: Any = None) -> dict[str, Any]:
        """The executions of these jobs."""
        self.reads += [f"executions of {job_id}" for job_id in job_ids]
        return {job_id: list(self.executions.get(job_id, ())) for job_id in job_ids}

    def now(self) -> int | None:
        """The service's time."""
        return self.time

    def check_recording(self, query: JobQuery, jobs: Sequence[Job]) -> None:
        """The real service's check; its warnings are added to what the user was told."""
        Service.check_recording(cast(Any, self), query, cast(Any, jobs))

    def warn(self, doubt: Fault) -> None:
        """Note a warning."""
        self.said.append(str(doubt))

    def context(self) -> CallContext:
        """The context that a function gets."""
        service: Any = self
        return CallContext(lambda: service, Deadline(5), lambda done, total: None, self.said.append)

    @contextmanager
    def call(self) -> Iterator[CallContext]:
        """The call that a resource opens to read."""
        yield self.context()
