"""Health: what the executions of the jobs say about their runs. It is information and never part of the verdict.

By status alone, not by time: the machine's clock is not an authority on the service's plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..esa.models import Execution, Job
from ..esa.moments import format_moment
from .markdown import bullets
from .record import STOPPED, moment
from .text import job_label

AHEAD = frozenset({"waiting", "running"})
FAILED = "failed"
_MOST, _NAMED = 20, 5
_WELL = "every job has a run ahead, none failed or was stopped"


@dataclass(frozen=True)
class JobHealth:
    """How the runs of one job went: how many are ahead, failed or were stopped, and when the last one failed."""

    name: str
    job_id: str
    ahead: int
    failed: int
    stopped: int
    last_failed: int | None = None

    @property
    def broken(self) -> bool:
        """Whether a run failed or was stopped."""
        return bool(self.failed or self.stopped)

    def line(self) -> str:
        """The job at a glance: `sale: 2 failed, 1 stopped, none ahead; last failed 2024-07-29T11:45Z`."""
        numbers = [f"{number} {what}" for number, what in ((self.failed, FAILED), (self.stopped, STOPPED)) if number]
        parts = ", ".join([*numbers, f"{self.ahead or 'none'} ahead"])
        last = format_moment(self.last_failed) if self.last_failed is not None else None
        return f"{job_label(self.name, '' if self.name else self.job_id)}: {parts}" + (
            f"; last failed {last[:16]}Z" if last else ""
        )

    def plain(self) -> dict[str, Any]:
        """The same for programs."""
        last = format_moment(self.last_failed) if self.last_failed is not None else None
        return {
            "name": self.name,
            "jobId": self.job_id,
            "ahead": self.ahead,
            "failed": self.failed,
            "stopped": self.stopped,
            "lastFailed": last,
        }


@dataclass(frozen=True)
class Health:
    """The jobs worth a line: a run failed or was stopped, newest first, or none is ahead."""

    broken: Sequence[JobHealth]
    idle: Sequence[JobHealth]

    def summary(self) -> str:
        """The health in a few words, to end a one-line summary."""
        if not self.broken and not self.idle:
            return f"health: {_WELL}"
        jobs = "1 job" if len(self.broken) == 1 else f"{len(self.broken)} jobs"
        return f"health: {jobs} with failed or stopped runs, {len(self.idle)} with no run ahead"

    def lines(self) -> list[str]:
        """A line for each job whose runs failed or were stopped, and one for all that have none ahead."""
        lines = [job.line() for job in self.broken[:_MOST]]
        if len(self.broken) > _MOST:
            lines.append(f"... and {len(self.broken) - _MOST} more jobs with failed or stopped runs")
        if self.idle:
            names = [job_label(job.name, "" if job.name else job.job_id) for job in self.idle[:_NAMED]]
            more = f" and {len(self.idle) - _NAMED} more" if len(self.idle) > _NAMED else ""
            lines.append(f"no run ahead: {', '.join(names)}{more}")
        return lines

    def markdown(self) -> str:
        """A section for the report."""
        return "\n".join(["#### Health", "", *(bullets(self.lines()) or [f"{_WELL.capitalize()}."]), ""])

    def plain(self) -> list[dict[str, Any]]:
        """Every job worth a line, for programs."""
        quiet = [job for job in self.idle if not job.broken]
        return [job.plain() for job in (*self.broken, *quiet)]


def judge_health(jobs: Sequence[Job], executions: Mapping[str, Sequence[Execution]]) -> Health:
    """The health of these jobs; the executions of each must have been read."""
    found = [_judge(job, executions[job.id]) for job in jobs]
    by_name = sorted(found, key=lambda job: (job.name, job.job_id))
    broken = sorted((job for job in by_name if job.broken), key=lambda job: -(job.last_failed or 0))
    return Health(broken, [job for job in by_name if not job.ahead])


def _judge(job: Job, executions: Sequence[Execution]) -> JobHealth:
    statuses = [execution.status for execution in executions]
    failures = [moment(execution.startTime) for execution in executions if execution.status == FAILED]
    return JobHealth(
        job.name or "",
        job.id,
        ahead=sum(status in AHEAD for status in statuses),
        failed=statuses.count(FAILED),
        stopped=statuses.count(STOPPED),
        last_failed=max((one for one in failures if one is not None), default=None),
    )
