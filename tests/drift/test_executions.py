"""Executions in the drift model: what moves by itself never drifts, whatever a hand can do always does."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from pulumi_resource_alicloud_esa.drift.compare import Difference, Kind, compare
from pulumi_resource_alicloud_esa.drift.record import DEFAULT_IGNORED, covered, record_execution, record_jobs
from pulumi_resource_alicloud_esa.esa.models import Execution

from tests.support.drift_rows import (
    AFTER_END,
    BEFORE_END,
    MOVING_STATUSES,
    OTHER_MOMENTS,
    SPELLINGS,
    execution,
    executions,
    job,
    plan_drift,
)

# Fewer examples for each row of a table.
FEW = settings(max_examples=settings().max_examples // 5)
JOB_ID = f"{1:024x}"
ONE = f"{1:024x}"
EDITED = f"{99:024x}"
PLAN = "2024-06-04T08:00:00Z to 2024-06-04T09:00:00Z, interval 30, sliceLen 10"


def changed(field: str, expected: Any, actual: Any, execution_id: str = EDITED) -> Difference:
    return Difference(Kind.CHANGED, JOB_ID, "nightly", field, expected, actual, execution_id)


def test_an_execution_has_one_canonical_form() -> None:
    assert record_execution(execution()) == {
        "endTime": "2024-06-04T09:00:00Z",
        "interval": 30,
        "sliceLen": 10,
        "startTime": "2024-06-04T08:00:00Z",
    }
    assert record_execution(execution(status="stopped"))["stopped"] is True
    assert record_execution(execution(interval=0, startTime=None, endTime=""))["interval"] == 0
    assert "startTime" not in record_execution(execution(startTime=None))


@pytest.mark.fuzz
@given(executions(), st.randoms(), st.sampled_from(SPELLINGS), st.data())
def test_order_spelling_and_a_status_that_moves_by_itself_never_drift(
    rows: list[Execution], chance: random.Random, spelling: str, data: st.DataObject
) -> None:
    again = []
    for row in rows:
        status = row.status if row.status == "stopped" else data.draw(st.sampled_from(MOVING_STATUSES))
        start = spelling if row.startTime == SPELLINGS[0] else row.startTime
        again.append(replace(row, status=status, startTime=start))
    chance.shuffle(again)
    assert plan_drift(rows, again) == []


EDITS: list[tuple[str, Any, Any, Difference]] = [
    ("startTime", SPELLINGS[0], moment, changed("startTime", "2024-06-04T08:00:00Z", shown))
    for moment, shown in zip(
        OTHER_MOMENTS, ("2024-06-04T08:00:00.001Z", "2024-06-05T08:00:00Z", "2024-06-04T00:00:00Z", None), strict=True
    )
] + [
    (
        "startTime",
        "2024-06-04T08:00:00.000001Z",
        "2024-06-04T08:00:00.000002Z",
        changed("startTime", "2024-06-04T08:00:00.000001Z", "2024-06-04T08:00:00.000002Z"),
    ),
    ("startTime", "soon", None, changed("startTime", "soon", None)),
    ("startTime", "soon", "sooner", changed("startTime", "soon", "sooner")),
    (
        "endTime",
        "2024-06-04T09:00:00Z",
        "2024-06-04T10:00:00Z",
        changed("endTime", "2024-06-04T09:00:00Z", "2024-06-04T10:00:00Z"),
    ),
    ("interval", 30, 60, changed("interval", 30, 60)),
    ("interval", 0, None, changed("interval", 0, None)),
    ("sliceLen", 10, 0, changed("sliceLen", 10, 0)),
    *(("status", status, "stopped", changed("stopped", None, True)) for status in MOVING_STATUSES),
    *(("status", "stopped", status, changed("stopped", True, None)) for status in MOVING_STATUSES),
]


@pytest.mark.fuzz
@pytest.mark.parametrize(("field", "before", "after", "expected"), EDITS)
@FEW
@given(executions(), st.integers(0, 4))
def test_any_edit_stop_or_restart_is_found_and_nothing_else(
    field: str, before: Any, after: Any, expected: Difference, rows: list[Execution], index: int
) -> None:
    was, now = (execution(99, **{field: value}) for value in (before, after))
    assert plan_drift([*rows[:index], was, *rows[index:]], [now, *rows]) == [expected]


@pytest.mark.fuzz
@given(executions(), st.sampled_from([BEFORE_END, AFTER_END, None]))
def test_a_new_execution_is_found_whenever_it_runs(rows: list[Execution], clock: int | None) -> None:
    assert plan_drift(rows, [*rows, execution(99)], clock) == [changed("executions", None, PLAN)]


@pytest.mark.fuzz
@given(executions())
def test_an_execution_that_is_gone_before_its_end_is_found(rows: list[Execution]) -> None:
    assert plan_drift([*rows, execution(99)], rows, BEFORE_END) == [changed("executions", PLAN, None)]


@pytest.mark.fuzz
@given(executions())
def test_an_execution_that_ran_out_and_is_gone_is_no_finding(rows: list[Execution]) -> None:
    assert plan_drift([*rows, execution(99)], rows, AFTER_END) == []


@pytest.mark.parametrize(
    ("end", "clock"),
    [
        ("2024-06-04T09:00:00Z", None),  # the service's time is not known
        ("soon", AFTER_END),
        (None, AFTER_END),
        ("2024-06-04T09:00:00Z", 1717491600000),  # its end is this very moment
    ],
)
def test_an_execution_that_may_not_have_ended_is_not_taken_for_one_that_ran_out(
    end: str | None, clock: int | None
) -> None:
    (found,) = plan_drift([execution(99, endTime=end)], [], clock)
    assert (found.field, found.actual, found.execution_id) == ("executions", None, EDITED)


def test_a_past_execution_that_is_still_there_is_compared() -> None:
    assert plan_drift([execution(99)], [execution(99, interval=60)], AFTER_END) == [changed("interval", 30, 60)]


def test_a_job_that_is_new_or_gone_is_one_finding_without_its_executions() -> None:
    covers = covered(DEFAULT_IGNORED, executions=True)
    there = record_jobs([job()], covers, {JOB_ID: [execution(), execution(2)]})
    assert compare(there, {}, now=BEFORE_END) == [Difference(Kind.MISSING, JOB_ID, "nightly")]
    assert compare({}, there, now=BEFORE_END) == [Difference(Kind.UNEXPECTED, JOB_ID, "nightly")]


def test_a_field_that_is_left_out_is_not_compared_and_the_others_are() -> None:
    ignored = ("executions.startTime", "executions.stopped")
    was, now = [execution()], [execution(startTime="2024-06-05T08:00:00Z", status="stopped", interval=60)]
    assert plan_drift(was, now, ignored=ignored) == [changed("interval", 30, 60, ONE)]
    everything = tuple(f"executions.{name}" for name in ("startTime", "endTime", "interval", "sliceLen", "stopped"))
    assert plan_drift(was, now, ignored=everything) == []
    assert [found.field for found in plan_drift(was, [], ignored=everything)] == ["executions"]


def test_executions_that_are_covered_must_have_been_read() -> None:
    with pytest.raises(ValueError, match="were not read"):
        record_jobs([job()], covered((), executions=True), {})


def test_a_job_without_executions_says_so_and_its_first_one_is_found() -> None:
    covers = covered(DEFAULT_IGNORED, executions=True)
    (record,) = record_jobs([job()], covers, {JOB_ID: []}).values()
    assert record.plain()["executions"] == {}
    assert plan_drift([], [execution(99)]) == [changed("executions", None, PLAN)]


def test_the_path_of_a_finding_is_what_ignores_it() -> None:
    assert changed("startTime", "a", "b").path == "executions.startTime"
    assert changed("executions", None, PLAN).path == "executions"
    assert Difference(Kind.CHANGED, JOB_ID, "a", "urlCount", 1, 2).path == "urlCount"
