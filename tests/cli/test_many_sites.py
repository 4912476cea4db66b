"""Two hundred sites of a few jobs: all of them, within one bound, politely where the service counts requests."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from emulator import Emulator, Glitch
from tests.support.command import Cli
from tests.support.terminal import ESCAPE, on_terminal

SITES, JOBS = 200, 5
LISTING, EXECUTIONS = "ListScheduledPreloadJobs", "ListScheduledPreloadExecutions"


@pytest.fixture
def shared(emulator: Emulator) -> Emulator:
    """An emulator of this test's own, with these sites and no others."""
    for site in emulator.store.site_ids():
        emulator.store.delete_site(site)
    emulator.store.add_sites(SITES, JOBS)
    return emulator


def asked(cli: Cli) -> Counter[str]:
    return Counter(request.action for request in cli.emulator.requests)


def test_two_hundred_sites_are_one_request_each_and_eight_at_once(cli: Cli) -> None:
    cli.emulator.delay = 0.02
    ran = cli("jobs", "list", "--all-sites", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert len(set(ran.json["ids"])) == len(ran.json["jobs"]) == SITES * JOBS
    assert Counter(job["siteId"] for job in ran.json["jobs"]) == {site["siteId"]: JOBS for site in ran.json["sites"]}
    assert asked(cli) == {"ListSites": 1, LISTING: SITES}
    assert 4 <= cli.emulator.max_in_flight <= 8


def test_with_executions_the_jobs_of_all_sites_share_that_bound(cli: Cli) -> None:
    cli.emulator.delay = 0.005
    ran = cli("jobs", "list", "--site-name-regex", "^site-0[01]", "--format", "pulumi-import", "--executions")
    assert (ran.code, ran.err) == (0, "")
    kinds = Counter(one["type"].rpartition(":")[2] for one in ran.json["resources"])
    assert kinds["ScheduledPreloadJob"] == 19 * JOBS
    assert asked(cli) == {"ListSites": 1, LISTING: 19, EXECUTIONS: 19 * JOBS}
    assert 4 <= cli.emulator.max_in_flight <= 8


def test_a_service_that_allows_fifty_a_second_is_read_to_the_end_and_not_pestered(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(rate=50))
    ran = cli("jobs", "list", "--all-sites", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert len(ran.json["jobs"]) == SITES * JOBS
    refused = sum(request.status != 200 for request in cli.emulator.requests)
    assert refused <= 0.2 * len(cli.emulator.requests)


def test_a_terminal_tells_which_site_of_how_many(cli: Cli) -> None:
    cli.emulator.delay = 0.05
    _, sent = on_terminal(cli, "jobs", "list", "--all-sites")
    counts = [int(done) for done in re.findall(rf"site (\d+) of {SITES}", ESCAPE.sub("", sent))]
    assert counts == sorted(counts)
    assert len(set(counts)) > 5


def test_what_fails_in_the_middle_loses_nothing_of_the_rest(cli: Cli) -> None:
    sites = list(cli.emulator.store.site_ids())
    cli.emulator.glitches.add(Glitch(code="SiteNotFound", site_id=sites[149]))
    ran = cli("jobs", "list", "--all-sites", "--json")
    assert ran.code == 1
    assert {site["siteId"] for site in ran.json["sites"] if site["errors"]} == {str(sites[149])}
    assert len(ran.json["jobs"]) == (SITES - 1) * JOBS
