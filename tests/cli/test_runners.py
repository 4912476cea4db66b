"""No line of any output, in any format and from any command, is a command to GitHub's or Azure's runner."""

from __future__ import annotations

import pytest

from emulator import EXAMPLE_JOB_ID, SITE_ID, Glitch
from tests.support.command import BASELINE, SITE, Cli, Ran
from tests.support.runners import commands_in

EVIL = "##[add-mask]a x ##vso[task.complete result=Succeeded] ::stop-commands::b\n::error::c"
FIELDS = ("Name", "FileId", "TaskType", "InsertWay", "Domains", "ErrorInfo", "AliUid")
FORMATS = ("text", "json", "markdown", "junit", "sarif")


def harmless(ran: Ran) -> None:
    lines = (ran.out + "\n" + ran.err).splitlines()
    assert [line for line in lines if commands_in(line)] == []
    assert not {"\x1b", "\u202e"} & set(ran.out + ran.err)


@pytest.fixture
def evil(cli: Cli) -> Cli:
    for field in FIELDS:
        cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, **{field: f"{EVIL}\x1b\u202e"})
    return cli


@pytest.mark.parametrize("form", ["table", "json"])
def test_a_list_holds_no_command(evil: Cli, form: str) -> None:
    ran = evil("jobs", "list", "--site-id", SITE, "--format", form)
    harmless(ran)
    assert "add-mask" in ran.out + ran.err


def test_a_baseline_on_stdout_is_the_same_baseline(evil: Cli) -> None:
    ran = evil("drift", "record", "--site-id", SITE, "-o", "-")
    harmless(ran)
    evil.write(BASELINE, ran.out)
    assert evil.check().code == 0


@pytest.mark.parametrize("form", FORMATS)
def test_no_report_of_a_drift_holds_a_command(evil: Cli, form: str) -> None:
    evil.record()
    for field in ("Name", "FileId"):
        evil.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, **{field: f"{EVIL} again"})
    evil.emulator.store.add(SITE_ID, Id="a" * 24, Name=EVIL)
    ran = evil.check("--format", form)
    assert ran.code == 7
    harmless(ran)
    assert "add-mask" in ran.out + ran.err


@pytest.mark.parametrize("form", FORMATS)
def test_no_report_of_an_error_holds_a_command(evil: Cli, form: str) -> None:
    evil.record()
    evil.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", message=EVIL))
    ran = evil.check("--format", form)
    assert ran.code == 1
    harmless(ran)
    assert "add-mask" in ran.out + ran.err
