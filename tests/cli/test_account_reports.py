"""The reports of a check over an account, and what comes after its verdict."""

from __future__ import annotations

import json
import os
import re

from junitparser import Error, JUnitXml

from emulator import EXAMPLE_JOB_ID, SITE_ID, Glitch
from tests.support.account import ALL, FIRST_ID, FOLDER, A, B, by_site, check, delete_job, file_of, report, site
from tests.support.command import Cli, line_of
from tests.support.sarif import sarif_of


def test_what_differs_in_the_same_way_on_many_sites_is_told_once(large_account: Cli) -> None:
    for number in range(1, 31):
        delete_job(large_account, number)
    large_account.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, UrlCount=9)
    ran = check(large_account, "--format", "text", "--format", "markdown=r.md")
    lines = ran.out.splitlines()
    assert lines[0] == "64 sites: 31 with drift, 33 as recorded"
    assert lines[2] == f"site {SITE_ID} (example.com): drift: 1 changed: example (urlCount)"
    assert lines[6] == f"site {site(1)} (site-001.example.com): drift: 1 gone: warmup-000001"
    others = ", ".join(f"{site(number)} (site-{number:03}.example.com)" for number in range(2, 12))
    assert lines[7] == f"the same on 29 more sites, but for ids and times of creation: {others} and 19 more"
    assert lines[8].startswith("job warmup-000001 (")
    files_of = " ".join(f"-o {file_of(number)}" for number in range(1, 21))
    assert lines[9] == f"to accept this on the first 20 of 30 sites: alicloud-esa drift record --again {files_of}"
    assert len(lines) == 10
    markdown = large_account.read("r.md")
    assert "\nTo accept this on the first 20 of 30 sites, run `alicloud-esa drift record --again " in markdown
    assert markdown.count("#### ") == 2
    assert markdown.startswith("### Scheduled preload jobs of 64 sites\n\n31 with drift, 33 as recorded.\n\n| site |")
    assert f"| `{site(30)}` (`site-030.example.com`) | drift | 1 gone |\n" in markdown
    assert "| 33 other sites | as recorded | |\n" in markdown
    assert markdown.index("| 33 other sites |") < markdown.index("#### ")


def test_new_jobs_of_one_name_that_preload_something_else_are_not_told_as_the_same(account: Cli) -> None:
    for number, domain in ((1, "a.example.com"), (2, "b.example.com"), (3, "a.example.com")):
        account.emulator.store.add(FIRST_ID + number, Id=f"{number:024x}", Name="added", Domains=domain, UrlCount=1)
    lines = check(account).out.splitlines()
    assert [line for line in lines if line.startswith("the same")] == [
        f"the same on 1 more site, but for ids and times of creation: {site(3)} (site-003.example.com)"
    ]
    assert [line.split(", ")[1] for line in lines if line.startswith("job ")] == ["a.example.com", "b.example.com"]


def test_github_gets_annotations_on_the_lines_of_each_file_and_the_number_of_the_others(account: Cli) -> None:
    account.extra = {"GITHUB_ACTIONS": "true"}
    account.write(file_of(1), "{")
    for number in range(2, 15):
        account.emulator.store.add(FIRST_ID + number, Id=A, Name="added")
    lines = [line for line in check(account).out.splitlines() if line.startswith("::")]
    assert lines[0].startswith(f"::error title=drift check::site {site(1)} (site-001.example.com): could not tell")
    line = line_of(account.read(file_of(2)), '"jobs": {')
    assert lines[1].startswith(f"::warning file={file_of(2)},line={line},title=drift::job added ({A}) is new")
    assert [text.partition(" ")[0] for text in lines] == ["::error", *["::warning"] * 10, "::notice"]
    assert lines[-1] == "::notice title=drift::and 3 more differences, listed in the log"


def test_a_pull_request_s_comment_has_room_for_the_report_of_any_account(large_account: Cli) -> None:
    for number in range(1, 61):
        for job in range(40):
            name = f"{'n' * 150} {number} {job}"
            large_account.emulator.store.add(FIRST_ID + number, Id=f"{number * 100 + job:024x}", Name=name)
    large_account("drift", "check", *ALL, "--format", "markdown=r.md", "--format", "text=r.txt")
    markdown = large_account.read("r.md")
    assert len(markdown) < 65_536
    assert markdown.startswith("### Scheduled preload jobs of 64 sites\n\n60 with drift, 4 as recorded.")
    assert "for which there is no room here" in markdown
    text = large_account.read("r.txt")
    assert "\n... and " in text
    assert text.endswith(" more sites\n")
    assert text.count("\njob ") <= 1000 + 40


