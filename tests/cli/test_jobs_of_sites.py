"""`alicloud-esa jobs list` over several sites: one list, whole of every site that can be read."""

from __future__ import annotations

import json
import re
import time

import pytest

from emulator import EMPTY_SITE_ID, EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, SITE_ID, Emulator, Glitch
from tests.support.command import SITE, Cli
from tests.support.interrupt import interrupted, start
from tests.support.terminal import ESCAPE, on_terminal

FIRST_ID = 190007158400000
OTHER, EMPTY = str(EXAMPLE_SITE_ID), str(EMPTY_SITE_ID)
A, B, C = "a" * 24, "b" * 24, "c" * 24


@pytest.fixture
def shared(emulator: Emulator) -> Emulator:
    """An emulator of this test's own, with 20 more sites than the four of every one; each of those has two jobs."""
    emulator.store.add_sites(20, 2)
    return emulator


def asked(cli: Cli) -> list[str]:
    return [str(request.action) for request in cli.emulator.requests]


def test_all_sites_are_one_table_with_a_column_for_the_site(cli: Cli) -> None:
    ran = cli("jobs", "list", "--all-sites")
    heading, *lines = ran.out.splitlines()
    assert (ran.code, ran.err) == (0, "24 sites: 89 of 89 jobs\n")
    assert heading.split()[:5] == ["SITE", "SITE", "ID", "ID", "NAME"]
    assert len(lines) == 89
    row = next(line for line in lines if EXAMPLE_JOB_ID in line and line.startswith("example.com "))
    assert row.split()[1:3] == [SITE, EXAMPLE_JOB_ID]
    assert "somebody-else.example" not in ran.out
    assert (asked(cli).count("ListSites"), len(asked(cli))) == (1, 25)


def test_the_json_has_every_job_with_its_site_and_what_was_read_of_each_site(cli: Cli) -> None:
    answer = cli("jobs", "list", "--site", "example.net", "--site", SITE, "--site", EMPTY, "--json").json
    assert list(answer) == ["totalCount", "jobs", "ids", "names", "sites"]
    assert answer["totalCount"] == len(answer["jobs"]) == 46
    assert [(job["siteId"], job["siteName"]) for job in answer["jobs"][:2]] == [
        (OTHER, "example.net"),
        (SITE, "example.com"),
    ]
    assert answer["ids"] == [job["id"] for job in answer["jobs"]]
    assert [(site["siteId"], site["totalCount"], site["errors"]) for site in answer["sites"]] == [
        (OTHER, 1, []),
        (SITE, 45, []),
        (EMPTY, 0, []),
    ]
    assert all(site["requestId"] for site in answer["sites"])


