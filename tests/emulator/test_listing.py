"""ListScheduledPreloadJobs as documented: shape, pages, the creation window, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from emulator import EMPTY_SITE_ID, EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, FOREIGN_SITE_ID, SITE_ID, Emulator

if TYPE_CHECKING:
    from tests.support.caller import Caller

EXAMPLE_JOB = json.loads(
    r"""{
      "AliUid": "15685865xxx14622",
      "CreatedAt": "2024-06-01T08:53:13Z",
      "Domains": "testurl.com",
      "ErrorInfo": "invalid domain:test.com",
      "FailedFileOss": "https://xxxobject.oss-cn-reginon.aliyuncs.com/9d91_xxxxxxxxxxx_158bb6e0f97c477791209bb46bd599f7",
      "FileId": "665d3b48621bccf3fe29e1a7",
      "Id": "665d3af3621bccf3fe29e1a4\n",
      "InsertWay": "oss",
      "Name": "example",
      "SiteId": 190007158391808,
      "TaskSubmitted": 1,
      "TaskType": "preload",
      "UrlCount": 2,
      "UrlSubmitted": 1,
      "ExecutionCount": 1
    }"""
)
CREATED_MS = 1717231993000  # 2024-06-01T08:53:13Z


def test_the_documented_example_is_answered_as_documented(shared_caller: Caller) -> None:
    reply = shared_caller.call(SiteId=EXAMPLE_SITE_ID)
    assert reply.headers["content-type"] == "application/json;charset=utf-8"
    assert list(reply.json) == ["RequestId", "TotalCount", "Jobs"]
    assert reply.json["TotalCount"] == "1"
    assert reply.json["Jobs"] == [{**EXAMPLE_JOB, "SiteId": EXAMPLE_SITE_ID}]
    assert list(reply.json["Jobs"][0]) == list(EXAMPLE_JOB)


def test_the_first_site_holds_the_example_among_believable_jobs(shared_caller: Caller) -> None:
    reply = shared_caller.call(SiteId=SITE_ID, PageSize=100)
    jobs = reply.json["Jobs"]
    assert EXAMPLE_JOB in jobs
    assert reply.json["TotalCount"] == "45" == str(len(jobs))
    assert {job["TaskType"] for job in jobs} == {"preload", "refresh"}
    assert {job["InsertWay"] for job in jobs} == {"oss", "textBox"}
    assert {job["CreatedAt"][:7] for job in jobs} == {"2024-05", "2024-06", "2024-07"}
    assert sum(1 for job in jobs if job["ErrorInfo"] and job["FailedFileOss"]) > 3
    assert all(len(job["Id"]) == 25 and job["Id"].endswith("\n") for job in jobs)
    assert len({job["Id"] for job in jobs}) == 45


def test_jobs_come_newest_first(shared_caller: Caller) -> None:
    created = [job["CreatedAt"] for job in shared_caller.call(SiteId=SITE_ID, PageSize=100).json["Jobs"]]
    assert created == sorted(created, reverse=True)


def test_the_seed_is_the_same_at_every_start(shared: Emulator) -> None:
    first = [job.fields for job in shared.store.jobs(SITE_ID)]
    assert first == [job.fields for job in Emulator().store.jobs(SITE_ID)]


def test_pages_cover_the_list_once(shared_caller: Caller) -> None:
    whole = shared_caller.call(SiteId=SITE_ID, PageSize=100).json["Jobs"]
    pages = [shared_caller.call(SiteId=SITE_ID, PageSize=20, PageNumber=page).json for page in (1, 2, 3, 4)]
    assert [len(page["Jobs"]) for page in pages] == [20, 20, 5, 0]
    assert [job for page in pages for job in page["Jobs"]] == whole
    assert {page["TotalCount"] for page in pages} == {"45"}


def test_the_defaults_are_the_first_page_of_twenty(shared_caller: Caller) -> None:
    default = shared_caller.call(SiteId=SITE_ID).json["Jobs"]
    assert default == shared_caller.call(SiteId=SITE_ID, PageNumber=1, PageSize=20).json["Jobs"]


def test_an_empty_site_has_an_empty_list(shared_caller: Caller) -> None:
    body = shared_caller.call(SiteId=EMPTY_SITE_ID).json
    assert (body["TotalCount"], body["Jobs"]) == ("0", [])


@pytest.mark.parametrize(
    ("window", "found"),
    [
        ({"StartTime": CREATED_MS}, True),
        ({"StartTime": CREATED_MS + 1}, False),
        ({"EndTime": CREATED_MS}, True),
        ({"EndTime": CREATED_MS - 1}, False),
        ({"StartTime": CREATED_MS, "EndTime": CREATED_MS}, True),
        ({"StartTime": CREATED_MS - 1, "EndTime": CREATED_MS - 1}, False),
    ],
)
def test_the_window_is_on_the_creation_time_and_includes_both_ends(
    shared_caller: Caller, window: dict[str, int], found: bool
) -> None:
    body = shared_caller.call(SiteId=EXAMPLE_SITE_ID, **window).json
    assert (body["TotalCount"], len(body["Jobs"])) == (str(int(found)), int(found))


def test_the_total_counts_what_the_window_leaves(shared_caller: Caller) -> None:
    june = {"StartTime": 1717200000000, "EndTime": 1719791999000}
    everything = shared_caller.call(SiteId=SITE_ID, PageSize=100).json["Jobs"]
    expected = [job for job in everything if job["CreatedAt"].startswith("2024-06")]
    body = shared_caller.call(SiteId=SITE_ID, PageSize=2, PageNumber=2, **june).json
    assert body["Jobs"] == expected[2:4]
    assert body["TotalCount"] == str(len(expected))


def test_a_job_added_between_two_pages_of_a_window_is_seen(shared: Emulator, shared_caller: Caller) -> None:
    assert shared_caller.call(SiteId=EXAMPLE_SITE_ID, StartTime=1).json["TotalCount"] == "1"
    shared.store.add(EXAMPLE_SITE_ID, Name="late")
    assert shared_caller.call(SiteId=EXAMPLE_SITE_ID, StartTime=1).json["TotalCount"] == "2"


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({}, 400, "MissingSiteId"),
        ({"SiteId": ""}, 400, "MissingSiteId"),
        ({"SiteId": "abc"}, 400, "InvalidParameter"),
        ({"SiteId": "1.9e14"}, 400, "InvalidParameter"),
        ({"SiteId": SITE_ID, "PageNumber": "0"}, 400, "InvalidParameter"),
        ({"SiteId": SITE_ID, "PageSize": "-1"}, 400, "InvalidParameter"),
        ({"SiteId": SITE_ID, "StartTime": "2024-06-01"}, 400, "InvalidParameter"),
        ({"SiteId": SITE_ID, "StartTime": 2, "EndTime": 1}, 400, "InvalidEndTime.Mismatch"),
        ({"SiteId": FOREIGN_SITE_ID}, 403, "InvalidUid.PermissionDenied"),
        ({"SiteId": 1}, 403, "InvalidUid.PermissionDenied"),
    ],
)
def test_a_wrong_parameter_is_refused_with_its_code(
    shared_caller: Caller, params: dict[str, object], status: int, code: str
) -> None:
    reply = shared_caller.call(**params)
    assert (reply.status, reply.json["Code"]) == (status, code)


def test_an_unknown_action_or_version_is_refused(shared_caller: Caller) -> None:
    reply = shared_caller.call("DeleteSite", SiteId=SITE_ID)
    assert (reply.status, reply.json["Code"]) == (404, "InvalidApi.NotFound")
    headers = shared_caller.headers("ListScheduledPreloadJobs", "", "GET", b"", x_acs_version="2014-05-26")
    assert shared_caller.send("GET", "", headers).json["Code"] == "InvalidVersion"


def test_one_job_is_answered_by_its_id(shared_caller: Caller) -> None:
    for job_id in (EXAMPLE_JOB_ID, EXAMPLE_JOB_ID + "\n"):
        body = shared_caller.call("GetScheduledPreloadJob", Id=job_id).json
        assert body.pop("RequestId")
        expected = {name: value for name, value in EXAMPLE_JOB.items() if name != "ExecutionCount"}
        assert body == {**expected, "Id": EXAMPLE_JOB_ID}


@pytest.mark.parametrize("action", ["GetScheduledPreloadJob", "ListScheduledPreloadExecutions"])
@pytest.mark.parametrize(
    ("job_id", "status", "code"),
    [
        ("", 400, "MissingId"),
        ("zz", 400, "InvalidParameter.ObjectId"),
        ("0" * 24, 404, "InvalidJob.NotFound"),
    ],
)
def test_a_wrong_id_is_refused_with_its_code(
    shared_caller: Caller, action: str, job_id: str, status: int, code: str
) -> None:
    reply = shared_caller.call(action, Id=job_id)
    assert (reply.status, reply.json["Code"]) == (status, code)


def test_a_job_of_a_foreign_site_is_refused(shared: Emulator, shared_caller: Caller) -> None:
    foreign = shared.store.jobs(FOREIGN_SITE_ID)[0].id
    reply = shared_caller.call("GetScheduledPreloadJob", Id=foreign)
    assert (reply.status, reply.json["Code"]) == (403, "InvalidUid.PermissionDenied")
