"""`drift check` over an account: one verdict, and what goes wrong with one site is told of that site."""

from __future__ import annotations

import os
import re
import time

from pulumi_resource_alicloud_esa.cli.baseline_files import BaselineFile
from pulumi_resource_alicloud_esa.cli.drift_check import Request, _check
from pulumi_resource_alicloud_esa.cli.outcome import Verdict
from pulumi_resource_alicloud_esa.cli.site_choice import choose_site
from pulumi_resource_alicloud_esa.cli.targets import Target
from pulumi_resource_alicloud_esa.context import CallContext
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.service import Service

from emulator import SITE_ID, Glitch
from tests.support.account import ALL, FIRST_ID, FOLDER, by_site, check, delete_job, file_of, report, site
from tests.support.command import Cli
from tests.support.terminal import ESCAPE, on_terminal


def _no_service() -> Service:
    raise AssertionError("nothing is sent")


def test_an_account_as_recorded_is_one_line(account: Cli) -> None:
    ran = check(account)
    assert (ran.code, ran.out, ran.err) == (0, "24 sites: 24 as recorded\n", "")
    assert check(account, "--detailed-exitcode").code == 0


def test_drift_comes_before_what_could_not_be_told_and_that_before_clean(account: Cli) -> None:
    account.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", site_id=FIRST_ID + 1))
    ran = check(account)
    assert (ran.code, ran.out.splitlines()[0]) == (1, "24 sites: 1 could not be told, 23 as recorded")
    assert check(account, "--detailed-exitcode").code == 1
    delete_job(account, 2)
    ran = check(account)
    assert (ran.code, ran.out.splitlines()[0]) == (7, "24 sites: 1 with drift, 1 could not be told, 22 as recorded")
    assert check(account, "--detailed-exitcode").code == 2


def test_whatever_is_wrong_with_a_site_is_told_of_that_site_and_all_others_are_read(account: Cli) -> None:
    account.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", site_id=FIRST_ID + 1))
    account.write(file_of(2), "{")
    os.remove(account.folder / file_of(3))
    account.emulator.store.delete_site(FIRST_ID + 4)
    account.write(f"{FOLDER}/twice.json", account.read(file_of(5)))
    account.write(f"{FOLDER}/nobody.json", "[]")
    gone = delete_job(account, 6)
    document = report(account, "--format", "text")
    assert document["counts"] == {
        "sites": 25,
        "clean": 18,
        "drift": 1,
        "error": 6,
        # 45, 1, 0 and 3 of the four sites of every emulator.
        "expected": 49 + 15,
        "actual": 49 + 14,
        "missing": 1,
        "unexpected": 0,
        "changed": 0,
    }
    told = {key: one for key, one in by_site(document).items() if one["verdict"] != "clean"}
    assert {key: one["verdict"] for key, one in told.items() if key} == {
        **dict.fromkeys(map(site, range(1, 6)), "error"),
        site(6): "drift",
    }
    errors = {key: one["errors"][0] for key, one in told.items() if one["errors"]}
    assert errors[site(1)].startswith("InvalidUid.PermissionDenied: ")
    assert errors[site(2)].startswith(f"{file_of(2)}: line 1, column 2: not JSON")
    assert errors[site(3)] == (
        f"no baseline of it is in {FOLDER}; "
        f"`alicloud-esa drift record --executions --site-id {site(3)} -o {FOLDER}` makes one"
    )
    assert errors[site(4)].startswith("InvalidUid.PermissionDenied: ")
    assert errors[site(5)] == f"2 baselines of one site: {file_of(5)}, {FOLDER}/twice.json; keep one"
    assert errors[None].startswith(f"{FOLDER}/nobody.json: not a baseline")
    assert [one["id"] for one in told[site(6)]["differences"]] == [gone]
    assert told[site(6)]["siteName"] == "site-006.example.com"