def test_ids_alone_need_no_list_of_sites_and_stand_for_the_names(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site", SITE, "--site", OTHER)
    assert (ran.code, ran.err) == (0, "2 sites: 46 of 46 jobs\n")
    assert ran.out.split()[:3] == ["SITE", "ID", "NAME"]
    assert ran.out.splitlines()[-1].startswith(f"{OTHER}  {EXAMPLE_JOB_ID}  ")
    assert asked(cli) == ["ListScheduledPreloadJobs"] * 2
    sites = cli("jobs", "list", "--site", SITE, "--site", OTHER, "--json").json["sites"]
    assert [site["siteName"] for site in sites] == [None, None]


def test_a_regular_expression_chooses_by_name_and_filters_go_for_every_site(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site-name-regex", r"^site-0[01]", "--task-type", "preload", "--json")
    assert len(ran.json["sites"]) == 19
    assert {job["taskType"] for job in ran.json["jobs"]} == {"preload"}
    assert ran.json["totalCount"] == 38
    ran = cli("jobs", "list", "--site-name-regex", "^nothing$")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: --site-name-regex: '^nothing$' matches the name of none of 24 sites (")


@pytest.mark.parametrize("form", ["table", "json", "pulumi-import"])
def test_a_site_that_cannot_be_read_is_told_and_the_others_are_listed(cli: Cli, form: str) -> None:
    broken = [FIRST_ID + 15, FIRST_ID + 7]
    for site in broken:
        cli.emulator.glitches.add(Glitch(code="SiteNotFound", site_id=site))
    ran = cli("jobs", "list", "--all-sites", "--format", form)
    assert ran.code == 1
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert [error.split(": ")[1] for error in errors] == [
        f"site {FIRST_ID + 15} (site-015.example.com)",
        f"site {FIRST_ID + 7} (site-007.example.com)",
    ]
    if form == "table":
        assert len(ran.out.splitlines()) == 1 + 85
        assert ran.err.startswith("22 of 24 sites: 85 of 85 jobs\nerror: ")
    elif form == "json":
        assert len(ran.json["jobs"]) == 85
        told = {site["siteId"]: site["errors"] for site in ran.json["sites"] if site["errors"]}
        assert list(told) == [str(site) for site in broken]
        assert all("SiteNotFound" in errors[0] for errors in told.values())
    else:
        assert len(ran.json["resources"]) == 85


def test_a_name_of_no_site_is_told_and_the_others_are_listed(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site", "example.net", "--site", "exmaple.com", "--site", OTHER)
    assert (ran.code, len(ran.out.splitlines())) == (1, 2)
    note, error = ran.err.splitlines()
    assert note == "1 of 2 sites: 1 of 1 job"
    assert (
        error
        == "error: --site: no site is named 'exmaple.com'; close to it are example.com, old.example.com, example.org"
    )
    sites = cli("jobs", "list", "--site", "example.net", "--site", "exmaple.com", "--json").json["sites"]
    assert [(site["siteId"], site["siteName"], len(site["errors"])) for site in sites] == [
        (OTHER, "example.net", 0),
        (None, "exmaple.com", 1),
    ]
    nothing = cli("jobs", "list", "--site", "exmaple.com", "--site", "exmaple.org")
    assert (nothing.code, nothing.out, nothing.err.count("\n")) == (1, "", 2)


def test_all_wrong_inputs_at_once_and_nothing_is_sent(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site", "0", "--site", "", "--page-number", "2", "--name-regex", "(", "--format", "xml")
    options = [line.split(": ")[1] for line in ran.err.splitlines()]
    assert sorted(options) == ["--format", "--name-regex", "--page-number", "--site", "--site"]
    ran = cli("jobs", "list", "--all-sites", "--site", "example.com", "--site-name-regex", ")")
    assert [line.split(": ")[1] for line in ran.err.splitlines()] == ["--all-sites", "--site-name-regex"]
    assert asked(cli) == []


def test_missing_keys_are_one_error_and_not_one_a_site(cli: Cli) -> None:
    no_keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
    ran = cli("jobs", "list", "--site", SITE, "--site", OTHER, env=no_keys)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error: no credentials found; ")


def test_sites_that_cannot_be_listed_are_one_error_that_names_the_permission(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(code="Forbidden.RAM", action="ListSites"))
    for choice in (["--all-sites"], ["--site-name-regex", "."], ["--site", "example.com", "--site", SITE]):
        ran = cli("jobs", "list", *choice, "--json")
        assert (ran.code, ran.out, ran.err.count("error: ")) == (1, "", 1)
        assert "esa:ListSites" in ran.err
    assert set(asked(cli)) == {"ListSites"}


def test_who_interrupts_gets_no_part_of_a_list(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(delay=30, site_id=FIRST_ID + 10))
    process = start(cli, "jobs", "list", "--all-sites", "--json")
    deadline = time.monotonic() + 20
    while len(cli.emulator.requests) < 24 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert interrupted(process) == ("", "\nerror: interrupted\n")


def test_a_job_of_none_of_the_sites_is_a_fault(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site", SITE, "--site", OTHER, "--id", f"{SITE}:{EXAMPLE_JOB_ID}", "--json")
    assert {job["id"] for job in ran.json["jobs"]} == {EXAMPLE_JOB_ID}
    ran = cli("jobs", "list", "--site", SITE, "--site", OTHER, "--id", f"{EMPTY}:{A}")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"error: --id: '{EMPTY}:{A}' is a job of none of these sites; give one of theirs\n"


def test_a_value_that_some_site_has_is_no_typing_error(cli: Cli) -> None:
    cli.emulator.store.change(EXAMPLE_SITE_ID, EXAMPLE_JOB_ID, TaskType="purge")
    ran = cli("jobs", "list", "--all-sites", "--task-type", "purge")
    assert ran.err == "24 sites: 1 of 89 jobs\n"
    ran = cli("jobs", "list", "--all-sites", "--task-type", "prelaod")
    assert ran.err.splitlines() == [
        "warning: --task-type: no job has 'prelaod', and the service is not known to; known are preload, refresh",
        "24 sites: 0 of 89 jobs",
    ]


def test_import_names_of_several_sites_are_unique_and_tell_the_site(cli: Cli) -> None:
    store = cli.emulator.store
    for site_id, named in ((SITE_ID, ((A, "Sale"), (B, "home"))), (EXAMPLE_SITE_ID, ((C, "Sale"), ("d" * 24, "Sale")))):
        for job in list(store.jobs(site_id)):
            store.delete(site_id, job.id)
        for job_id, name in reversed(named):
            store.add(site_id, Id=job_id, Name=name)
    ran = cli("jobs", "list", "--site", "example.com", "--site", "example.net", "--format", "pulumi-import")
    assert [(one["name"], one["id"]) for one in ran.json["resources"]] == [
        ("sale_example_com", f"{SITE}:{A}"),
        ("home", f"{SITE}:{B}"),
        (f"sale_example_net_{C}", f"{OTHER}:{C}"),
        (f"sale_example_net_{'d' * 24}", f"{OTHER}:{'d' * 24}"),
    ]
    ran = cli("jobs", "list", "--site", "example.com", "--site", "example.net", "--format", "terraform-import")
    assert f"# job Sale ({A}) of site example.com\nimport {{\n" in ran.out


def test_executions_of_all_sites_are_imported_too(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site", SITE, "--site", OTHER, "--format", "pulumi-import", "--executions")
    kinds = [one["type"].rpartition(":")[2] for one in ran.json["resources"]]
    assert kinds.count("ScheduledPreloadJob") == 46
    assert kinds.count("ScheduledPreloadExecution") >= 46
    assert len({one["name"] for one in ran.json["resources"]}) == len(kinds)


def test_when_the_time_is_up_what_was_read_is_listed(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(delay=30, site_id=FIRST_ID + 10))
    ran = cli("jobs", "list", "--all-sites", "--timeout-seconds", "2", "--json")
    assert ran.code == 1
    assert len(ran.json["jobs"]) == 87
    (error,) = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert error.startswith(f"error: site {FIRST_ID + 10} (site-010.example.com): no complete answer within 2 seconds")


def test_the_same_error_of_many_sites_is_one_line(cli: Cli) -> None:
    for site in range(10):
        cli.emulator.glitches.add(Glitch(delay=30, site_id=FIRST_ID + 1 + site))
    ran = cli("jobs", "list", "--all-sites", "--timeout-seconds", "2", "--max-concurrency", "16")
    note, error = ran.err.splitlines()
    assert note == "14 of 24 sites: 69 of 69 jobs"
    three = ", ".join(f"{FIRST_ID + n} (site-{n:03d}.example.com)" for n in (10, 9, 8))
    assert error.startswith(f"error: 10 sites ({three} and 7 more): no complete answer within 2 seconds")


def test_one_bound_holds_for_all_sites(cli: Cli) -> None:
    cli.emulator.delay = 0.05
    assert cli("jobs", "list", "--all-sites", "--page-size", "1", "--max-concurrency", "3").code == 0
    assert 1 < cli.emulator.max_in_flight <= 3


def test_names_of_sites_cannot_write_to_the_terminal_or_break_a_row(cli: Cli) -> None:
    cli.emulator.store.change_site(SITE_ID, SiteName="x\x1b[31m\n::error::y\u202e")
    cli.emulator.glitches.add(Glitch(code="SiteNotFound", site_id=SITE_ID))
    ran = cli("jobs", "list", "--all-sites", env={"GITHUB_ACTIONS": "true"})
    assert not {"\x1b", "\u202e"} & set(ran.out + ran.err)
    assert "\n::" not in ran.err
    assert rf"site {SITE} (x\x1b[31m\n" in ran.err


WIDTHS = {
    60: ["SITE", "ID", "NAME"],
    80: ["SITE", "ID", "NAME", "CREATED"],
    120: ["SITE", "ID", "NAME", "TYPE", "URLS", "CREATED", "ERROR"],
    200: ["SITE", "SITE", "ID", "ID", "NAME", "TYPE", "WAY", "DOMAINS", "URLS", "RUNS", "CREATED", "ERROR"],
}


@pytest.mark.parametrize("width", WIDTHS)
def test_the_table_fits_the_terminal(cli: Cli, width: int) -> None:
    _, sent = on_terminal(cli, "jobs", "list", "--site-name-regex", r"^site-|example.com$", width=width)
    # What comes after the progress, which is no longer there.
    heading, *lines, note = ESCAPE.sub("", sent[sent.rindex("\x1b[2K") :]).splitlines()
    assert heading.split() == WIDTHS[width]
    assert all(len(line) <= width for line in (heading, *lines))
    assert note.startswith("22 sites: 88 of 88 jobs")
    assert ("left out, --wide shows all" in note) == (width < 200)


def test_progress_counts_the_sites(cli: Cli) -> None:
    cli.emulator.delay = 0.2
    _, sent = on_terminal(cli, "jobs", "list", "--all-sites", "--max-concurrency", "4")
    shown = ESCAPE.sub("", sent)
    assert "all sites" in shown
    counts = {int(done) for done in re.findall(r"site (\d+) of 24", shown)}
    assert len(counts) > 3


def test_runs_of_a_job_are_held_against_the_site(cli: Cli) -> None:
    ran = cli("jobs", "runs", EXAMPLE_JOB_ID, "--site", "example.com")
    assert (ran.code, ran.err) == (0, f"job {EXAMPLE_JOB_ID}: 1 execution\n")
    assert asked(cli) == ["ListSites", "GetScheduledPreloadJob", "ListScheduledPreloadExecutions"]
    ran = cli("jobs", "runs", EXAMPLE_JOB_ID, "--site", OTHER)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"error: --site: job {EXAMPLE_JOB_ID} belongs to site {SITE}, not to {OTHER}\n"
    assert json.loads(cli("jobs", "runs", EXAMPLE_JOB_ID, "--site-id", SITE, "--json").out)["totalCount"] == 1
