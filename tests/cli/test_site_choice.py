"""Which sites the options choose: ids, exact names, all sites, those whose name matches; and the work for each."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import pytest
from pulumi_resource_alicloud_esa.cli.each_site import each_site
from pulumi_resource_alicloud_esa.cli.site_choice import ChosenSite, choose_site
from pulumi_resource_alicloud_esa.context import CallContext
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import Cancelled, DeadlineExceeded, InvalidInput, PartialAnswer
from pulumi_resource_alicloud_esa.esa.listing import Lister, Listing
from pulumi_resource_alicloud_esa.esa.sites import SiteQuery

NAMES = {"1": "a.example", "2": "b.example", "3": "b.example", "4": None, "5": "shop.example"}


class FakeSites:
    """A service that answers ListSites only; `asked` is what it was asked."""

    def __init__(self, names: dict[str, str | None]) -> None:
        self.names = names
        self.asked: list[dict[str, str]] = []
        self.lister = Lister(cast(Any, None), ThreadPoolExecutor(1), 2)

    def sites(self, query: SiteQuery, deadline: Deadline, progress: Any = None) -> Listing[Any]:
        self.asked.append(query.parameters())
        wanted = query.parameters().get("SiteName")
        rows = [
            {"siteId": site_id, "siteName": name, "status": "active"}
            for site_id, name in self.names.items()
            if wanted in (None, name)
        ]
        return Listing("id", len(rows), cast(Any, rows))

    def context(self, seconds: float = 5) -> CallContext:
        return CallContext(lambda: cast(Any, self), Deadline(seconds), lambda done, total: None)


def chosen(**options: Any) -> tuple[list[tuple[str, str | None]], list[str], int]:
    """The ids and names found, the faults, and how often ListSites was called."""
    service = FakeSites(NAMES)
    choice = choose_site(options)
    assert choice.faults == ()
    found = choice.find(service.context())
    return [(site.id, site.name) for site in found.sites], [str(fault) for fault in found.faults], len(service.asked)


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


def test_the_error_of_one_site_hides_nothing_of_the_others() -> None:
    progress: list[tuple[int, int]] = []
    context = replace(FakeSites({}).context(), progress=lambda done, total: progress.append((done, total)))
    sites = [ChosenSite(str(number)) for number in range(20)]

    def work(site: ChosenSite, context: CallContext) -> str:
        context.progress(1, 1)
        if site.id == "15":
            raise PartialAnswer("moved")
        return f"of {site.id}"

    done = each_site(sites, work, context)
    assert [one.site for one in done] == sites
    assert [one.result for one in done] == [None if n == 15 else f"of {n}" for n in range(20)]
    assert [str(one.error) for one in done if one.error] == ["moved"]
    assert progress == [(number, 20) for number in range(1, 21)]


def test_no_more_sites_are_read_at_once_than_requests_may_be_under_way() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def work(site: ChosenSite, context: CallContext) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1

    each_site([ChosenSite(str(number)) for number in range(10)], work, FakeSites({}).context())
    assert most == 2


def test_when_the_time_is_up_what_was_read_is_kept_and_the_rest_has_that_error() -> None:
    service = FakeSites({})
    context = service.context(0.3)
    stuck = threading.Event()

    def work(site: ChosenSite, context: CallContext) -> str:
        if site.id != "0":
            stuck.wait(5)
        return "read"

    try:
        done = each_site([ChosenSite(str(number)) for number in range(4)], work, context)
    finally:
        stuck.set()
    assert [one.result for one in done] == ["read", None, None, None]
    assert [type(one.error) for one in done[1:]] == [DeadlineExceeded] * 3


def test_who_interrupts_gets_no_part() -> None:
    context = FakeSites({}).context()
    with pytest.raises(Cancelled):
        each_site([ChosenSite("1"), ChosenSite("2")], lambda site, _: context.deadline.cancel(), context)