def test_a_pattern_narrows_sites_and_leaves_out_no_site_that_is_gone(account: Cli) -> None:
    os.remove(account.folder / file_of(13))
    delete_job(account, 20)
    ran = account("drift", "check", "--baseline", FOLDER, "--site-name-regex", r"^site-01\d\.")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "10 sites: 1 could not be told, 9 as recorded")
    account.emulator.store.delete_site(FIRST_ID + 14)
    ran = account("drift", "check", "--baseline", FOLDER, "--site-name-regex", r"^site-01\d\.")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "10 sites: 2 could not be told, 8 as recorded")
    assert f"error: site {site(14)}: InvalidUid.PermissionDenied" in ran.err


def test_the_sites_given_narrow_a_folder_and_a_name_that_is_gone_is_a_finding_of_its_own(account: Cli) -> None:
    delete_job(account, 1)
    account.emulator.log.clear()
    arguments = ("--baseline", FOLDER, "--site", "site-001.example.com", "--site", site(2), "--site", "site-999")
    ran = account("drift", "check", *arguments)
    assert (ran.code, ran.out.splitlines()[0]) == (7, "3 sites: 1 with drift, 1 could not be told, 1 as recorded")
    assert ran.err.startswith("error: site site-999: --site: no site is named 'site-999'; ")
    asked = sorted({str(r.params["SiteId"]) for r in account.emulator.requests if "SiteId" in r.params})
    assert asked == [site(1), site(2)]


def test_sites_that_cannot_be_listed_are_a_finding_and_every_baseline_is_checked_all_the_same(account: Cli) -> None:
    delete_job(account, 1)
    account.emulator.glitches.add(Glitch(code="Forbidden.RAM", action="ListSites"))
    ran = check(account)
    assert (ran.code, ran.out.splitlines()[0]) == (7, "25 sites: 1 with drift, 1 could not be told, 23 as recorded")
    assert ran.err.startswith("error: all sites: Forbidden.RAM: ")
    # Which sites a pattern means nobody can tell then.
    ran = account("drift", "check", "--baseline", FOLDER, "--site-name-regex", "^site-")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "1 site: 1 could not be told")


def test_one_of_two_folders_that_is_empty_is_no_clean_account(account: Cli) -> None:
    (account.folder / "staging").mkdir()
    ran = account("drift", "check", "--baseline", FOLDER, "--baseline", "staging")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "25 sites: 1 could not be told, 24 as recorded")
    assert ran.err.startswith("error: staging: no file in staging ends in .json; ")


def test_a_folder_s_file_in_capitals_is_a_baseline_and_a_folder_in_it_is_told_of(account: Cli) -> None:
    capitals = file_of(1).replace(".json", ".JSON")
    os.rename(account.folder / file_of(1), account.folder / capitals)
    inner = account.folder / FOLDER / "inner"
    inner.mkdir()
    assert check(account).err == ""
    os.rename(account.folder / file_of(2), inner / os.path.basename(file_of(2)))
    delete_job(account, 1)
    ran = account("drift", "check", "--baseline", FOLDER)
    assert (ran.code, ran.out.splitlines()[0]) == (7, "23 sites: 1 with drift, 22 as recorded")
    assert ran.err == f"{FOLDER}/inner is not looked into; give it as well if its files are baselines too\n"
    ran = account("drift", "check", "--baseline", FOLDER, "--baseline", f"{FOLDER}/inner")
    assert (ran.code, ran.out.splitlines()[0], ran.err) == (7, "24 sites: 1 with drift, 23 as recorded", "")
    # Its name still tells whose it is when its content does not.
    account.write(capitals, "{")
    assert f"error: site {site(1)}: {capitals}: line 1" in account("drift", "check", "--baseline", FOLDER).err


def test_a_pipe_in_a_folder_that_nobody_writes_to_is_not_waited_for(account: Cli) -> None:
    os.mkfifo(account.folder / FOLDER / "pipe.json")
    os.symlink("nothing", account.folder / FOLDER / "link.json")
    ran = check(account)
    assert (ran.code, ran.out.splitlines()[0]) == (1, "25 sites: 1 could not be told, 24 as recorded")
    assert "link.json: no such file" in ran.err


