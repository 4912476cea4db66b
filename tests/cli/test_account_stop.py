"""Ctrl-C in the middle of an account: what was there before is there still, and what is written is whole."""

from __future__ import annotations

import json
import os
import time

from emulator import Glitch
from tests.support.account import ALL, FOLDER
from tests.support.command import Cli
from tests.support.interrupt import interrupted, start

SITES = 64
STALLS_AT = 50


def wait_until_it_stalls(cli: Cli) -> None:
    """Until all that can be read is read, and the rest waits."""
    ends = time.monotonic() + 40
    while len(cli.emulator.requests) < STALLS_AT - 1:
        assert time.monotonic() < ends
        time.sleep(0.05)
    time.sleep(1.0)


def test_a_check_that_is_interrupted_leaves_every_report_as_it_was(account: Cli) -> None:
    account.emulator.store.add_sites(60, 1)
    assert account("drift", "record", "--all-sites", "-o", FOLDER).code == 0
    for name in ("r.json", "import.json", "r.xml"):
        account.write(name, "of yesterday")
    before = {name: account.read(f"{FOLDER}/{name}") for name in os.listdir(account.folder / FOLDER)}
    account.emulator.log.clear()
    account.emulator.glitches.add(Glitch(stall=True, from_request=STALLS_AT))
    reports = ("--format", "json=r.json", "--format", "junit=r.xml", "--format", "text", "--adopt", "import.json")
    process = start(account, "drift", "check", *ALL, *reports)
    wait_until_it_stalls(account)
    assert interrupted(process) == ("", "\nerror: interrupted\n")
    assert sorted(os.listdir(account.folder)) == [FOLDER, "import.json", "r.json", "r.xml"]
    assert {account.read(name) for name in ("r.json", "import.json", "r.xml")} == {"of yesterday"}
    assert {name: account.read(f"{FOLDER}/{name}") for name in os.listdir(account.folder / FOLDER)} == before


def test_a_recording_that_is_interrupted_names_the_files_that_it_wrote_and_all_are_whole(account: Cli) -> None:
    account.emulator.store.add_sites(60, 1)
    account.emulator.glitches.add(Glitch(stall=True, from_request=STALLS_AT))
    process = start(account, "drift", "record", "--all-sites", "-o", "new")
    wait_until_it_stalls(account)
    out, err = interrupted(process)
    lines = err.splitlines()
    made = sorted(os.listdir(account.folder / "new"))
    assert out == ""
    # The first request was for the list of sites.
    assert len(made) == STALLS_AT - 2
    assert lines[-1] == "error: interrupted"
    assert f"{len(made)} of {SITES} sites recorded in new" in lines
    assert sorted(line.rpartition("/")[2] for line in lines if " recorded in new/" in line) == made
    for name in made:
        assert json.loads(account.read(f"new/{name}"))["siteId"] in name
