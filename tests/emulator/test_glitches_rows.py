"""The lies in rows and totals: answers that do not belong to their question, or contradict themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator import EMPTY_SITE_ID, EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, SITE_ID, Emulator, Glitch
from tests.support.control import control

if TYPE_CHECKING:
    from tests.support.caller import Caller

EXECUTIONS = "ListScheduledPreloadExecutions"
NOBODYS = "f" * 24


def jobs(caller: Caller, site_id: int = SITE_ID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = caller.call(SiteId=site_id, PageSize=3).json["Jobs"]
    return rows


def test_the_first_row_belongs_to_another_site_job_or_id(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(stray_row=True))
    assert [row["SiteId"] for row in jobs(shared_caller)] == [SITE_ID + 1000, SITE_ID, SITE_ID]
    assert [row["JobId"] for row in shared_caller.call(EXECUTIONS, Id=EXAMPLE_JOB_ID).json["Executions"]] == [NOBODYS]
    assert shared_caller.call("GetScheduledPreloadJob", Id=EXAMPLE_JOB_ID).json["Id"] == NOBODYS
    assert shared_caller.call("ListSites").json["Sites"][0]["SiteId"] == 190007158392812


def test_the_first_row_stands_twice_with_different_fields(shared: Emulator, shared_caller: Caller) -> None:
    plain = jobs(shared_caller)
    shared.glitches.add(Glitch(double_row=True))
    doubled = jobs(shared_caller)
    assert doubled == [plain[0], {**plain[0], "Name": "another"}, plain[1], plain[2]]
    first, second = shared_caller.call(EXECUTIONS, Id=EXAMPLE_JOB_ID).json["Executions"]
    assert second == {**first, "Interval": 7} != first
    sites = shared_caller.call("ListSites").json["Sites"]
    assert sites[1] == {**sites[0], "SiteName": "another"}


@pytest.mark.parametrize(("key", "value"), [("Name", b'"example"'), ("TotalCount", b'"1"'), ("Jobs", b"[{")])
def test_a_key_stands_twice_in_one_object(shared: Emulator, shared_caller: Caller, key: str, value: bytes) -> None:
    shared.glitches.add(Glitch(repeat_key=key))
    body = shared_caller.call(SiteId=EXAMPLE_SITE_ID).body
    assert b'"%s":"said before","%s":%s' % (key.encode(), key.encode(), value) in body


@pytest.mark.parametrize(("site_id", "total"), [(EMPTY_SITE_ID, "0"), (SITE_ID, "45")])
def test_the_list_is_null_or_left_out(shared: Emulator, shared_caller: Caller, site_id: int, total: str) -> None:
    shared.glitches.add(Glitch(no_list="null", times=1))
    body = shared_caller.call(SiteId=site_id).json
    assert (body["TotalCount"], body["Jobs"]) == (total, None)
    shared.glitches.add(Glitch(no_list="missing"))
    assert list(shared_caller.call(SiteId=site_id).json) == ["RequestId", "TotalCount"]
    assert list(shared_caller.call(EXECUTIONS, Id=EXAMPLE_JOB_ID).json) == ["RequestId", "TotalCount"]
    assert "Sites" not in shared_caller.call("ListSites").json


def test_the_total_is_capped_in_its_own_type(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(cap_total=20))
    body = shared_caller.call(SiteId=SITE_ID, PageSize=50).json
    assert (body["TotalCount"], len(body["Jobs"])) == ("20", 45)
    assert shared_caller.call("ListSites").json["TotalCount"] == 4
    shared.glitches.clear()
    shared.glitches.add(Glitch(cap_total=2))
    assert shared_caller.call("ListSites").json["TotalCount"] == 2


@pytest.mark.parametrize(
    ("spelling", "created", "start"),
    [
        ("z", "2024-06-01T08:53:13Z", "2024-06-01T13:53:13Z"),
        ("plus_z", "2024-06-01T08:53:13+Z", "2024-06-01T13:53:13+Z"),
        ("fraction_z", "2024-06-01T08:53:13.000Z", "2024-06-01T13:53:13.196Z"),
        ("colon", "2024-06-01T16:53:13+08:00", "2024-06-01T21:53:13+08:00"),
        ("fraction", "2024-06-01T16:53:13.000+08:00", "2024-06-01T21:53:13.196+08:00"),
        ("compact", "2024-06-01T16:53:13+0800", "2024-06-01T21:53:13+0800"),
        ("milliseconds", 1717231993000, 1717249993196),
    ],
)
def test_moments_are_spelled_in_each_of_the_services_ways(
    shared: Emulator, shared_caller: Caller, spelling: Any, created: object, start: object
) -> None:
    shared.glitches.add(Glitch(moments=spelling))
    assert jobs(shared_caller, EXAMPLE_SITE_ID)[0]["CreatedAt"] == created
    assert shared_caller.call("GetScheduledPreloadJob", Id=EXAMPLE_JOB_ID).json["CreatedAt"] == created
    assert shared_caller.call(EXECUTIONS, Id=EXAMPLE_JOB_ID).json["Executions"][0]["StartTime"] == start


def test_every_job_has_an_error_of_the_documented_words(shared: Emulator, shared_caller: Caller) -> None:
    words = "InvalidUrl,InvalidDomain,QuotaExcess,OtherErrors"
    shared.glitches.add(Glitch(error_info=words))
    assert [row["ErrorInfo"] for row in jobs(shared_caller)] == [words] * 3
    assert "ErrorInfo" not in shared_caller.call(EXECUTIONS, Id=EXAMPLE_JOB_ID).json["Executions"][0]


def test_several_lies_in_rows_apply_together(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(
        Glitch(total_count="abc"), Glitch(double_row=True), Glitch(no_list="null"), Glitch(no_list="missing")
    )
    shared.glitches.add(Glitch(total_count="wrong", repeat_key="TotalCount"), Glitch(cap_total=3))
    assert shared_caller.call(SiteId=SITE_ID).body.endswith(b'"TotalCount":"said before","TotalCount":"3"}')


def test_an_answer_without_rows_is_left_as_it_is(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(stray_row=True, double_row=True, moments="z", error_info="x"))
    assert shared_caller.call(SiteId=EMPTY_SITE_ID).json["Jobs"] == []


def test_lies_in_rows_are_added_over_http_by_the_same_names(shared: Emulator) -> None:
    sent = {
        "stray_row": True,
        "double_row": True,
        "repeat_key": "Name",
        "no_list": "null",
        "cap_total": 3,
        "moments": "compact",
        "error_info": "InvalidUrl",
    }
    assert control(shared, "POST", "faults", sent) == (200, [{**sent, "applied": 0}])
