"""What the executions of a listing's jobs say: which jobs have none ahead, and which executions failed or stopped.

By status alone, not by time: the machine's clock is no authority on the service's plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..esa.deadline import Deadline
from ..esa.models import Execution, Job
from ..esa.service import Service
from .text import cell, job_label

AHEAD = frozenset({"waiting", "running"})
FAILED = frozenset({"failed", "stopped"})


@dataclass(frozen=True)
class ExecutionCheck:
    """The jobs with no execution ahead, and the failed or stopped executions, each with its job."""

    idle: list[Job]
    failed: list[tuple[Job, Execution]]

    def summary(self) -> str:
        """What was found, as the tail of a one-line summary."""
        return f"{len(self.idle)} with no execution ahead, {len(self.failed)} failed or stopped executions"

    def lines(self) -> list[str]:
        """One line a finding."""
        idle = [f"job {job_label(job['name'], job['id'])} has no execution ahead" for job in self.idle]
        return idle + [
            f"job {job_label(job['name'], job['id'])}: execution {execution['id']} {execution['status']}, "
            f"{execution['startTime'] or 'no start time'}"
            for job, execution in self.failed
        ]

    def plain(self) -> dict[str, Any]:
        """The findings as the function and the JSON report answer them."""
        return {
            "withoutExecution": sorted(job["name"] or job["id"] for job in self.idle),
            "failedExecutions": [
                {
                    "name": job["name"],
                    "jobId": job["id"],
                    "executionId": execution["id"],
                    "status": execution["status"],
                    "startTime": execution["startTime"],
                }
                for job, execution in self.failed
            ],
        }

    def markdown(self) -> str:
        """A section for the report."""
        lines = ["#### Executions", ""]
        if not self.idle and not self.failed:
            return "\n".join([*lines, "Every job has an execution ahead; none failed or stopped.", ""])
        return "\n".join([*lines, *(f"- {cell(line)}" for line in self.lines()), ""])


def check_executions(service: Service, jobs: Sequence[Job], deadline: Deadline) -> ExecutionCheck:
    """Read every job's executions, several at a time; raises what reading can raise, never leaves a job out."""
    found = service.executions_of([job["id"] for job in jobs], deadline)
    idle: list[Job] = []
    failed: list[tuple[Job, Execution]] = []
    for job in jobs:
        executions = found[job["id"]]
        if not any(execution["status"] in AHEAD for execution in executions):
            idle.append(job)
        failed += [(job, execution) for execution in executions if execution["status"] in FAILED]
    return ExecutionCheck(idle, failed)
