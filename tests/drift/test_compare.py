"""The drift model: order, paging and spelling never drift; any edit of a compared field always does."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.drift.compare import (
    COMPARABLE,
    DEFAULT_IGNORED,
    INTEGERS,
    Difference,
    Kind,
    canonical_jobs,
    canonical_value,
    compare,
    read_ignored,
)
from pulumi_resource_alicloud_esa.esa.errors import InvalidInput
from pulumi_resource_alicloud_esa.esa.inputs import Inputs
from pulumi_resource_alicloud_esa.esa.models import JOB, Job
from pulumi_resource_alicloud_esa.functions.get_scheduled_preload_jobs_drift import find_drift

COMPARED = tuple(field for field in COMPARABLE if field not in DEFAULT_IGNORED)

# Few values, so that a search of sixty examples meets equal and unequal ones alike.
texts = st.sampled_from([None, "", "a", "b", "A", " a ", "a\nb", "é"])
hosts = st.lists(st.sampled_from(["a.com", "b.com", "A.com", "x-y.example"]), max_size=3)
separators = st.sampled_from([",", ", ", ";", " ", "\n"])
domains = st.builds(lambda names, by: by.join(names), hosts, separators)
moments = st.sampled_from(["2024-06-01T08:53:13Z", "2024-06-02T00:00:00.500Z", "not a time"])


def values(field: str) -> st.SearchStrategy[Any]:
    if field in INTEGERS:
        return st.sampled_from([None, 0, 1, 2**40])
    return {"domains": st.none() | domains, "createdAt": st.none() | moments}.get(field, texts)


rows = st.fixed_dictionaries({field.name: values(field.name) for field in JOB.fields if field.name != "id"})


@st.composite
def listings(draw: st.DrawFn, least: int = 0) -> list[Job]:
    found = draw(st.lists(rows, min_size=least, max_size=3))
    return [{**row, "id": f"{number:024x}"} for number, row in enumerate(found)]


def drift(was: list[Job], now: list[Job], ignored: tuple[str, ...] = DEFAULT_IGNORED) -> list[Difference]:
    return compare(canonical_jobs(was, ignored), canonical_jobs(now, ignored))


@pytest.mark.fuzz
@given(listings(), st.randoms())
def test_order_and_reading_again_never_drift(jobs: list[Job], chance: random.Random) -> None:
    again = [dict(reversed(list(job.items()))) for job in jobs]
    chance.shuffle(again)
    assert drift(jobs, again, ()) == []
    assert list(canonical_jobs(jobs)) == list(canonical_jobs(again))


def respelled(field: str, value: Any) -> Any:
    if value in (None, ""):
        return "" if value is None and field not in INTEGERS else None
    if field == "domains":
        return ";\n".join(reversed([name.upper() for name in value.replace(",", " ").replace(";", " ").split()]))
    if field == "createdAt":
        return {
            "2024-06-01T08:53:13Z": "2024-06-01T16:53:13.000+08:00",
            "2024-06-02T00:00:00.500Z": "2024-06-01T23:00:00.5-01:00",
        }.get(value, value)
    return f" {value}\n" if isinstance(value, str) else value


@pytest.mark.fuzz
@given(listings())
def test_another_spelling_of_the_same_never_drifts(jobs: list[Job]) -> None:
    again = [{name: value if name == "id" else respelled(name, value) for name, value in job.items()} for job in jobs]
    assert drift(jobs, again, ()) == []


@pytest.mark.fuzz
@given(listings(least=1), st.data())
def test_any_edit_of_a_compared_field_is_found_and_nothing_else(jobs: list[Job], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(jobs) - 1))
    field = data.draw(st.sampled_from(COMPARED))
    value = data.draw(values(field))
    was, now = canonical_value(field, jobs[index][field]), canonical_value(field, value)
    assume(was != now)
    edited = [{**job, field: value} if number == index else job for number, job in enumerate(jobs)]
    (found,) = drift(jobs, edited)
    assert (found.kind, found.job_id, found.field) == (Kind.CHANGED, jobs[index]["id"], field)
    assert (found.expected, found.actual) == (was, now)


@pytest.mark.fuzz
@given(listings(least=1), st.data())
def test_a_counter_is_drift_only_when_asked_for(jobs: list[Job], data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(DEFAULT_IGNORED))
    value = data.draw(values(field))
    assume(canonical_value(field, value) != canonical_value(field, jobs[0][field]))
    edited = [{**jobs[0], field: value}, *jobs[1:]]
    assert drift(jobs, edited) == []
    assert [found.field for found in drift(jobs, edited, ())] == [field]


@pytest.mark.fuzz
@given(listings(least=1), st.data())
def test_a_job_that_is_gone_or_new_is_found(jobs: list[Job], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(jobs) - 1))
    rest = jobs[:index] + jobs[index + 1 :]
    (gone,) = drift(jobs, rest)
    assert (gone.kind, gone.job_id) == (Kind.MISSING, jobs[index]["id"])
    (new,) = drift(rest, jobs)
    assert (new.kind, new.job_id) == (Kind.UNEXPECTED, jobs[index]["id"])


@pytest.mark.fuzz
@given(listings(), listings())
def test_differences_are_sorted_and_mirror_each_other(one: list[Job], two: list[Job]) -> None:
    there, back = drift(one, two), drift(two, one)
    assert len(there) == len(back)
    assert there == sorted(there, key=lambda d: (d.name, d.job_id, d.kind.value, d.field))
    assert {(d.job_id, d.field) for d in there} == {(d.job_id, d.field) for d in back}


def test_every_documented_field_is_compared_or_left_out_for_a_reason() -> None:
    assert {*COMPARABLE, "id", "siteId"} == {field.name for field in JOB.fields}
    assert set(DEFAULT_IGNORED) == {"errorInfo", "executionCount", "failedFileOss", "taskSubmitted", "urlSubmitted"}
    assert set(DEFAULT_IGNORED) < set(COMPARABLE)
    assert set(COMPARABLE) > INTEGERS


@pytest.mark.parametrize(("given", "expected"), [(None, DEFAULT_IGNORED), ([], ()), (["name", "name"], ("name",))])
def test_what_is_left_out_is_what_was_asked_for(given: Any, expected: tuple[str, ...]) -> None:
    assert read_ignored(Inputs({"ignoreFields": given})) == expected


def test_an_unknown_field_to_leave_out_is_a_fault() -> None:
    inputs = Inputs({"ignoreFields": ["name", "siteId", "x"]})
    read_ignored(inputs)
    with pytest.raises(InvalidInput) as caught:
        inputs.finish()
    assert [fault.path for fault in caught.value.faults] == ["ignoreFields[1]", "ignoreFields[2]"]


# --- declared jobs ---


def job(number: int, **fields: Any) -> Job:
    return {**{field.name: None for field in JOB.fields}, "id": f"{number:024x}", **fields}


def test_a_declared_job_is_held_against_the_fields_it_declares() -> None:
    jobs = [job(1, name="a", urlCount=5, taskType="preload")]
    assert find_drift({"a": {"name": "a", "urlCount": 5}}, jobs, False) == []
    (found,) = find_drift({"a": {"name": "a", "urlCount": 6}}, jobs, False)
    assert (found.field, found.expected, found.actual, found.job_id) == ("urlCount", 6, 5, jobs[0]["id"])


def test_a_field_declared_as_empty_must_be_empty() -> None:
    (found,) = find_drift({"a": {"name": "a", "errorInfo": None}}, [job(1, name="a", errorInfo="x")], False)
    assert (found.field, found.expected, found.actual) == ("errorInfo", None, "x")
    assert find_drift({"a": {"name": "a", "errorInfo": None}}, [job(1, name="a", errorInfo="")], False) == []


def test_of_several_jobs_of_a_name_the_best_fit_counts_and_the_others_are_unexpected() -> None:
    jobs = [job(1, name="a", urlCount=1), job(2, name="a", urlCount=2), job(3, name=None)]
    found = find_drift({"a": {"name": "a", "urlCount": 2}}, jobs, False)
    assert [(d.kind, d.job_id) for d in found] == [
        (Kind.UNEXPECTED, jobs[2]["id"]),
        (Kind.UNEXPECTED, jobs[0]["id"]),
    ]
    assert find_drift({"a": {"name": "a", "urlCount": 2}}, jobs, True) == []
    (missing,) = find_drift({"b": {"name": "b"}}, jobs, True)
    assert (missing.kind, missing.name) == (Kind.MISSING, "b")
