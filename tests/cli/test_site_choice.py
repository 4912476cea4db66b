"""Which sites the options choose: ids, exact names, all sites, those whose name matches."""

from __future__ import annotations

from typing import Any, cast

import pytest
from pulumi_resource_alicloud_esa.cli.site_choice import choose_site
from pulumi_resource_alicloud_esa.context import CallContext
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import InvalidInput
from pulumi_resource_alicloud_esa.esa.listing import Listing
from pulumi_resource_alicloud_esa.esa.models import Site
from pulumi_resource_alicloud_esa.esa.sites import SiteQuery

NAMES = {"1": "a.example", "2": "b.example", "3": "b.example", "4": None, "5": "shop.example"}


class FakeSites:
    """A service that answers ListSites only; `asked` is what it was asked."""

    def __init__(self, names: dict[str, str | None]) -> None:
        self.names = names
        self.asked: list[dict[str, str]] = []

    def sites(self, query: SiteQuery, deadline: Deadline, progress: Any = None) -> Listing[Any]:
        self.asked.append(query.parameters())
        wanted = query.parameters().get("SiteName")
        rows = [
            Site(**{**dict.fromkeys(Site.__struct_fields__), "siteId": site_id, "siteName": name, "status": "active"})
            for site_id, name in self.names.items()
            if wanted in (None, name)
        ]
        return Listing("id", len(rows), rows)

    def context(self) -> CallContext:
        return CallContext(lambda: cast(Any, self), Deadline(5), lambda done, total: None)


def chosen(**options: Any) -> tuple[list[tuple[str, str | None]], list[str], int]:
    """The ids and names found, the faults, and how often ListSites was called."""
    service = FakeSites(NAMES)
    choice = choose_site(options)
    assert choice.faults == ()
    found = choice.find(service.context())
    return (
        [(site.id, site.name) for site in found.sites],
        [str(fault) for fault in found.faults.values()],
        len(service.asked),
    )


def test_ids_need_no_list_of_sites() -> None:
    assert chosen(siteId="7") == ([("7", None)], [], 0)
    assert chosen(site=["007", " 8", "7"]) == ([("7", None), ("8", None)], [], 0)


def test_names_are_looked_up_in_one_list_and_keep_their_order() -> None:
    assert chosen(site=["shop.example", "a.example"]) == ([("5", "shop.example"), ("1", "a.example")], [], 1)
    assert chosen(site=["a.example"]) == ([("1", "a.example")], [], 1)


def test_a_site_that_is_asked_for_by_id_and_by_name_is_one() -> None:
    assert chosen(site=["1", "9", "a.example"]) == ([("1", "a.example"), ("9", None)], [], 1)


def test_a_name_that_is_not_there_hides_nothing_of_the_others() -> None:
    sites, faults, asked = chosen(site=["shop.example", "b.example", "toys.test", "2"])
    assert sites == [("5", "shop.example"), ("2", "b.example")]
    assert faults == [
        "site: 'b.example' is the name of 2 sites: 2 (active), 3 (active); give the id of one",
        "site: no site is named 'toys.test'; nothing comes close among 5 sites (`alicloud-esa sites list` shows all)",
    ]
    assert asked == 1


def test_all_sites_are_those_of_the_list_in_its_order() -> None:
    assert chosen(allSites=True) == (list(NAMES.items()), [], 1)


@pytest.mark.parametrize("beside", [{}, {"allSites": True}])
def test_a_regular_expression_narrows_all_sites_and_needs_no_option_beside_it(beside: dict[str, Any]) -> None:
    assert chosen(siteNameRegex="^[ab]", **beside) == (
        [("1", "a.example"), ("2", "b.example"), ("3", "b.example")],
        [],
        1,
    )


def test_no_site_at_all_is_an_error_and_not_an_empty_answer() -> None:
    for options, names, reason in (
        ({"allSites": True}, {}, "allSites: the account has no site"),
        ({"siteNameRegex": "^x"}, {}, "siteNameRegex: the account has no site"),
        ({"siteNameRegex": "^x"}, NAMES, "siteNameRegex: '^x' matches the name of none of 5 sites ("),
    ):
        service = FakeSites(cast(Any, names))
        with pytest.raises(InvalidInput) as raised:
            choose_site(options).find(service.context())
        assert str(raised.value).startswith(reason)


@pytest.mark.parametrize(
    ("options", "faults"),
    [
        ({"site": ["a"], "siteId": "1"}, ["site: contradicts --site-id"]),
        ({"site": ["a"], "allSites": True}, ["allSites: contradicts --site"]),
        ({"siteId": "1", "allSites": True}, ["allSites: contradicts --site-id"]),
        (
            {"siteId": "1", "siteNameRegex": "("},
            ["siteNameRegex: contradicts --site-id", "siteNameRegex: '(' does not"],
        ),
        (
            {"site": ["0", "a", ""], "siteNameRegex": "x", "allSites": True},
            ["allSites: contradicts --site", "site: '0'"],
        ),
        ({"site": ["0", "a", ""]}, ["site: '0' is not a site id", "site: missing"]),
        ({"allSites": True, "siteNameRegex": "("}, ["siteNameRegex: '(' does not compile"]),
    ],
)
def test_wrong_options_are_told_together(options: dict[str, Any], faults: list[str]) -> None:
    choice = choose_site({**options, "domain": "d"})
    assert choice.given
    assert "site" not in choice.values
    assert choice.values["domain"] == "d"
    found = [str(fault) for fault in choice.faults]
    assert [fault[: len(start)] for fault, start in zip(found, faults, strict=False)] == faults