def test_sarif_junit_and_json_hold_every_site_and_what_could_not_be_told(account: Cli) -> None:
    gone = delete_job(account, 1)
    line = line_of(account.read(file_of(1)), f'"{gone}"')
    account.emulator.store.add(FIRST_ID + 2, Id=A, Name="added")
    account.write(file_of(3), "{")
    os.remove(account.folder / file_of(4))
    ran = check(account, "--format", "sarif=r.sarif", "--format", "junit=r.xml", "--format", "json=r.json")
    assert ran.code == 7
    assert ran.err.splitlines()[-1] == "24 sites: 2 with drift, 2 could not be told, 20 as recorded"
    run = sarif_of(account.read("r.sarif"))
    places = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert [(place["artifactLocation"]["uri"], place["region"]["startLine"]) for place in places] == [
        (file_of(1), line),
        (file_of(2), line_of(account.read(file_of(2)), '"jobs": {')),
    ]
    invocation = run["invocations"][0]
    assert invocation["executionSuccessful"] is False
    broken, missing = invocation["toolExecutionNotifications"]
    assert broken["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == file_of(3)
    assert "locations" not in missing
    assert site(4) in missing["message"]["text"]
    suites = JUnitXml.fromfile(str(account.folder / "r.xml"))
    assert (len(list(suites)), suites.failures, suites.errors) == (24, 2, 2)
    named = {suite.name: suite for suite in suites}
    (case,) = named[f"drift of site {site(4)} (site-004.example.com)"]
    assert isinstance(case.result[0], Error)
    document = json.loads(account.read("r.json"))
    assert (document["format"], document["version"], document["verdict"]) == ("alicloud-esa drift report", 2, "drift")
    assert len(document["sites"]) == 24
    assert by_site(document)[site(1)]["baseline"] == file_of(1)


def test_where_no_site_could_be_told_sarif_has_no_results(account: Cli) -> None:
    account.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied"))
    ran = account("drift", "check", "--baseline", FOLDER, "--format", "sarif")
    assert ran.code == 1
    assert "results" not in sarif_of(ran.out)


def test_the_shape_of_the_json_follows_what_was_asked_and_not_how_many_sites_there_are(cli: Cli) -> None:
    assert cli("drift", "record", "--site", "example.net", "-o", "one/").code == 0
    (name,) = os.listdir(cli.folder / "one")
    single = cli("drift", "check", "--baseline", f"one/{name}", "--json").json
    assert list(single) == [
        "format",
        "version",
        "verdict",
        "summary",
        "siteId",
        "baseline",
        "errors",
        "counts",
        "differences",
        "since",
        "resolved",
        "ignored",
        "rules",
        "health",
    ]
    of_folder = cli("drift", "check", "--baseline", "one", "--json").json
    (only,) = of_folder["sites"]
    assert only == {"siteName": None, **{key: single[key] for key in list(single)[2:]}, "earlier": None}
    assert (single["version"], of_folder["version"]) == (1, 2)


def test_junit_and_sarif_say_that_they_leave_the_health_out(account: Cli) -> None:
    ran = account(
        "drift", "check", "--baseline", file_of(1), "--health", "--format", "junit", "--format", "sarif=r.sarif"
    )
    assert ran.code == 0
    assert re.search(
        r"<system-out>health: .*; JUnit does not list it, text, Markdown and JSON do</system-out>", ran.out
    )
    (note,) = sarif_of(account.read("r.sarif"))["invocations"][0]["toolExecutionNotifications"]
    assert note["level"] == "note"
    assert note["message"]["text"].endswith("; SARIF does not list it, text, Markdown and JSON do")


def test_no_report_takes_the_place_of_a_baseline_or_becomes_one(account: Cli) -> None:
    before = account.read(file_of(1))
    formats = ("--format", f"json={file_of(1)}", "--format", f"sarif={FOLDER}/r.JSON")
    ran = check(account, *formats, "--adopt", f"{FOLDER}/import.json")
    assert ran.code == 1
    assert f"error: --format: json={file_of(1)}: {file_of(1)} is taken by the baseline" in ran.err
    assert f"error: --adopt: {FOLDER}/import.json would be read as a baseline of {FOLDER} next time" in ran.err
    assert f"error: --format: sarif={FOLDER}/r.JSON: {FOLDER}/r.JSON would be read as a baseline" in ran.err
    assert account.read(file_of(1)) == before
    assert check(account, "--format", f"junit={FOLDER}/r.xml").code == 0


def test_findings_are_new_known_or_resolved_on_each_site(account: Cli) -> None:
    for number in (1, 2):
        # The same job on two sites: two findings all the same.
        account.emulator.store.add(FIRST_ID + number, Id=A, Name="added")
    account.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", site_id=FIRST_ID + 3, times=1))
    assert check(account, "--format", "json=old.json").code == 7
    account.emulator.store.delete(FIRST_ID + 1, A)
    added = by_site(json.loads(account.read("old.json")))
    marks = [one["fingerprint"] for key in (site(1), site(2)) for one in added[key]["differences"]]
    assert len(set(marks)) == 2
    document = report(account, "--since", "old.json")
    assert document["since"] == {"new": 0, "known": 1, "resolved": 1}
    assert [one["fingerprint"] for one in by_site(document)[site(1)]["resolved"]] == marks[:1]
    ran = check(account, "--since", "old.json", "--fail-on", "new")
    assert ran.code == 0
    assert ran.err == "old.json tells nothing of 1 site, whose findings are all new\n"
    assert "; findings since the earlier report: 0 new, 1 known, 1 resolved\n" in ran.out
    # Of the site that could not be told before, everything is new.
    delete_job(account, 3)
    assert check(account, "--since", "old.json", "--fail-on", "new").code == 7
    account.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", site_id=FIRST_ID + 9))
    account.emulator.store.add(FIRST_ID + 3, Id=B, Name="x")
    assert check(account, "--since", "r.json", "--fail-on", "new").code == 7


def test_what_was_known_of_a_site_is_known_still_after_a_check_that_could_not_read_it(account: Cli) -> None:
    delete_job(account, 1)
    assert check(account, "--format", "json=1.json").code == 7
    account.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", site_id=FIRST_ID + 1, times=2))
    for before, now in (("1.json", "2.json"), ("2.json", "3.json")):
        assert check(account, "--since", before, "--fail-on", "new", "--format", f"json={now}").code == 1
    account.emulator.store.add(FIRST_ID + 1, Id=A, Name="added")
    document = report(account, "--since", "3.json")
    assert document["since"] == {"new": 1, "known": 1, "resolved": 0}
    assert [(one["kind"], one["since"]) for one in by_site(document)[site(1)]["differences"]] == [
        ("unexpected", "new"),
        ("missing", "known"),
    ]


def test_known_drift_that_passes_hides_no_site_that_could_not_be_told(account: Cli) -> None:
    delete_job(account, 1)
    assert check(account, "--format", "json=old.json").code == 7
    account.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", site_id=FIRST_ID + 2))
    assert check(account, "--since", "old.json", "--fail-on", "new").code == 1


def test_one_import_file_holds_the_new_jobs_of_all_sites_under_different_names(account: Cli) -> None:
    for number, job in ((1, A), (2, B), (3, A)):
        account.emulator.store.add(FIRST_ID + number, Id=job, Name="Added")
    account.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", site_id=FIRST_ID + 9))
    assert check(account, "--adopt", "import.json").code == 7
    resources = json.loads(account.read("import.json"))["resources"]
    assert [one["id"] for one in resources] == [f"{site(1)}:{A}", f"{site(2)}:{B}", f"{site(3)}:{A}"]
    assert len({one["name"] for one in resources}) == 3
    assert all(one["name"].startswith("added_") for one in resources)


def test_each_file_s_own_rules_are_applied_and_counted_over_all(account: Cli) -> None:
    for number in (1, 2):
        account.emulator.store.add(FIRST_ID + number, Id=A, Name="added")
    document = json.loads(account.read(file_of(1)))
    rules = [{"job": "added", "reason": "load tests"}]
    account.write(file_of(1), json.dumps({**document, "version": 2, "ignore": rules}))
    ran = check(account)
    assert ran.out.splitlines()[0] == "24 sites: 1 with drift, 23 as recorded; 1 ignored"
    assert f"ignored: job added ({A}) is new" in ran.out
    assert "(load tests)" in ran.out
