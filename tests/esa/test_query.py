"""What a caller asks for: all faults at once, the API's parameters, the filters applied here."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_resource_alicloud_esa.esa.errors import Fault, InvalidInput
from pulumi_resource_alicloud_esa.esa.models import JOB, Job
from pulumi_resource_alicloud_esa.esa.query import DEFAULT_PAGE_SIZE, JobQuery, read_job_query, split_domains

A, B = "665d3af3621bccf3fe29e1a4", "665d3af3621bccf3fe29e1a5"


def job(**fields: Any) -> Job:
    return Job(**{**{field.name: None for field in JOB.fields}, "id": "a", **fields})


def accepts(filters: dict[str, Any], row: Job) -> bool:
    return read_job_query({"siteId": "1", **filters}).filter.accepts(row)


def faults(values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        read_job_query(values)
    return {fault.path: fault.reason for fault in caught.value.faults}


def test_every_fault_of_one_call_comes_back_at_once() -> None:
    found = faults(
        {
            "siteId": "abc",
            "startTime": "yesterday",
            "endTime": True,
            "pageNumber": 0,
            "pageSize": -1,
            "ids": ["", 5],
            "nameRegex": "(",
            "domain": "",
            "taskType": 3,
            "insertWay": [],
            "hasError": "maybe",
            "nameRegexp": "x",
        }
    )
    assert set(found) == {
        "siteId",
        "startTime",
        "endTime",
        "pageNumber",
        "pageSize",
        "ids[0]",
        "ids[1]",
        "nameRegex",
        "domain",
        "taskType",
        "insertWay",
        "hasError",
        "nameRegexp",
    }
    assert all("\n" not in reason for reason in found.values())


def test_a_missing_site_is_a_fault() -> None:
    assert "missing" in faults({})["siteId"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2024-06-01T00:00:01Z", "2024-06-01T00:00:00Z"),
        ("2024-06-01T00:00:00.001Z", "2024-06-01T00:00:00Z"),
        (1717200000001, "1717200000000"),
        ("2024-06-01T00:00:00-01:00", "2024-06-01T00:00:00Z"),
    ],
)
def test_an_end_before_the_start_is_the_documented_code_on_end_time(start: object, end: object) -> None:
    found = faults({"siteId": "1", "startTime": start, "endTime": end})
    assert list(found) == ["endTime"]
    assert found["endTime"].startswith("InvalidEndTime.Mismatch: ")


def test_an_end_that_equals_the_start_is_not_earlier() -> None:
    query = read_job_query(
        {"siteId": "1", "startTime": "2024-06-01T08:00:00+08:00", "endTime": "2024-06-01T00:00:00.000Z"}
    )
    assert query.start_time == query.end_time == 1717200000000


def test_only_what_is_given_becomes_a_parameter() -> None:
    assert JobQuery("1").parameters() == {"SiteId": "1"}
    assert read_job_query({"siteId": 1, "startTime": 5.0, "endTime": "6"}).parameters() == {
        "SiteId": "1",
        "StartTime": "5",
        "EndTime": "6",
    }


def test_the_epoch_itself_is_a_time() -> None:
    assert read_job_query({"siteId": "1", "startTime": 0, "endTime": 0}).parameters()["StartTime"] == "0"


def test_the_page_size_has_a_default_and_no_invented_maximum() -> None:
    assert read_job_query({"siteId": "1"}).page_size == DEFAULT_PAGE_SIZE
    assert read_job_query({"siteId": "1", "pageSize": 100_000}).page_size == 100_000


@pytest.mark.parametrize(
    ("filters", "row", "expected"),
    [
        ({}, job(), True),
        ({"ids": [A, B]}, job(id=A), True),
        ({"ids": [f" {A}\n"]}, job(id=A), True),
        ({"ids": [A.upper()]}, job(id=A), True),
        ({"ids": [A]}, job(id=A.upper()), True),
        ({"ids": [f"1:{A}"]}, job(id=A), True),
        ({"ids": [B]}, job(id=A), False),
        ({"ids": []}, job(id=A), True),
        ({"nameRegex": "^night"}, job(name="nightly"), True),
        ({"nameRegex": "ly$"}, job(name="nightly"), True),
        ({"nameRegex": "^ly"}, job(name="nightly"), False),
        ({"nameRegex": "x"}, job(), False),
        ({"domain": "WWW.example.com"}, job(domains="a.com, www.EXAMPLE.com"), True),
        ({"domain": "example.com"}, job(domains="www.example.com"), False),
        ({"domain": "a.com"}, job(), False),
        ({"taskType": "preload"}, job(taskType="preload"), True),
        ({"taskType": "preload"}, job(taskType="refresh"), False),
        ({"insertWay": "oss"}, job(insertWay="textBox"), False),
        ({"hasError": True}, job(errorInfo="x"), True),
        ({"hasError": True}, job(errorInfo=""), False),
        ({"hasError": False}, job(), True),
        ({"hasError": False}, job(errorInfo="x"), False),
        ({"taskType": "preload", "hasError": True}, job(taskType="preload"), False),
    ],
)
def test_each_filter_lets_through_what_it_names(filters: dict[str, Any], row: Job, expected: bool) -> None:
    assert accepts(filters, row) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, ()),
        ("", ()),
        (" ", ()),
        ("A.com", ("a.com",)),
        ("a.com,b.com", ("a.com", "b.com")),
        ("a.com; b.com\nc.com,,", ("a.com", "b.com", "c.com")),
    ],
)
def test_one_text_lists_the_domains(text: str | None, expected: tuple[str, ...]) -> None:
    assert split_domains(text) == expected


@pytest.mark.parametrize("value", ["a", "", A[:-1], f"{A}0", f"1:{A}:", f"{A}:1", 5, None, [], "z" * 24])
def test_what_is_no_job_id_is_a_fault_on_it(value: object) -> None:
    found = faults({"siteId": "1", "ids": [A, value]})
    assert list(found) == ["ids[1]"]
    assert found["ids[1]"].startswith("InvalidParameter.ObjectId: ")


@pytest.mark.parametrize("value", [A, "", 5, {}, True])
def test_ids_that_are_no_list_are_a_fault(value: object) -> None:
    assert "give a list" in faults({"siteId": "1", "ids": value})["ids"]


def test_an_id_of_another_site_is_a_fault_that_names_both() -> None:
    assert faults({"siteId": "1", "ids": [f"2:{A}"]}) == {
        "ids[0]": f"'2:{A}' is a job of another site than 1; give one of this site"
    }


def test_no_ids_are_no_filter_so_that_nothing_is_left_out_in_silence() -> None:
    assert read_job_query({"siteId": "1", "ids": []}) == read_job_query({"siteId": "1"})


def test_the_order_and_the_spelling_of_ids_make_no_other_question() -> None:
    one = read_job_query({"siteId": "1", "ids": [A, B]})
    assert one == read_job_query({"siteId": "1", "ids": [f"1:{B.upper()}", A, A]})
    assert one != read_job_query({"siteId": "1", "ids": [A]})


def test_the_case_of_a_domain_makes_no_other_question() -> None:
    # Another question is recorded anew, and drift with it.
    assert read_job_query({"siteId": "1", "domain": "A.com"}) == read_job_query({"siteId": "1", "domain": "a.COM"})


@pytest.mark.parametrize("pattern", ["nightly ", " nightly", "nightly\t"])
def test_white_space_of_a_pattern_is_a_part_of_it(pattern: str) -> None:
    assert not accepts({"nameRegex": pattern}, job(name="nightly"))
    assert accepts({"nameRegex": pattern}, job(name=f" {pattern} "))


def test_an_id_that_no_job_has_is_named() -> None:
    query = read_job_query({"siteId": "1", "ids": [B, A]})
    assert query.unmatched_ids([job(id=A.upper()), job(id=B)]) == []
    assert query.unmatched_ids([job(id=A)]) == [
        Fault("ids", f"no job of site 1 has the id {B}; check it, or leave it out")
    ]
    narrowed = read_job_query({"siteId": "1", "ids": [A], "taskType": "refresh"})
    assert narrowed.unmatched_ids([]) == [
        Fault("ids", f"no job of site 1 that all other filters let through has the id {A}; check it, or leave it out")
    ]


def test_an_id_on_another_page_cannot_be_required() -> None:
    found = faults({"siteId": "1", "ids": [A], "requireIds": True, "pageNumber": 1})
    assert found == {"requireIds": "contradicts pageNumber, for an id may be on another page; give one of them"}


@pytest.mark.parametrize(
    ("filters", "jobs", "expected"),
    [
        ({"taskType": "prelod"}, [job(taskType="preload")], ["taskType"]),
        ({"insertWay": "textbox"}, [job(insertWay="textBox")], ["insertWay"]),
        ({"taskType": "Preload", "insertWay": "x"}, [], ["taskType", "insertWay"]),
        # Known, or new: some job has it.
        ({"taskType": "refresh", "insertWay": "oss"}, [job(taskType="preload")], []),
        ({"taskType": "purge"}, [job(taskType="preload"), job(taskType="purge")], []),
        ({}, [job(taskType="odd")], []),
    ],
)
def test_a_value_that_the_service_is_not_known_to_have_is_doubted(
    filters: dict[str, Any], jobs: list[Job], expected: list[str]
) -> None:
    doubts = read_job_query({"siteId": "1", **filters}).doubts(jobs)
    assert [doubt.path for doubt in doubts] == expected
    assert all(repr(filters[doubt.path]) in doubt.reason for doubt in doubts)
