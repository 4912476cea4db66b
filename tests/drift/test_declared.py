"""Jobs and plans declared in a program: matched with what they can only mean, compared in what they declare."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.drift.compare import Difference, Kind
from pulumi_resource_alicloud_esa.drift.declared import Declared, best_fit, find_drift
from pulumi_resource_alicloud_esa.drift.reading import Reading
from pulumi_resource_alicloud_esa.esa.models import Execution, Job

from tests.support.drift_rows import AFTER_END, BEFORE_END, execution, job

ID = {number: f"{number:024x}" for number in range(10)}
START, END = "2024-06-04T08:00:00Z", "2024-06-04T09:00:00Z"


def check(
    *declared: Declared, jobs: list[Job], plans: list[Execution] | None = None, **options: Any
) -> list[Difference]:
    executions = {jobs[0].id: plans or []} if jobs else {}
    reading = Reading(jobs, executions, options.get("now", BEFORE_END))
    return find_drift(declared, reading, options.get("allow_unexpected", False))


def changed(name: str, number: int, field: str, expected: Any, actual: Any, execution_id: str = "") -> Difference:
    return Difference(Kind.CHANGED, ID[number], name, field, expected, actual, execution_id)


def test_a_declared_job_is_held_against_the_fields_it_declares() -> None:
    jobs = [job(1, name="a", urlCount=5)]
    assert check(Declared({"name": "a", "urlCount": 5}), jobs=jobs) == []
    assert check(Declared({"name": "a", "urlCount": 6}), jobs=jobs) == [changed("a", 1, "urlCount", 6, 5)]


def test_a_field_declared_as_empty_must_be_empty() -> None:
    declared = Declared({"name": "a", "errorInfo": None})
    assert check(declared, jobs=[job(1, name="a", errorInfo="")]) == []
    assert check(declared, jobs=[job(1, name="a", errorInfo="x")]) == [changed("a", 1, "errorInfo", None, "x")]


def test_of_several_jobs_of_a_name_the_best_fit_counts_and_the_others_are_unexpected() -> None:
    jobs = [job(1, name="a", urlCount=1), job(2, name="a", urlCount=2), job(3, name=None)]
    declared = Declared({"name": "a", "urlCount": 2})
    assert check(declared, jobs=jobs) == [
        Difference(Kind.UNEXPECTED, ID[3], ""),
        Difference(Kind.UNEXPECTED, ID[1], "a"),
    ]
    assert check(declared, jobs=jobs, allow_unexpected=True) == []
    assert check(Declared({"name": "b"}), jobs=jobs, allow_unexpected=True) == [Difference(Kind.MISSING, "", "b")]


def test_names_are_compared_exactly() -> None:
    found = check(Declared({"name": "a"}), jobs=[job(1, name="a ")])
    assert found == [Difference(Kind.MISSING, "", "a"), Difference(Kind.UNEXPECTED, ID[1], "a ")]


def test_an_id_is_the_same_in_any_case() -> None:
    declared = Declared({"name": "a", "urlCount": 6}, f"{171:024x}", [{"interval": 60}])
    there = job(name="a", urlCount=5, id=f"{171:024X}")
    assert check(declared, jobs=[there], plans=[execution(1)]) == [
        Difference(Kind.CHANGED, f"{171:024X}", "a", "urlCount", 6, 5),
        Difference(Kind.CHANGED, f"{171:024X}", "a", "interval", 60, 30, ID[1]),
    ]


def test_jobs_of_one_name_are_told_apart_by_id() -> None:
    jobs = [job(1, name="a", urlCount=1), job(2, name="a", urlCount=2)]
    first, second = Declared({"name": "a", "urlCount": 1}, ID[1]), Declared({"name": "a", "urlCount": 2}, ID[2])
    assert check(first, second, jobs=jobs) == []
    swapped = [job(1, name="a", urlCount=2), job(2, name="a", urlCount=1)]
    assert check(first, second, jobs=swapped) == [changed("a", 1, "urlCount", 1, 2), changed("a", 2, "urlCount", 2, 1)]


def test_a_job_declared_by_id_is_found_though_it_was_renamed_and_one_by_name_takes_another() -> None:
    jobs = [job(1, name="b"), job(2, name="b")]
    assert check(Declared({"name": "b"}), Declared({"name": "a"}, ID[1]), jobs=jobs) == [
        changed("a", 1, "name", "a", "b")
    ]
    assert check(Declared({}, ID[1]), Declared({}, ID[3]), jobs=jobs[:1]) == [Difference(Kind.MISSING, ID[3], "")]


# --- executions ---


def plan(**fields: Any) -> dict[str, Any]:
    return fields


def test_executions_are_compared_only_where_a_job_declares_them() -> None:
    jobs, plans = [job(1, name="a")], [execution(1)]
    assert check(Declared({"name": "a"}), jobs=jobs, plans=plans) == []
    assert check(Declared({"name": "a"}, executions=[]), jobs=jobs, plans=plans) == [
        changed("a", 1, "executions", None, f"{START} to {END}, interval 30, sliceLen 10", ID[1])
    ]


def test_only_the_given_fields_of_an_execution_are_compared() -> None:
    declared = Declared({"name": "a"}, executions=[plan(startTime=START)])
    assert check(declared, jobs=[job(1, name="a")], plans=[execution(1, interval=99)]) == []
    assert check(declared, jobs=[job(1, name="a")], plans=[execution(1, startTime="2024-06-04T08:30:00Z")]) == [
        changed("a", 1, "startTime", START, "2024-06-04T08:30:00Z", ID[1])
    ]


def test_a_status_is_no_part_of_a_declared_plan() -> None:
    declared = Declared({"name": "a"}, executions=[plan(startTime=START)])
    assert check(declared, jobs=[job(1, name="a")], plans=[execution(1, status="stopped")]) == []


def test_an_execution_that_is_declared_and_not_there_is_told_by_its_plan() -> None:
    declared = Declared({"name": "a"}, executions=[plan(startTime=START, endTime=END), plan(interval=5)])
    jobs = [job(1, name="a")]
    assert check(declared, jobs=jobs) == [
        changed("a", 1, "executions", f"{START} to {END}", None),
        changed("a", 1, "executions", "interval 5", None),
    ]
    # What ran out may be gone; what says no end cannot be known to have.
    assert check(declared, jobs=jobs, now=AFTER_END) == [changed("a", 1, "executions", "interval 5", None)]


def test_a_perfect_fit_is_found_where_the_first_choice_would_take_it_away() -> None:
    declared = Declared({"name": "a"}, executions=[plan(interval=30), plan(interval=30, sliceLen=5)])
    plans = [execution(1, sliceLen=5), execution(2, sliceLen=7)]
    assert check(declared, jobs=[job(1, name="a")], plans=plans) == []


plans = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "startTime": st.sampled_from([START, "2024-06-05T08:00:00Z"]),
            "interval": st.sampled_from([30, 60]),
            "sliceLen": st.sampled_from([5, 10]),
        },
    ),
    max_size=4,
)


@pytest.mark.fuzz
@given(plans, st.randoms(), st.data())
def test_a_plan_that_can_be_what_is_there_is_clean_in_any_order(
    declared: list[dict[str, Any]], chance: Any, data: st.DataObject
) -> None:
    rows = [execution(number, **fields) for number, fields in enumerate(declared, 1)]
    for row, fields in zip(rows, declared, strict=True):
        for name in {"startTime", "interval", "sliceLen"} - set(fields):
            value = data.draw(st.sampled_from({"startTime": [START], "interval": [30, 60]}.get(name, [5, 10])))
            setattr(row, name, value)
    chance.shuffle(rows)
    assert check(Declared({"name": "a"}, executions=declared), jobs=[job(1, name="a")], plans=rows) == []


# --- the fit itself ---


def fits(costs: list[list[int]]) -> int:
    """The most pairs at no cost that there can be, found by trying everything."""
    columns = range(len(costs[0]) if costs else 0)
    choices = itertools.product([None, *columns], repeat=len(costs))
    return max(
        sum(column is not None and costs[row][column] == 0 for row, column in enumerate(choice))
        for choice in choices
        if len(used := [column for column in choice if column is not None]) == len(set(used))
    )


@pytest.mark.fuzz
@given(
    st.integers(0, 4).flatmap(
        lambda width: st.lists(st.lists(st.integers(0, 2), min_size=width, max_size=width), max_size=4)
    )
)
def test_as_many_perfect_fits_as_there_can_be_and_nobody_twice(costs: list[list[int]]) -> None:
    found = best_fit(costs)
    assert len(set(found.values())) == len(found) == min(len(costs), len(costs[0]) if costs else 0)
    assert sum(costs[row][column] == 0 for row, column in found.items()) == fits(costs)


def test_the_rest_goes_by_least_cost() -> None:
    assert best_fit([[3, 1], [1, 2]]) == {0: 1, 1: 0}
    assert best_fit([[2], [1]]) == {1: 0}
    assert best_fit([]) == {}


def test_a_thousand_rows_that_must_all_move_are_no_defect() -> None:
    size = 1200
    costs = [[0 if column in (row, row + 1) else 1 for column in range(size)] for row in range(size - 1)]
    costs.append([0 if column == 0 else 1 for column in range(size)])
    assert len([row for row, column in best_fit(costs).items() if costs[row][column] == 0]) == size
