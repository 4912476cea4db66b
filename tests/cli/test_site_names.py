"""`--site`: an id, or the exact name of one site, wherever a site is asked for."""

from __future__ import annotations

import json

import pytest

from emulator import EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, Glitch
from tests.support.command import BASELINE, SITE, Cli
from tests.support.servers import JsonServer

OTHER = str(EXAMPLE_SITE_ID)
FIRST_ID = 190007158400000


pytestmark = pytest.mark.usefixtures("sixty_more")


def asked(cli: Cli) -> list[tuple[str, str | None]]:
    """What was asked since the last time: each action, and the name or the site that it was asked about."""
    made = [(r.action, r.params.get("SiteName") or r.params.get("SiteId")) for r in cli.emulator.requests]
    cli.emulator.log.clear()
    return made


def test_a_name_is_looked_up_by_the_service_s_own_exact_search(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site", "site-042.example.com", "--json")
    assert ran.code == 0
    assert {job["siteId"] for job in ran.json["jobs"]} == {str(FIRST_ID + 42)}
    assert cli.emulator.requests[0].params["SiteSearchType"] == "exact"
    assert asked(cli) == [
        ("ListSites", "site-042.example.com"),
        ("ListScheduledPreloadJobs", str(FIRST_ID + 42)),
    ]


def test_digits_are_an_id_and_no_sites_are_listed(cli: Cli) -> None:
    assert cli("jobs", "list", "--site", f" {SITE} ").err == f"site {SITE}: 45 of 45 jobs\n"
    assert asked(cli) == [("ListScheduledPreloadJobs", SITE)]
    assert cli("jobs", "list", "--site", "0").err.startswith("error: --site: '0' is not a site id; ")
    assert cli("jobs", "list", "--site", "").err.startswith("error: --site: missing; ")
    both = cli("jobs", "list", "--site", "example.com", "--site-id", SITE)
    assert (both.code, both.err) == (1, "error: --site: contradicts --site-id; give one of them\n")
    assert cli("jobs", "list", "--site-id", "example.com").err.startswith("error: --site-id: 'example.com' is not")
    assert asked(cli) == []


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("exmaple.net", "no site is named 'exmaple.net'; close to it are example.net, example.org, example.com"),
        ("Example.NET", "no site is named 'Example.NET'; close to it are example.net, example.org, example.com"),
        ("xsite", r"no site is named 'xsite'; close to it is x\nsite\x1b[31m"),
        ("a\x1b[31m", r"no site is named 'a\x1b[31m'; nothing comes close among 64 sites (`alicloud-esa sites list`"),
        ("x" * 999, "no site is named 'xxxxx"),
        ("site-005.example.com", f"'site-005.example.com' is the name of 2 sites: {FIRST_ID + 5} (active), "),
    ],
)
def test_a_name_of_no_site_or_of_several_is_one_line_that_says_what_is_there(cli: Cli, name: str, reason: str) -> None:
    cli.emulator.store.change_site(FIRST_ID + 3, SiteName="site-005.example.com")
    cli.emulator.store.change_site(FIRST_ID + 7, SiteName="x\nsite\x1b[31m")
    ran = cli("jobs", "list", "--site", name)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(f"error: --site: {reason}")
    assert ran.err.count("\n") == 1
    assert {action for action, _ in asked(cli)} == {"ListSites"}


