"""The live jobs of a site and, where a verdict needs them, their executions, read in one go."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..esa.deadline import Deadline
from ..esa.listing import Progress
from ..esa.models import Execution, Job
from ..esa.query import JobQuery
from ..esa.service import Service
from .record import EXECUTIONS, Record, record_jobs


@dataclass(frozen=True)
class Reading:
    """The jobs, the executions by job id of those they were asked of, and the service's time (milliseconds)."""

    jobs: Sequence[Job]
    executions: Mapping[str, Sequence[Execution]]
    now: int | None

    def records(self, covers: Iterable[str]) -> dict[str, Record]:
        """The jobs as they are recorded, by id."""
        return record_jobs(self.jobs, covers, self.executions)


def read_covered(
    service: Service, query: JobQuery, covers: Iterable[str], deadline: Deadline, progress: Progress | None = None
) -> Reading:
    """The jobs, and the executions if these fields need them; raises what reading can raise, never leaves a job out."""
    wanted = EXECUTIONS in covers
    return read_site(service, query, lambda job: wanted, deadline, progress)


def read_site(
    service: Service,
    query: JobQuery,
    wants_executions: Callable[[Job], bool],
    deadline: Deadline,
    progress: Progress | None = None,
) -> Reading:
    """The jobs, and the executions of those that want them, several at a time; raises what reading can raise."""
    jobs = service.jobs(query, deadline, progress).rows
    wanted = [job.id for job in jobs if wants_executions(job)]
    executions = service.executions_of(wanted, deadline, progress)
    return Reading(jobs, executions, service.now())
