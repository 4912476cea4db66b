"""What goes wrong: one clear line for each fault, in the words that the user typed, exit code 1."""

from __future__ import annotations

import pytest

from emulator import EXAMPLE_JOB_ID, FOREIGN_SITE_ID, SITE_ID, Glitch
from tests.support.command import BASELINE, SITE, Cli


def test_all_faults_at_once_each_on_its_option_and_nothing_is_sent(cli: Cli) -> None:
    options = {
        "--site-id": "abc",
        "--start-time": "2024-06-02T00:00:00Z",
        "--end-time": "2024-06-01T00:00:00Z",
        "--page-number": "0",
        "--page-size": "many",
        "--name-regex": "siteId(",
        "--id": " ",
        "--timeout-seconds": "0",
        "--max-concurrency": "1000",
        "--endpoint": "http://example.com",
        "--format": "xml",
    }
    ran = cli("jobs", "list", *(part for pair in options.items() for part in pair))
    assert ran.code == 1
    assert ran.out == ""
    named = [line.removeprefix("error: ").split(": ")[0] for line in ran.err.splitlines()]
    assert sorted(named) == sorted(set(options) - {"--start-time"})
    assert "earlier than the start, 2024-06-02T00:00:00Z; give an end" in ran.err
    assert "'siteId(' does not compile" in ran.err
    assert cli.emulator.requests == []


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["jobs", "list"], "--site-id: missing; give the site's id"),
        (["jobs", "list", "--site-id", SITE, "--frob"], "No such option"),
        (["jobs", "frob"], "No such command 'frob'"),
        (["drift", "check"], "Missing option '--baseline'"),
        (["drift", "record", "--site-id", SITE], "Missing option '-o'"),
        (["drift", "record", "--site-id", SITE, "-o", "none/b.json"], "--output: the folder of none/b.json"),
        (["drift", "record", "--all-sites", "-o", "none/b"], "--output: the folder of none/b does not exist"),
        (["drift", "record", "--site-id", SITE, "-o", "b", "--ignore-field", "naem"], "--ignore-field: 'naem' is no"),
        (["drift", "record", "--site-id", SITE, "-o", "b", "--ignore-none", "--ignore-field", "name"], "--ignore-none"),
    ],
)
def test_wrong_usage_exits_with_1_and_one_line(cli: Cli, arguments: list[str], line: str) -> None:
    ran = cli(*arguments)
    assert ran.code == 1
    assert ran.err.startswith(f"error: {line}")
    assert len(ran.err.splitlines()) == 1
    assert cli.emulator.requests == []
    assert list(cli.folder.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["jobs"], ["drift"]])
def test_a_command_that_is_not_complete_shows_the_help(cli: Cli, arguments: list[str]) -> None:
    ran = cli(*arguments)
    assert (ran.code, ran.out) == (1, "")
    assert "Commands:" in ran.err


@pytest.mark.parametrize(
    ("formats", "line"),
    [
        (["xml"], "--format: 'xml' is not accepted; give text, json, markdown, junit, sarif"),
        (["text", "json"], "--format: json: stdout is taken by text"),
        (["json=-", "text"], "--format: text: stdout is taken by json"),
        (["junit=r.xml", "sarif=./r.xml"], "--format: sarif=./r.xml: ./r.xml is taken by junit"),
        ([f"json={BASELINE}"], f"--format: json={BASELINE}: {BASELINE} is taken by the baseline"),
        (["json=none/r.json"], "--format: json=none/r.json: the folder of none/r.json does not exist"),
        (["json="], "--format: json=: '' is not accepted; give a file"),
    ],
)
def test_a_report_that_cannot_be_written_there_is_refused_before_anything_is_sent(
    cli: Cli, formats: list[str], line: str
) -> None:
    before = cli.recorded()
    sent = len(cli.emulator.requests)
    ran = cli.check(*(part for form in formats for part in ("--format", form)))
    assert ran.code == 1
    assert ran.err.startswith(f"error: {line}")
    assert cli.read(BASELINE) == before
    assert len(cli.emulator.requests) == sent


