"""Jobs in the drift model: order, paging and spelling never drift; any edit of a compared field always does."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.drift.compare import Difference, Kind, compare
from pulumi_resource_alicloud_esa.drift.record import (
    COMPARABLE,
    DEFAULT_IGNORED,
    IGNORABLE,
    INTEGERS,
    Record,
    covered,
    covered_at_first,
    read_ignored,
    read_record,
    record_jobs,
)
from pulumi_resource_alicloud_esa.esa.errors import InvalidInput
from pulumi_resource_alicloud_esa.esa.inputs import Inputs
from pulumi_resource_alicloud_esa.esa.models import Job

from tests.support.drift_rows import JOB, drift, job

# Fewer examples for each row of a table.
FEW = settings(max_examples=settings().max_examples // 5)
texts = st.sampled_from([None, "", "a", "b", "A", " a ", "a\nb", "é"])
rows = st.fixed_dictionaries(
    {
        **dict.fromkeys(JOB, texts),
        **dict.fromkeys(INTEGERS & JOB.keys(), st.sampled_from([None, 0, 1, 2**40])),
        "domains": st.sampled_from([None, "", "a.com", "b.com, A.com", "x-y.example;a.com"]),
        "createdAt": st.sampled_from([None, "2024-06-01T08:53:13Z", "2024-06-02T00:00:00.500Z", "not a time"]),
    }
)


@st.composite
def listings(draw: st.DrawFn, least: int = 0) -> list[Job]:
    found = draw(st.lists(rows, min_size=least, max_size=3))
    return [Job(**{**row, "id": f"{number:024x}"}) for number, row in enumerate(found)]


@pytest.mark.fuzz
@given(listings(), st.randoms())
def test_order_and_reading_again_never_drift(jobs: list[Job], chance: random.Random) -> None:
    again = chance.sample(jobs, len(jobs))
    assert drift(jobs, again, ()) == []
    assert list(record_jobs(jobs, covered(()))) == list(record_jobs(again, covered(())))


# What is canonicalised, and nothing else (docs/drift.md): each of a line is the same value.
SAME: dict[str, list[list[Any]]] = {
    "createdAt": [
        ["2024-06-01T08:53:13Z", "2024-06-01T16:53:13.000+08:00", "2024-06-01t08:53:13z"],
        ["2024-06-02T00:00:00.5Z", "2024-06-01T23:00:00.500-01:00"],
        ["2024-06-02T00:00:00.5001Z", "2024-06-01T23:00:00.5001000-01:00"],
        ["not a time"],
        [None, ""],
    ],
    "domains": [["a.com,b.com", "B.com; a.com", "a.com\nb.com,a.com"], ["a.com"], [None, "", " , "]],
    "urlCount": [[None], [0], [1]],
    **{
        field: [[None, ""], ["a"], ["A"], ["a "], [" a"], ["\u00a0a"], ["\u3000"], ["a  b"], ["a b"]]
        for field in ("name", "taskType", "insertWay", "fileId", "aliUid")
    },
}


@pytest.mark.parametrize("field", sorted(SAME))
def test_a_value_is_the_same_in_its_other_spellings_only(field: str) -> None:
    for line in SAME[field]:
        for spelling in line:
            found = [
                [drift([job(**{field: spelling})], [job(**{field: other})]) for other in one] for one in SAME[field]
            ]
            assert [one for one, differences in zip(SAME[field], found, strict=True) if not any(differences)] == [line]


EDITS: list[tuple[str, Any, Any, Any, Any]] = [
    ("name", "nightly", "nightly ", "nightly", "nightly "),
    ("name", "\u3000", None, "\u3000", None),
    ("domains", "a.com,b.com", "b.com", "a.com,b.com", "b.com"),
    ("createdAt", "2024-06-01T08:53:13Z", "2024-06-01T08:53:14+00:00", "2024-06-01T08:53:13Z", "2024-06-01T08:53:14Z"),
    ("createdAt", "not a time", None, "not a time", None),
    ("createdAt", "not a time", "2024-06-01T16:53:13+08:00", "not a time", "2024-06-01T08:53:13Z"),
    ("urlCount", 0, None, 0, None),
    ("urlCount", None, 0, None, 0),
    ("urlCount", 331, 77, 331, 77),
    ("taskType", "preload", "refresh", "preload", "refresh"),
    ("insertWay", "oss", "textBox", "oss", "textBox"),
    ("fileId", "a", "b", "a", "b"),
    ("aliUid", "1", "2", "1", "2"),
]


@pytest.mark.fuzz
@pytest.mark.parametrize(("field", "before", "after", "expected", "actual"), EDITS)
@FEW
@given(listings(), st.integers(0, 3))
def test_any_edit_of_a_compared_field_is_found_and_nothing_else(
    field: str, before: Any, after: Any, expected: Any, actual: Any, jobs: list[Job], index: int
) -> None:
    edited_id = f"{99:024x}"
    name = "sale" if field != "name" else before or after
    was, now = (job(99, **{"name": "sale", field: value}) for value in (before, after))
    found = drift([*jobs[:index], was, *jobs[index:]], [*jobs, now])
    assert found == [Difference(Kind.CHANGED, edited_id, name, field, expected, actual)]


def test_every_compared_field_has_an_edit_above() -> None:
    assert {field for field, *_ in EDITS} == set(COMPARABLE) - set(DEFAULT_IGNORED)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("taskSubmitted", 99),
        ("urlSubmitted", 99),
        ("executionCount", 99),
        ("errorInfo", "broken"),
        ("failedFileOss", "https://x"),
    ],
)
def test_a_counter_is_drift_only_when_asked_for(field: str, value: Any) -> None:
    assert drift([job()], [job(**{field: value})]) == []
    assert drift([job()], [job(**{field: value})], ()) == [
        Difference(Kind.CHANGED, f"{1:024x}", "nightly", field, JOB[field], value)
    ]


@pytest.mark.fuzz
@given(listings(), st.integers(0, 3))
def test_a_job_that_is_gone_or_new_is_one_finding(jobs: list[Job], index: int) -> None:
    more = [*jobs[:index], job(99, name="sale"), *jobs[index:]]
    assert drift(more, jobs) == [Difference(Kind.MISSING, f"{99:024x}", "sale")]
    assert drift(jobs, more) == [Difference(Kind.UNEXPECTED, f"{99:024x}", "sale")]


def test_findings_are_sorted_by_name_job_and_field() -> None:
    was = [job(3, name="b"), job(2, name="b"), job(4, name="a")]
    now = [job(3, name="b", urlCount=6, domains="c.com"), job(5, name="c"), job(2, name="b", urlCount=6)]
    assert [(found.name, found.job_id[-1], found.field) for found in drift(was, now)] == [
        ("a", "4", ""),
        ("b", "2", "urlCount"),
        ("b", "3", "domains"),
        ("b", "3", "urlCount"),
        ("c", "5", ""),
    ]


def test_every_documented_field_is_compared_or_left_out_for_a_reason() -> None:
    assert {*COMPARABLE, "id", "siteId"} == set(JOB)
    assert set(DEFAULT_IGNORED) == {"errorInfo", "executionCount", "failedFileOss", "taskSubmitted", "urlSubmitted"}


# --- what a record covers ---


def test_a_field_that_only_this_version_knows_is_no_drift_of_an_older_record() -> None:
    older = tuple(field for field in covered(DEFAULT_IGNORED) if field != "taskType")
    assert compare(record_jobs([job()], older), record_jobs([job(taskType="refresh")], older), now=None) == []


def test_what_the_first_version_covered_stays_as_it_was() -> None:
    assert covered_at_first(()) == (
        "aliUid",
        "createdAt",
        "domains",
        "errorInfo",
        "executionCount",
        "failedFileOss",
        "fileId",
        "insertWay",
        "name",
        "taskSubmitted",
        "taskType",
        "urlCount",
        "urlSubmitted",
    )
    assert covered_at_first(("name", "domains"))[:2] == ("aliUid", "createdAt")
    assert "domains" not in covered_at_first(("name", "domains"))


@pytest.mark.parametrize(
    "junk",
    [None, "x", 5, True, [], ["x"], {"name": []}, {"name": None}, {"executions": 5}, {"executions": {"x": 5}}],
)
def test_what_is_no_record_is_changed_and_never_an_error(junk: Any) -> None:
    assert read_record(junk) is None
    live = record_jobs([job()], covered(DEFAULT_IGNORED))
    assert compare({job().id: read_record(junk)}, live, now=None) == [Difference(Kind.CHANGED, f"{1:024x}", "nightly")]


def test_a_field_of_a_newer_version_is_a_change_that_can_be_accepted() -> None:
    live = record_jobs([job()], covered(DEFAULT_IGNORED))
    (record,) = live.values()
    newer = read_record({**record.plain(), "priority": "high"})
    assert compare({job().id: newer}, live, now=None) == [
        Difference(Kind.CHANGED, f"{1:024x}", "nightly", "priority", "high", None)
    ]


def test_a_record_survives_being_written_and_read() -> None:
    record = Record({"name": "a", "urlCount": 0}, {"1": {"interval": 30, "stopped": True}})
    assert record.plain() == {"name": "a", "urlCount": 0, "executions": {"1": {"interval": 30, "stopped": True}}}
    assert read_record(record.plain()) == record
    assert Record({"name": "a"}).plain() == {"name": "a"}
    assert Record({}, {}).plain() == {"executions": {}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, DEFAULT_IGNORED),
        ([], ()),
        (["name", "name"], ("name",)),
        (["executions.startTime"], ("executions.startTime",)),
    ],
)
def test_what_is_left_out_is_what_was_asked_for(given: Any, expected: tuple[str, ...]) -> None:
    assert read_ignored(Inputs({"ignoreFields": given})) == expected


def test_an_unknown_field_to_leave_out_is_a_fault() -> None:
    inputs = Inputs({"ignoreFields": ["name", "siteId", "executions", "startTime"]})
    read_ignored(inputs)
    with pytest.raises(InvalidInput) as caught:
        inputs.finish()
    assert [fault.path for fault in caught.value.faults] == [f"ignoreFields[{index}]" for index in (1, 2, 3)]
    assert all(field in caught.value.faults[0].reason for field in IGNORABLE)


def test_a_fault_of_a_list_is_on_the_item_that_is_wrong_whatever_stands_before_it() -> None:
    inputs = Inputs({"ignoreFields": [object(), "colour", "name"]})
    read_ignored(inputs)
    assert [fault.path for fault in inputs.faults] == ["ignoreFields[0]", "ignoreFields[1]"]
