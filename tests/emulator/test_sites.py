"""ListSites: the shape, the pages, every filter, and sites made by the hundred."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from alibabacloud_esa20240910 import models

from emulator import EMPTY_SITE_ID, EXAMPLE_SITE_ID, FOREIGN_SITE_ID, OFFLINE_SITE_ID, SITE_ID, Emulator, Glitch
from tests.support.control import control
from tests.support.official_sdk import UTCNOW, client_for

if TYPE_CHECKING:
    from tests.support.caller import Caller

NEWEST_FIRST = ["old.example.com", "example.org", "example.net", "example.com"]


def names(caller: Caller, **params: object) -> list[str]:
    return [site["SiteName"] for site in caller.call("ListSites", **params).json["Sites"]]


def test_a_site_is_answered_with_every_documented_field(shared_caller: Caller) -> None:
    body = shared_caller.call("ListSites", SiteName="example.com").json
    assert list(body) == ["RequestId", "PageNumber", "PageSize", "TotalCount", "Sites"]
    assert (body["PageNumber"], body["PageSize"], body["TotalCount"]) == (1, 500, 1)
    assert body["Sites"] == [
        {
            "SiteId": SITE_ID,
            "SiteName": "example.com",
            "Status": "active",
            "AccessType": "NS",
            "Coverage": "global",
            "PlanName": "plan-1686564980001",
            "PlanSpecName": "standard",
            "InstanceId": "esa-site-c047304bdbbb",
            "ResourceGroupId": "rg-aek26g6i6se6pna",
            "NameServerList": "male1-1.ialicdn.com,female1-1.ialicdn.com",
            "CnameZone": "",
            "VerifyCode": "verify_cab6f75c00bfc7d08f4d8125",
            "OfflineReason": "",
            "CreateTime": "2023-03-02T02:00:00Z",
            "UpdateTime": "2023-03-02T02:00:00Z",
            "VisitTime": "2023-03-02T02:00:00Z",
            "Tags": {"env": "prod", "team": "shop"},
        }
    ]


def test_somebody_elses_site_is_not_listed_and_an_offline_one_is(shared: Emulator, shared_caller: Caller) -> None:
    assert names(shared_caller) == NEWEST_FIRST
    assert FOREIGN_SITE_ID in shared.store.site_ids()
    (offline,) = shared_caller.call("ListSites", Status="offline").json["Sites"]
    assert (offline["SiteId"], offline["OfflineReason"]) == (OFFLINE_SITE_ID, "proactively_disabled")


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"SiteName": "example.co"}, []),
        ({"SiteName": "example.com", "SiteSearchType": "exact"}, ["example.com"]),
        ({"SiteName": "example.", "SiteSearchType": "prefix"}, ["example.org", "example.net", "example.com"]),
        ({"SiteName": "example.com", "SiteSearchType": "suffix"}, ["old.example.com", "example.com"]),
        ({"SiteName": "le.n", "SiteSearchType": "fuzzy"}, ["example.net"]),
        ({"Status": "active"}, NEWEST_FIRST[1:]),
        ({"AccessType": "CNAME"}, ["example.net"]),
        ({"Coverage": "domestic"}, []),
        ({"Coverage": "global"}, NEWEST_FIRST),
        ({"ResourceGroupId": "rg-aek26g6i6se6pna"}, NEWEST_FIRST),
        ({"ResourceGroupId": "rg-other"}, []),
        ({"PlanSubscribeType": "enterpriseplan"}, ["example.org"]),
        ({"PlanSubscribeType": "standardplan"}, ["old.example.com", "example.net", "example.com"]),
        ({"OnlyEnterprise": "true"}, ["example.org"]),
        ({"OnlyEnterprise": "false"}, NEWEST_FIRST),
        ({"TagFilter": json.dumps([{"Key": "env", "Value": "prod"}])}, ["example.org", "example.com"]),
        ({"TagFilter": json.dumps([{"Key": "team"}])}, ["example.net", "example.com"]),
        ({"TagFilter": json.dumps([{"Key": "env", "Value": "prod"}, {"Key": "team"}])}, ["example.com"]),
        ({"Status": "active", "TagFilter": json.dumps([{"Key": "nobody"}])}, []),
    ],
)
def test_a_filter_leaves_the_sites_that_match(
    shared_caller: Caller, params: dict[str, object], found: list[str]
) -> None:
    body = shared_caller.call("ListSites", **params).json
    assert [site["SiteName"] for site in body["Sites"]] == found
    assert body["TotalCount"] == len(found)


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"PageSize": 501}, "PageSize"),
        ({"PageSize": 0}, "PageSize"),
        ({"PageNumber": 0}, "PageNumber"),
        ({"SiteSearchType": "regex"}, "SiteSearchType"),
        ({"TagFilter": "[5]"}, "TagFilter"),
        ({"TagFilter": '[{"Value": "x"}]'}, "TagFilter"),
        ({"TagFilter": "{"}, "TagFilter"),
    ],
)
def test_a_wrong_parameter_is_refused_and_named(shared_caller: Caller, params: dict[str, object], named: str) -> None:
    reply = shared_caller.call("ListSites", **params)
    assert (reply.status, reply.json["Code"]) == (400, "InvalidParameter")
    assert named in reply.json["Message"]


def test_further_sites_are_the_same_at_every_start_and_fill_pages(shared: Emulator, shared_caller: Caller) -> None:
    status, made = control(shared, "PUT", "sites", {"sites": 60, "jobs": 2})
    assert (status, len(made), made[0], made[59]) == (200, 60, 190007158400001, 190007158400060)
    pages = [shared_caller.call("ListSites", PageSize=20, PageNumber=page).json for page in (1, 2, 3, 4, 5)]
    assert [len(page["Sites"]) for page in pages] == [20, 20, 20, 4, 0]
    assert {page["TotalCount"] for page in pages} == {64}
    rows = [site for page in pages for site in page["Sites"]]
    assert len({site["SiteId"] for site in rows}) == 64
    assert (rows[0]["SiteName"], rows[0]["Tags"]) == ("site-060.example.com", {"env": "test", "team": "shop"})
    assert rows[60]["SiteName"] == "old.example.com"
    assert len(shared_caller.call(SiteId=made[59]).json["Jobs"]) == 2


def test_an_emulator_starts_with_further_sites_and_a_reset_keeps_them() -> None:
    with Emulator(sites=3) as emulator:
        emulator.store.delete_site(190007158400003)
        emulator.reset()
        assert [len(emulator.store.jobs(site)) for site in emulator.store.site_ids()[-3:]] == [45, 45, 45]


def test_a_site_is_renamed_tagged_taken_offline_and_deleted(shared: Emulator, shared_caller: Caller) -> None:
    path = f"sites/{EXAMPLE_SITE_ID}"
    control(shared, "PATCH", path, {"SiteName": "renamed.example", "Tags": {"a": "b"}, "VisitTime": None})
    (site,) = shared_caller.call("ListSites", SiteName="renamed.example").json["Sites"]
    assert (site["Tags"], "VisitTime" in site) == ({"a": "b"}, False)
    assert len(shared.store.jobs(EXAMPLE_SITE_ID)) == 1
    assert control(shared, "DELETE", path) == (200, {"id": EXAMPLE_SITE_ID})
    assert names(shared_caller) == ["old.example.com", "example.org", "example.com"]
    assert shared_caller.call(SiteId=EXAMPLE_SITE_ID).status == 403


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ({"Name": "x"}, "unknown site field Name; known are AccessType, "),
        ({"SiteId": 5}, "unknown site field SiteId"),
        ({"SiteName": 5}, "SiteName must be a text, not 5"),
        ({"Tags": ["a"]}, "Tags must be an object of texts"),
        ({"Tags": {"a": 1}}, "Tags must be an object of texts"),
    ],
)
def test_a_bad_field_is_refused_in_one_line(shared: Emulator, body: dict[str, object], complaint: str) -> None:
    status, answer = control(shared, "PATCH", f"sites/{SITE_ID}", body)
    assert status == 400
    assert complaint in answer["error"]


@pytest.mark.parametrize("body", [{}, {"sites": -1}, {"sites": 1001}, {"sites": True}, {"sites": 1, "jobs": 1001}])
def test_a_number_of_sites_that_is_none_is_refused(shared: Emulator, body: dict[str, object]) -> None:
    assert control(shared, "PUT", "sites", body)[0] == 400
    assert len(shared.store.site_ids()) == 5


def test_jobs_that_are_replaced_leave_the_site_as_it_was(shared: Emulator, shared_caller: Caller) -> None:
    shared.store.generate(EMPTY_SITE_ID, 2)
    assert names(shared_caller) == NEWEST_FIRST
    assert len(shared_caller.call(SiteId=EMPTY_SITE_ID).json["Jobs"]) == 2


def test_the_lies_about_pages_hold_for_sites_too(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(clamp_page_size=3, times=1), Glitch(total_count="abc", times=1))
    body = shared_caller.call("ListSites").json
    assert (len(body["Sites"]), body["TotalCount"]) == (3, "abc")
    shared.glitches.clear()
    shared.glitches.add(Glitch(shift="delete", times=1), Glitch(numbers_as_text=True, times=1))
    (first, *_) = shared_caller.call("ListSites").json["Sites"]
    assert (first["SiteName"], first["SiteId"]) == ("old.example.com", str(OFFLINE_SITE_ID))
    assert names(shared_caller) == NEWEST_FIRST[1:]
    shared.glitches.add(Glitch(shift="insert", times=1))
    assert names(shared_caller, PageSize=2) == NEWEST_FIRST[1:3]
    assert names(shared_caller, PageSize=2, PageNumber=2) == NEWEST_FIRST[2:]


@pytest.mark.filterwarnings(UTCNOW)
def test_the_official_client_lists_sites_with_every_filter(shared: Emulator) -> None:
    shared.store.change_site(SITE_ID, PlanSpecName="enterprise", OfflineReason="x")
    tags: list[Any] = [models.ListSitesRequestTagFilter(key="team", value="shop")]
    request = models.ListSitesRequest(
        access_type="NS",
        coverage="global",
        only_enterprise=True,
        page_number=1,
        page_size=500,
        plan_subscribe_type="enterpriseplan",
        resource_group_id="rg-aek26g6i6se6pna",
        site_name="example",
        site_search_type="fuzzy",
        status="active",
        tag_filter=tags,
    )
    body = client_for(shared).list_sites(request).body
    assert (body.total_count, body.page_number, body.page_size) == (1, 1, 500)
    (site,) = body.sites
    assert (site.site_id, site.site_name, site.tags) == (SITE_ID, "example.com", {"env": "prod", "team": "shop"})
    assert [name for name, value in vars(site).items() if value is None] == []
