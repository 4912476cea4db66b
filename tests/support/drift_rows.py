"""Jobs and executions as the service answers them, and hypothesis strategies for them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.drift.compare import Difference, compare
from pulumi_resource_alicloud_esa.drift.record import DEFAULT_IGNORED, covered, record_jobs
from pulumi_resource_alicloud_esa.esa.models import Execution, Job

JOB: dict[str, Any] = {
    "aliUid": "15685865xxx14622",
    "createdAt": "2024-06-01T08:53:13Z",
    "domains": "a.com,b.com",
    "errorInfo": None,
    "executionCount": 2,
    "failedFileOss": None,
    "fileId": "665d3b48621bccf3fe29e1a7",
    "id": f"{1:024x}",
    "insertWay": "oss",
    "name": "nightly",
    "siteId": "190007158391808",
    "taskSubmitted": 1,
    "taskType": "preload",
    "urlCount": 5,
    "urlSubmitted": 2,
}
EXECUTION: dict[str, Any] = {
    "aliUid": "15685865xxx14622",
    "endTime": "2024-06-04T09:00:00Z",
    "id": f"{1:024x}",
    "interval": 30,
    "jobId": f"{1:024x}",
    "sliceLen": 10,
    "startTime": "2024-06-04T08:00:00Z",
    "status": "waiting",
}
BEFORE_END = 1717491599000  # 2024-06-04T08:59:59Z
AFTER_END = 1717491601000  # 2024-06-04T09:00:01Z


def job(number: int = 1, **fields: Any) -> Job:
    return Job(**{**JOB, "id": f"{number:024x}", **fields})


def execution(number: int = 1, **fields: Any) -> Execution:
    return Execution(**{**EXECUTION, "id": f"{number:024x}", **fields})


def drift(was: list[Job], now: list[Job], ignored: tuple[str, ...] = DEFAULT_IGNORED) -> list[Difference]:
    """How jobs differ, executions left out."""
    covers = covered(ignored)
    return compare(record_jobs(was, covers), record_jobs(now, covers), now=None)


def plan_drift(
    was: list[Execution],
    now: list[Execution],
    clock: int | None = BEFORE_END,
    ignored: tuple[str, ...] = DEFAULT_IGNORED,
) -> list[Difference]:
    """How one job's executions differ."""
    covers = covered(ignored, executions=True)
    one = job()
    return compare(record_jobs([one], covers, {one.id: was}), record_jobs([one], covers, {one.id: now}), now=clock)


# The same moment in each spelling of the service's own examples.
SPELLINGS = (
    "2024-06-04T08:00:00Z",
    "2024-06-04T16:00:00+0800",
    "2024-06-04T08:00:00+Z",
    "2024-06-04T16:00:00.000+08:00",
    "1717488000000",
)
OTHER_MOMENTS = ("2024-06-04T08:00:00.001Z", "2024-06-05T08:00:00Z", "2024-06-04T08:00:00+08:00", None)
MOVING_STATUSES = ("waiting", "running", "finished", "failed")

plans = st.fixed_dictionaries(
    {
        "startTime": st.sampled_from(SPELLINGS[:1] + OTHER_MOMENTS),
        "endTime": st.sampled_from(["2024-06-04T09:00:00Z", "2024-06-05T09:00:00Z"]),
        "interval": st.sampled_from([None, 0, 30, 60]),
        "sliceLen": st.sampled_from([None, 0, 5, 10]),
        "status": st.sampled_from([*MOVING_STATUSES, "stopped"]),
    }
)


@st.composite
def executions(draw: st.DrawFn, least: int = 0) -> list[Execution]:
    found = draw(st.lists(plans, min_size=least, max_size=4))
    return [execution(number, **plan) for number, plan in enumerate(found, 1)]
