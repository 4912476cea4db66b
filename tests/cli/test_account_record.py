"""`drift record` over an account: a file for each site, and what goes wrong with one hides no other."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from pulumi_resource_alicloud_esa.cli.baseline_files import new_file

from emulator import EXAMPLE_SITE_ID, OFFLINE_SITE_ID, SITE_ID, Glitch
from tests.support.account import FIRST_ID, FOLDER, A, B, check, delete_job, file_of, site
from tests.support.command import Cli

pytestmark = pytest.mark.usefixtures("sixty_more")


def files(cli: Cli) -> list[str]:
    return sorted(os.listdir(cli.folder / FOLDER))


def test_each_site_gets_a_file_whose_name_begins_with_its_own_and_ends_with_its_id(cli: Cli) -> None:
    ran = cli("drift", "record", "--all-sites", "-o", FOLDER)
    assert (ran.code, ran.out) == (0, "")
    assert len(files(cli)) == 64
    assert f"example.com-{SITE_ID}.json" in files(cli)
    assert f"old.example.com-{OFFLINE_SITE_ID}.json" in files(cli)
    lines = ran.err.splitlines()
    assert f"site {site(7)}: 1 job recorded in {file_of(7)}" in lines
    assert lines[-1] == f"64 sites recorded in {FOLDER}"
    document = json.loads(cli.read(file_of(7)))
    assert (document["siteId"], len(document["jobs"])) == (site(7), 1)
    # A folder that is there, or will be, takes the file of a single site too; of an id no name is known.
    for output in (FOLDER, "new/"):
        assert cli("drift", "record", "--site", "example.net", "-o", output).code == 0
    assert os.listdir(cli.folder / "new") == [f"example.net-{EXAMPLE_SITE_ID}.json"]
    assert cli("drift", "record", "--site-id", site(1), "--force", "-o", "new").code == 0
    assert sorted(os.listdir(cli.folder / "new"))[0] == f"{site(1)}.json"
    assert len(files(cli)) == 64


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("预取.example.com", "预取.example.com-5.json"),
        ("../../etc/passwd", "etc-passwd-5.json"),
        ("-o x\n\x1b[31m", "o-x-31m-5.json"),
        (".hidden", "hidden-5.json"),
        ("x" * 300, f"{'x' * 60}-5.json"),
        ("预" * 300, f"{'预' * 60}-5.json"),
        # Four bytes each.
        ("𠀀" * 300, f"{'𠀀' * 50}-5.json"),
        ("***", "5.json"),
        (None, "5.json"),
    ],
)
def test_a_name_of_the_service_is_a_file_s_name_and_nothing_else(name: str | None, file: str) -> None:
    assert new_file("f", "5", name) == os.path.join("f", file)
    # The longest id has 18 digits more.
    assert len(os.fsencode(file)) < 255 - 18


def test_a_renamed_site_keeps_its_file_and_a_site_that_is_gone_leaves_its_own(account: Cli) -> None:
    before = files(account)
    account.emulator.store.change_site(FIRST_ID + 7, SiteName="renamed.example.com")
    account.emulator.store.delete_site(FIRST_ID + 8)
    os.rename(account.folder / file_of(9), account.folder / FOLDER / "mine.json")
    ran = account("drift", "record", "--all-sites", "-o", FOLDER)
    assert ran.code == 0
    assert f"site {site(7)}: 1 job recorded in {file_of(7)}" in ran.err
    assert f"{file_of(8)}: the account has no site {site(8)}; left as it is\n" in ran.err
    assert files(account) == sorted([*(set(before) - {Path(file_of(9)).name}), "mine.json"])


def test_a_site_that_cannot_be_recorded_hides_no_other_and_keeps_its_old_file(account: Cli) -> None:
    old = account.read(file_of(5))
    for number in (5, 6):
        account.emulator.store.add(FIRST_ID + number, Id=A, Name="added")
    account.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", site_id=FIRST_ID + 5))
    ran = account("drift", "record", "--all-sites", "-o", FOLDER)
    assert ran.code == 1
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1
    assert errors[0].startswith(f"error: site {site(5)} (site-005.example.com): InvalidUid.PermissionDenied: ")
    assert ran.err.endswith(f"23 of 24 sites recorded in {FOLDER}\n")
    assert account.read(file_of(5)) == old
    assert A in account.read(file_of(6))


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_two_sites_never_go_to_one_file(account: Cli, force: tuple[str, ...]) -> None:
    os.replace(account.folder / file_of(2), account.folder / file_of(1))
    ran = account("drift", "record", "--all-sites", *force, "-o", FOLDER)
    assert (ran.code, ran.err.splitlines()[-1]) == (1, f"23 of 24 sites recorded in {FOLDER}")
    reason = f"{file_of(1)}: holds site {site(2)}, which is recorded there too; rename the file"
    assert f"error: site {site(1)} (site-001.example.com): {reason}" in ran.err.splitlines()
    assert json.loads(account.read(file_of(1)))["siteId"] == site(2)
    os.replace(account.folder / file_of(1), account.folder / file_of(2))
    assert account("drift", "record", "--all-sites", *force, "-o", FOLDER).code == 0
    assert check(account).out == "24 sites: 24 as recorded\n"


def test_again_records_every_file_by_its_own_question_and_tells_what_it_accepts(account: Cli) -> None:
    assert account("drift", "record", "--site-id", site(3), "--name-regex", "^warm", "-o", FOLDER).code == 0
    document = json.loads(account.read(file_of(3)))
    rules = [{"job": "other", "reason": "load tests"}]
    account.write(file_of(3), json.dumps({**document, "version": 2, "ignore": rules}))
    account.write(file_of(4), "{")
    gone = delete_job(account, 3)
    account.emulator.store.add(FIRST_ID + 3, Id=B, Name="not asked for")
    ran = account("drift", "record", "--again", "-o", FOLDER)
    assert ran.code == 1
    lines = ran.err.splitlines()
    # Of the others, in which nothing changed, only the number is told.
    assert [line.partition(" (")[0] for line in lines if "error" not in line and "warning" not in line] == [
        f"site {site(3)}: 0 jobs recorded in {file_of(3)}",
        "accepted: 1 gone",
        "job warmup-000001",
        f"23 of 24 sites recorded in {FOLDER}",
    ]
    assert f"error: site {site(4)}: {file_of(4)}: line 1, column 2: not JSON" in ran.err
    after = json.loads(account.read(file_of(3)))
    assert (after["query"], after["ignore"], after["jobs"]) == ({"nameRegex": "^warm"}, rules, {})
    assert gone not in account.read(file_of(3))
    # Several files, each once.
    ran = account("drift", "record", "--again", "-o", file_of(1), "-o", file_of(2), "-o", file_of(1))
    assert (ran.code, ran.err) == (0, f"2 sites recorded in {file_of(1)}, {file_of(2)}, {file_of(1)}\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--all-sites", "-o", "-"], "--output: stdout takes one site; give a folder"),
        (["--all-sites", "-o", "file"], "--output: file is a file; of several sites give a folder"),
        (["--all-sites", "-o", "no/where"], "--output: the folder of no/where does not exist"),
        (["--site", "1", "--site", "2", "-o", "a", "-o", "b"], "--output: only --again takes several; give one file"),
        (["--all-sites", "--id", A, "-o", "x"], "--id: names a job of one site; give one site, or leave it out"),
        (["--all-sites", "--again", "-o", "."], "--again: takes everything from .; leave out --all-sites"),
    ],
)
def test_what_does_not_go_with_several_sites_is_refused_before_anything_is_sent(
    cli: Cli, arguments: list[str], reason: str
) -> None:
    cli.write("file", "mine")
    ran = cli("drift", "record", *arguments)
    assert (ran.code, cli.read("file")) == (1, "mine")
    assert ran.err.startswith(f"error: {reason}")
    assert cli.emulator.requests == []


def test_a_folder_without_a_baseline_can_neither_be_recorded_again_nor_checked(cli: Cli) -> None:
    (cli.folder / FOLDER).mkdir()
    reason = f"no file in {FOLDER} ends in .json; `alicloud-esa drift record -o {FOLDER}` makes one\n"
    ran = cli("drift", "record", "--again", "-o", FOLDER)
    assert (ran.code, ran.err) == (1, f"error: {reason}0 of 1 sites recorded in {FOLDER}\n")
    ran = cli("drift", "check", "--baseline", FOLDER)
    assert (ran.code, ran.err) == (1, f"error: {FOLDER}: {reason}")
