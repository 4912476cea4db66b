"""The account's sites: the API's filters as parameters, every field typed, all pages or an error."""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_esa20240910.models import ListSitesResponseBodySites
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import ApiError, Fault, InvalidInput, PartialAnswer, ResponseError
from pulumi_resource_alicloud_esa.esa.listing import Listing
from pulumi_resource_alicloud_esa.esa.models import SITE, Site
from pulumi_resource_alicloud_esa.esa.rows import read_rows
from pulumi_resource_alicloud_esa.esa.service import Service
from pulumi_resource_alicloud_esa.esa.sites import SiteQuery, read_site_query

from emulator import EMPTY_SITE_ID, EXAMPLE_SITE_ID, FOREIGN_SITE_ID, SITE_ID, Emulator, Glitch
from tests.support.clients import NewService
from tests.support.servers import JsonServer


def read(service: Service, **inputs: Any) -> Listing[Site]:
    return service.sites(read_site_query(inputs), Deadline(20))


def names(listing: Listing[Site]) -> list[str | None]:
    return [site.siteName for site in listing.rows]


def faults(values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        read_site_query(values)
    return {fault.path: fault.reason for fault in caught.value.faults}


def test_the_fields_are_those_of_the_official_sdk() -> None:
    documented = ListSitesResponseBodySites().from_map({}).__dict__
    assert {field.name for field in SITE.fields} == {
        "".join([first, *(part.capitalize() for part in rest)])
        for first, *rest in (name.split("_") for name in documented if not name.startswith("_"))
    }


def test_a_site_has_its_fields_typed(shared: Emulator, new_service: NewService) -> None:
    (site,) = read(new_service(shared.url), siteName="example.com").rows
    assert (site.siteId, site.status, site.accessType, site.coverage) == (str(SITE_ID), "active", "NS", "global")
    assert site.nameServerList == ["male1-1.ialicdn.com", "female1-1.ialicdn.com"]
    assert site.tags == {"env": "prod", "team": "shop"}


def test_every_site_of_the_account_is_listed_and_none_of_somebody_else(
    shared: Emulator, new_service: NewService
) -> None:
    ids = [site.siteId for site in read(new_service(shared.url)).rows]
    assert {str(SITE_ID), str(EXAMPLE_SITE_ID), str(EMPTY_SITE_ID)} < set(ids)
    assert str(FOREIGN_SITE_ID) not in ids


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"siteName": "example.com"}, {"example.com"}),
        ({"siteName": "example.", "siteSearchType": "prefix"}, {"example.com", "example.net", "example.org"}),
        ({"siteName": "example.com", "siteSearchType": "suffix"}, {"example.com", "old.example.com"}),
        ({"siteName": "ld.ex", "siteSearchType": "fuzzy"}, {"old.example.com"}),
        ({"status": "offline"}, {"old.example.com"}),
        ({"accessType": "CNAME"}, {"example.net"}),
        ({"onlyEnterprise": True}, {"example.org"}),
        ({"planSubscribeType": "enterpriseplan"}, {"example.org"}),
        ({"tags": {"env": "prod"}}, {"example.com", "example.org"}),
        ({"tags": {"env": "prod", "team": "shop"}}, {"example.com"}),
        ({"tags": {"team": ""}}, {"example.com", "example.net"}),
        ({"tags": {"env": "nowhere"}}, set()),
        ({"tags": {}}, {"example.com", "example.net", "example.org", "old.example.com"}),
        ({"nameRegex": r"^example\.(com|net)$"}, {"example.com", "example.net"}),
        ({"coverage": "global", "resourceGroupId": "rg-none"}, set()),
    ],
)
def test_each_filter_leaves_the_sites_that_match(
    shared: Emulator, new_service: NewService, inputs: dict[str, Any], expected: set[str]
) -> None:
    assert set(names(read(new_service(shared.url), **inputs))) == expected


@pytest.mark.parametrize("size", [1, 7, 32, 64, 500])
def test_sixty_more_sites_are_complete_in_any_page_size(emulator: Emulator, new_service: NewService, size: int) -> None:
    emulator.store.add_sites(60, 1)
    listing = read(new_service(emulator.url), pageSize=size)
    assert listing.total_count == len({site.siteId for site in listing.rows}) == 64
    assert {f"site-{number:03d}.example.com" for number in range(1, 61)} < set(names(listing))
    assert {r.params["PageSize"] for r in emulator.requests} == {str(size)}


def test_a_page_that_fails_is_an_error_never_a_part(emulator: Emulator, new_service: NewService) -> None:
    emulator.store.add_sites(60, 1)
    emulator.glitches.add(Glitch(code="Forbidden.RAM", action="ListSites", page=3))
    with pytest.raises(ApiError, match=r"esa:ListSites"):
        read(new_service(emulator.url), pageSize=10)


