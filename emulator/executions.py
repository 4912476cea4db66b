"""The executions of a job, derived from the job itself so that its ExecutionCount is always true."""

from __future__ import annotations

import random

from emulator.jobs import Job, format_time

STATUSES = ("waiting", "running", "finished", "failed", "stopped")
_HOUR_MS = 3_600_000


def executions_of(job: Job) -> list[dict[str, object]]:
    """As many executions as the job's ExecutionCount says, the same ones each time."""
    chance = random.Random(job.id)  # noqa: S311 - repeatable, not secret
    count = job.fields.get("ExecutionCount", 0)
    return [_execution(job, number, chance) for number in range(count if isinstance(count, int) else 0)]


def _execution(job: Job, number: int, chance: random.Random) -> dict[str, object]:
    start = job.created_ms + (number * 24 + chance.randint(1, 12)) * _HOUR_MS
    return {
        "AliUid": job.fields.get("AliUid", ""),
        "EndTime": format_time(start + chance.randint(1, 6) * _HOUR_MS),
        "Id": f"{chance.getrandbits(96):024x}",
        "Interval": chance.choice((30, 60, 300)),
        "JobId": job.id,
        "SliceLen": chance.choice((5, 10, 50)),
        "StartTime": format_time(start),
        "Status": "failed" if job.fields.get("ErrorInfo") and number == 0 else chance.choice(STATUSES),
    }