def test_a_file_that_became_another_site_s_since_it_was_looked_at_tells_nothing(account: Cli) -> None:
    path = str(account.folder / file_of(1))
    request = Request([FOLDER], choose_site({"allSites": True}), ["text"], False, False, None, "drift", None)
    context = CallContext(_no_service, Deadline(5), lambda done, total: None)
    outcome = _check(request, None, Target(site(2), BaselineFile(path, site(2))), context)
    assert (outcome.site_id, outcome.verdict) == (site(2), Verdict.ERROR)
    assert outcome.errors == [f"{path}: holds site {site(1)} by now instead of {site(2)}; check once more"]


def test_the_name_of_a_file_adds_no_line_to_what_is_told_of_it(account: Cli) -> None:
    account.write(f"{FOLDER}/a\nerror: forged\x1b[31m.json", "{")
    account.write(f"{FOLDER}/b\n{site(1)}.json", account.read(file_of(1)))
    ran = account("drift", "check", "--baseline", FOLDER, "--format", "json=r.json")
    assert (ran.code, len(ran.err.splitlines())) == (1, 2)
    assert "a\\nerror: forged\\x1b[31m.json: line 1, column 2" in ran.err
    ran = account("drift", "record", "--again", "-o", FOLDER)
    assert len([line for line in ran.err.splitlines() if line.startswith("error: ")]) == 1


def test_what_every_site_fails_of_is_told_once(account: Cli) -> None:
    account.extra = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
    ran = account("drift", "check", "--baseline", FOLDER)
    assert (ran.code, ran.out.splitlines()[0]) == (1, "24 sites: 24 could not be told")
    first, others = ran.err.splitlines()
    assert first.startswith(f"error: site {SITE_ID}: no credentials found; ")
    assert others.startswith("error: the same on 23 more sites: ")


def test_a_folder_and_files_are_checked_without_a_list_of_sites_each_file_once(account: Cli) -> None:
    account.emulator.log.clear()
    ran = account("drift", "check", "--baseline", FOLDER, "--baseline", file_of(1), "--baseline", "./" + file_of(1))
    assert (ran.code, ran.out) == (0, "24 sites: 24 as recorded\n")
    assert {r.action for r in account.emulator.requests} == {"ListScheduledPreloadJobs"}
    assert len(account.emulator.requests) == 24


def test_a_site_that_stalls_takes_only_its_own_time(account: Cli) -> None:
    account.emulator.glitches.add(Glitch(stall=True, site_id=FIRST_ID + 1))
    account.emulator.glitches.add(Glitch(stall=True, site_id=FIRST_ID + 20))
    ran = check(account, "--timeout-seconds", "2")
    assert (ran.code, ran.out.splitlines()[0]) == (1, "24 sites: 2 could not be told, 22 as recorded")
    first, other = ran.err.splitlines()
    assert first.startswith(f"error: site {site(1)} (site-001.example.com): no complete answer within 2 seconds: ")
    assert other == f"error: the same on 1 more site: {site(20)} (site-020.example.com)"


def test_the_time_limit_is_that_of_each_site_and_not_of_all_together(account: Cli) -> None:
    account.emulator.delay = 0.2
    started = time.monotonic()
    ran = check(account, "--timeout-seconds", "2", "--max-concurrency", "2")
    assert (ran.code, ran.out) == (0, "24 sites: 24 as recorded\n")
    assert time.monotonic() - started > 2


def test_all_sites_together_keep_within_the_bound(account: Cli) -> None:
    account.emulator.delay = 0.02
    account.emulator.log.clear()
    assert check(account, "--max-concurrency", "4").code == 0
    assert 2 <= account.emulator.max_in_flight <= 4


def test_a_service_that_throttles_is_followed_until_every_site_is_read(account: Cli) -> None:
    account.emulator.glitches.add(Glitch(rate=50))
    ran = check(account, "--health")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("24 sites: 24 as recorded")
    assert {request.status for request in account.emulator.requests} == {200, 400}


def test_a_terminal_shows_how_many_sites_are_done(account: Cli) -> None:
    account.emulator.delay = 0.15
    code, sent = on_terminal(account, "drift", "check", *ALL)
    shown = ESCAPE.sub("", sent)
    assert code == 0
    assert re.search(r"24 sites .*site \d+ of 24", shown)
    assert shown.splitlines()[-1].strip() == "24 sites: 24 as recorded"