def test_pages_that_repeat_are_an_error(emulator: Emulator, new_service: NewService) -> None:
    emulator.glitches.add(Glitch(repeat_first_page=True))
    with pytest.raises(PartialAnswer, match="ListSites: page"):
        read(new_service(emulator.url), pageSize=2)


def test_the_count_is_that_of_the_apis_own_filters(shared: Emulator, new_service: NewService) -> None:
    listing = read(new_service(shared.url), nameRegex="^old")
    assert (listing.total_count, len(listing.rows)) == (4, 1)


def test_only_what_is_given_becomes_a_parameter() -> None:
    assert SiteQuery().parameters() == {}
    query = read_site_query(
        {"siteName": "a", "siteSearchType": "prefix", "onlyEnterprise": False, "tags": {"b": "2", "a": 1, "c": ""}}
    )
    assert query.parameters() == {
        "SiteName": "a",
        "SiteSearchType": "prefix",
        "OnlyEnterprise": "false",
        "TagFilter": '[{"Key":"a","Value":"1"},{"Key":"b","Value":"2"},{"Key":"c"}]',
    }


def test_every_fault_of_one_call_comes_back_at_once() -> None:
    found = faults(
        {
            "siteName": "",
            "status": 5,
            "onlyEnterprise": "maybe",
            "tags": {"env": ["prod"], "team": "shop"},
            "nameRegex": "(?=a)",
            "pageSize": 501,
            "siteID": "1",
        }
    )
    assert list(found) == ["siteName", "status", "tags.env", "onlyEnterprise", "nameRegex", "pageSize", "siteID"]
    assert "from 1 to 500" in found["pageSize"]
    assert set(faults({"tags": ["env"]})) == {"tags"}
    assert set(faults({"siteSearchType": "prefix"})) == {"siteSearchType"}


def test_a_value_that_finds_nothing_and_is_not_known_is_doubted() -> None:
    query = read_site_query({"status": "activ", "coverage": "global"})
    assert query.doubts(found=True) == []
    assert query.doubts(found=False) == [
        Fault(
            "status",
            "no site has 'activ', and the service is not known to; known are pending, active, offline, moved",
        )
    ]


def test_the_doubt_reaches_who_reads(shared: Emulator, new_service: NewService) -> None:
    told: list[Fault] = []
    service = Service(new_service(shared.url).lister, told.append)
    assert read(service, status="activ").rows == []
    assert [doubt.path for doubt in told] == ["status"]


@pytest.mark.parametrize(
    ("row", "field", "expected"),
    [
        ({"NameServerList": "a.com, b.com,"}, "nameServerList", ["a.com", "b.com"]),
        ({"NameServerList": ""}, "nameServerList", []),
        ({"NameServerList": None}, "nameServerList", None),
        ({"Tags": {"a": "1", "b": 2, "c": None}}, "tags", {"a": "1", "b": "2", "c": ""}),
        ({"Tags": None}, "tags", None),
        ({"SiteName": " example.com\n"}, "siteName", "example.com"),
    ],
)
def test_a_field_is_read_however_it_is_spelled(row: dict[str, Any], field: str, expected: object) -> None:
    (site,) = read_rows({"Sites": [{"SiteId": 5, **row}]}, "Sites", SITE)
    assert getattr(site, field) == expected
    assert site.siteId == "5"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, r"Sites\[0\]\.SiteId is missing"),
        ({"SiteId": "abc"}, r"Sites\[0\]\.SiteId is 'abc' where an integer"),
        ({"SiteId": 5, "Tags": ["a"]}, r"Sites\[0\]\.Tags is a list where an object of strings"),
        ({"SiteId": 5, "Tags": {"a": {}}}, r"Sites\[0\]\.Tags is a map where a string"),
        ({"SiteId": 5, "NameServerList": ["a"]}, r"Sites\[0\]\.NameServerList is a list where a string"),
    ],
)
def test_a_field_of_the_wrong_shape_names_its_path(row: dict[str, Any], message: str) -> None:
    with pytest.raises(ResponseError, match=message):
        read_rows({"Sites": [row]}, "Sites", SITE)


def test_one_site_with_two_contents_is_an_error(new_service: NewService) -> None:
    rows = [{"SiteId": 5, "SiteName": "a"}, {"SiteId": 5, "SiteName": "b"}]
    body = json.dumps({"TotalCount": 1, "Sites": rows}).encode()
    with (
        JsonServer(lambda _: (200, {}, body)) as server,
        pytest.raises(ResponseError, match=r"Sites\[1\] has the SiteId of another row"),
    ):
        read(new_service(server.url))


def test_an_account_without_sites_is_an_empty_list(new_service: NewService) -> None:
    with JsonServer(lambda _: (200, {}, b'{"TotalCount":0,"Sites":null}')) as server:
        assert read(new_service(server.url)).rows == []