def test_another_site_than_the_baseline_s_is_refused(cli: Cli) -> None:
    cli.recorded()
    sent = len(cli.emulator.requests)
    ran = cli.check("--site-id", "5", "--detailed-exitcode")
    assert ran.code == 1
    assert ran.err == f"error: --site-id: '5' is not the site of {BASELINE}, which is {SITE}; leave it out\n"
    assert len(cli.emulator.requests) == sent
    assert cli.check("--site-id", SITE).code == 0


def test_no_credentials_names_what_the_command_takes(cli: Cli) -> None:
    cli.extra = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
    ran = cli("jobs", "list", "--site-id", SITE)
    assert ran.code == 1
    assert ran.err.startswith("error: no credentials found; give one of: ALIBABA_CLOUD_ACCESS_KEY_ID and")
    assert "--profile" in ran.err
    assert "provider's configuration" not in ran.err


def test_a_profile_gives_the_keys(cli: Cli) -> None:
    cli.extra = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
    cli.write_profile()
    assert cli("jobs", "list", "--site-id", SITE, "--profile", "dev").code == 0
    ran = cli("jobs", "list", "--site-id", SITE, "--profile", "other")
    assert ran.code == 1
    assert "other" in ran.err
    assert cli.emulator.environment()["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] not in ran.err


@pytest.mark.parametrize(
    "beside",
    [
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": "another", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "pair"},
        {"ALICLOUD_ACCESS_KEY": "another", "ALICLOUD_SECRET_KEY": "pair", "ALICLOUD_SECURITY_TOKEN": "t"},
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "half"},
        {"ALIBABA_CLOUD_PROFILE": "nobody"},
    ],
    ids=str,
)
def test_a_profile_that_is_typed_wins_over_the_environment(cli: Cli, beside: dict[str, str]) -> None:
    cli.write_profile()
    cli.extra = beside
    assert cli("jobs", "list", "--site-id", SITE, "--profile", "dev").code == 0
    given = cli.emulator.environment()["ALIBABA_CLOUD_ACCESS_KEY_ID"]
    assert {request.access_key_id for request in cli.emulator.requests} == {given}


def test_what_the_service_answers_comes_with_code_and_advice_and_no_secret(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site-id", str(FOREIGN_SITE_ID), "--debug")
    assert ran.code == 1
    # No frames: they help with a defect only.
    source, line = ran.err.splitlines()
    assert source == "debug: keys from accessKey of the environment"
    assert line.startswith("error: InvalidUid.PermissionDenied: ")
    assert "HTTP 403" in line
    assert cli.emulator.environment()["ALIBABA_CLOUD_ACCESS_KEY_SECRET"] not in ran.err


def test_settings_in_advice_are_named_as_options(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(stall=True))
    ran = cli("jobs", "list", "--site-id", SITE, "--timeout-seconds", "1")
    assert ran.code == 1
    assert ran.err == "error: no complete answer within 1 seconds: raise --timeout-seconds, or ask for less\n"


def test_an_endpoint_option_overrides_the_environment(cli: Cli) -> None:
    cli.extra = {"ALIBABA_CLOUD_ENDPOINT_ESA": "https://127.0.0.1:1"}
    assert cli("jobs", "list", "--site-id", SITE, "--endpoint", cli.emulator.url).code == 0


def test_a_machine_without_unicode_gets_utf_8(cli: Cli) -> None:
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Name="预取")
    ran = cli("jobs", "list", "--site-id", SITE, env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert ran.code == 0
    assert "预取" in ran.out


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["check", "--baseline", ""], "--baseline"),
        (["check", "--baseline", "x.json", "--since", ""], "--since"),
        (["record", "--again", "-o", ""], "--output"),
        (["record", "--site-id", "5", "-o", ""], "--output"),
    ],
)
def test_an_empty_path_is_a_fault_on_its_option_and_nothing_is_sent(
    cli: Cli, arguments: list[str], option: str
) -> None:
    ran = cli("drift", *arguments)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"error: {option}: '' is not accepted; give a file\n"
    assert cli.emulator.requests == []