def test_other_faults_come_before_the_name_is_looked_up(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site", "example.com", "--page-size", "0")
    assert ran.err == "error: --page-size: '0' is not accepted; give a whole number from 1 to 2147483647\n"
    assert asked(cli) == []
    ran = cli("jobs", "list", "--site", "example.com", "--id", f"{OTHER}:{EXAMPLE_JOB_ID}")
    assert ran.code == 1
    assert ran.err.startswith(f"error: --id: '{OTHER}:{EXAMPLE_JOB_ID}' is a job of another site than {SITE}; ")


def test_an_answer_with_another_name_is_not_taken(cli: Cli) -> None:
    body = json.dumps({"RequestId": "A", "TotalCount": 1, "Sites": [{"SiteId": 5, "SiteName": "not-asked.example"}]})
    with JsonServer(lambda _: (200, {}, body.encode())) as server:
        ran = cli("jobs", "list", "--site", "asked.example", env={"ALIBABA_CLOUD_ENDPOINT_ESA": server.url})
    assert ran.code == 1
    assert ran.err == "error: --site: no site is named 'asked.example'; close to it is not-asked.example\n"


def test_sites_that_cannot_be_listed_are_an_error_that_names_the_permission(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.glitches.add(Glitch(code="Forbidden.RAM", action="ListSites"))
    for command in (["jobs", "list"], ["drift", "record", "-o", "x"], ["drift", "check", "--baseline", BASELINE]):
        ran = cli(*command, "--site", "example.com")
        assert ran.code == 1
        assert "esa:ListSites" in ran.err
    assert not (cli.folder / "x").exists()
    assert cli("jobs", "list", "--site", SITE).code == 0


def test_a_job_is_held_against_the_site(cli: Cli) -> None:
    assert cli("jobs", "show", EXAMPLE_JOB_ID, "--site", "example.com", "--json").json["job"]["siteId"] == SITE
    assert asked(cli) == [("ListSites", "example.com"), ("GetScheduledPreloadJob", None)]
    for site in ("example.net", OTHER):
        ran = cli("jobs", "show", EXAMPLE_JOB_ID, "--site", site)
        reason = f"job {EXAMPLE_JOB_ID} belongs to site {SITE}, not to {OTHER}"
        assert (ran.code, ran.err) == (1, f"error: --site: {reason}\n")
    assert cli("jobs", "show", EXAMPLE_JOB_ID, "--site-id", OTHER).err == f"error: --site-id: {reason}\n"


def test_a_baseline_of_a_named_site_holds_its_id(cli: Cli) -> None:
    ran = cli("drift", "record", "--site", "example.com", "-o", "named.json")
    assert (ran.code, ran.err) == (0, f"site {SITE}: 45 jobs recorded in named.json\n")
    assert cli.read("named.json") == cli.recorded()
    ran = cli("drift", "record", "--site", "example.net", "-o", "named.json")
    assert ran.code == 1
    assert ran.err.startswith(f"error: --output: named.json holds site {SITE}; give another file, or --force to record")
    assert cli.read("named.json") == cli.read(BASELINE)
    assert "leave out --site\n" in cli("drift", "record", "--again", "--site", "example.com", "-o", "named.json").err


def test_a_check_of_a_named_site_is_of_that_site_or_no_verdict(cli: Cli) -> None:
    cli.recorded()
    assert cli.check("--site", "example.com").out == f"site {SITE}: no drift in 45 scheduled preload jobs\n"
    for name, reason in (
        ("example.net", f"'example.net', {OTHER}, is not the site of {BASELINE}, which is {SITE}; leave it out"),
        ("exmaple.net", "no site is named 'exmaple.net'; close to it are example.net, example.org, example.com"),
    ):
        ran = cli.check("--site", name, "--format", "json=report.json")
        assert (ran.code, ran.err) == (1, f"error: --site: {reason}\n")
        assert json.loads(cli.read("report.json"))["verdict"] == "error"


def test_the_doctor_asks_about_the_named_site(cli: Cli) -> None:
    ran = cli("doctor", "--site", "example.net")
    assert (ran.code, ran.out.splitlines()[0][:16]) == (0, "nothing is wrong")
    assert ("ListScheduledPreloadJobs", OTHER) in asked(cli)
    ran = cli("doctor", "--site", "exmaple.net")
    assert ran.code == 1
    assert "not tried: --site: no site is named 'exmaple.net'; close to it are example.net," in ran.out
    assert "ListScheduledPreloadJobs" not in {action for action, _ in asked(cli)}
