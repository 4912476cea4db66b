"""Health: grouped by job, newest failure first, never part of the verdict."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_resource_alicloud_esa.drift.health import JobHealth, judge_health
from pulumi_resource_alicloud_esa.esa.models import Execution

from tests.support.drift_rows import execution, job


def runs(*statuses: str, day: int = 4) -> list[Execution]:
    return [
        execution(number, status=status, startTime=f"2024-06-{day + number:02}T16:00:00.000+08:00")
        for number, status in enumerate(statuses)
    ]


def judge(**statuses: Any) -> Any:
    jobs = [job(number, name=name) for number, name in enumerate(statuses, 1)]
    given = {
        row.id: found if isinstance(found, list) else runs(*found.split())
        for row, found in zip(jobs, statuses.values(), strict=True)
    }
    return judge_health(jobs, given)


@pytest.mark.parametrize(
    ("statuses", "line"),
    [
        ("failed", "sale: 1 failed, none ahead; last failed 2024-06-04T08:00Z"),
        ("failed waiting failed running", "sale: 2 failed, 2 ahead; last failed 2024-06-06T08:00Z"),
        ("stopped", "sale: 1 stopped, none ahead"),
        ("failed stopped finished", "sale: 1 failed, 1 stopped, none ahead; last failed 2024-06-04T08:00Z"),
    ],
)
def test_a_job_that_is_not_well_is_one_line(statuses: str, line: str) -> None:
    (found,) = judge(sale=statuses).broken
    assert found.line() == line


@pytest.mark.parametrize("statuses", ["waiting", "running", "finished running", "waiting finished"])
def test_a_job_with_one_run_ahead_is_well(statuses: str) -> None:
    health = judge(sale=statuses)
    assert (health.broken, health.idle, health.lines(), health.plain()) == ([], [], [], [])
    assert health.summary() == "health: every job has a run ahead, none failed or was stopped"
    assert health.markdown().splitlines() == [
        "#### Health",
        "",
        "Every job has a run ahead, none failed or was stopped.",
    ]


@pytest.mark.parametrize("statuses", ["", "finished", "finished failed", "stopped", "mystery"])
def test_a_job_with_no_run_ahead_is_named(statuses: str) -> None:
    health = judge(sale=statuses, well="waiting")
    assert [found.name for found in health.idle] == ["sale"]
    assert "no run ahead: sale" in health.lines()
    assert "- `no run ahead: sale`" in health.markdown().splitlines()


def test_the_newest_failure_comes_first_then_it_goes_by_name() -> None:
    health = judge(b="stopped", a="stopped", old=runs("failed", day=1), new=runs("failed", day=9))
    assert [found.name for found in health.broken] == ["new", "old", "a", "b"]
    assert health.summary() == "health: 4 jobs with failed or stopped runs, 4 with no run ahead"


def test_each_job_has_a_line_and_the_rest_are_counted() -> None:
    health = judge(**{f"job-{number:02}": "failed failed failed" for number in range(30)})
    lines = health.lines()
    assert len(lines) == 22
    assert lines[20] == "... and 10 more jobs with failed or stopped runs"
    assert lines[21] == "no run ahead: job-00, job-01, job-02, job-03, job-04 and 25 more"
    assert len(health.plain()) == 30


def test_programs_get_every_job_once_with_all_numbers() -> None:
    assert judge(sale="failed waiting", quiet="finished").plain() == [
        {
            "name": "sale",
            "jobId": f"{1:024x}",
            "ahead": 1,
            "failed": 1,
            "stopped": 0,
            "lastFailed": "2024-06-04T08:00:00Z",
        },
        {"name": "quiet", "jobId": f"{2:024x}", "ahead": 0, "failed": 0, "stopped": 0, "lastFailed": None},
    ]


def test_a_failure_without_a_moment_is_counted_all_the_same() -> None:
    (found,) = judge(
        sale=[execution(1, status="failed", startTime=None), execution(2, status="failed", startTime="soon")]
    ).broken
    assert found.line() == "sale: 2 failed, none ahead"


def test_a_job_without_a_name_is_named_by_its_id() -> None:
    assert JobHealth("", "abc", 0, 0, 1).line() == "unnamed (abc): 1 stopped, none ahead"
