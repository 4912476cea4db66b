"""`alicloud-esa doctor`: healthy, and with one thing wrong at a time; what it says to do; that it shows no secret."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from emulator import SITE_ID, Glitch
from emulator.raw import RawAnswer
from tests.support.command import SITE, Cli, Ran
from tests.support.servers import JsonServer

ACTIONS = [
    "ListSites",
    "ListScheduledPreloadJobs",
    "GetScheduledPreloadJob",
    "ListScheduledPreloadExecutions",
]
NAMES = ["keys", "endpoint", "proxy", "clock", "account", *ACTIONS]
SLOW = "pulumi_resource_alicloud_esa.cli.consultation.SLOW_SECONDS"


def doctor(cli: Cli, *arguments: str, code: int = 0, **env: str) -> dict[str, dict[str, Any]]:
    """Each check by its name, from the JSON."""
    ran = cli("doctor", "--json", *arguments, env=env)
    assert ran.code == code, ran.out + ran.err
    assert ran.json["healthy"] == (code == 0)
    checks = {check["name"]: check for check in ran.json["checks"]}
    assert len(checks) == len(ran.json["checks"])
    for check in checks.values():
        # Every failing line says what to do.
        assert check["status"] != "wrong" or check["advice"], check
    hides_the_keys(cli, ran)
    return checks


def hides_the_keys(cli: Cli, ran: Ran) -> None:
    given = cli.emulator.environment()
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        assert given[name] not in ran.out + ran.err
    assert "hunter2" not in ran.out + ran.err


def statuses(checks: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: check["status"] for name, check in checks.items() if check["status"] != "ok"}


# --- healthy ---


def test_a_healthy_machine_is_told_all_that_was_checked(cli: Cli) -> None:
    checks = doctor(cli)
    assert list(checks) == NAMES
    assert statuses(checks) == {}
    assert checks["keys"]["text"] == "accessKey of the environment; they do not end"
    assert checks["endpoint"]["text"] == f"{cli.emulator.url} (of ALIBABA_CLOUD_ENDPOINT_ESA)"
    assert checks["proxy"]["text"] == "none"
    assert checks["clock"]["text"] == "as the service's, to the minute"
    assert checks["account"]["text"] == "15685865xxx14622"
    for action in ACTIONS:
        assert checks[action]["text"] == f"allowed, {checks[action]['seconds']:.2f} s"


def test_each_action_is_asked_once_for_one_entry(cli: Cli) -> None:
    doctor(cli)
    assert [request.action for request in cli.emulator.requests] == ACTIONS
    assert [request.params.get("PageSize") for request in cli.emulator.requests] == ["1", "1", None, None]


def test_the_site_that_is_asked_about_may_be_named(cli: Cli) -> None:
    checks = doctor(cli, "--site-id", SITE)
    assert statuses(checks) == {}
    asked = [request for request in cli.emulator.requests if request.action == "ListScheduledPreloadJobs"]
    assert [request.params["SiteId"] for request in asked] == [SITE]


def test_a_screen_for_people_begins_with_the_verdict(cli: Cli) -> None:
    ran = cli("doctor")
    assert ran.code == 0
    first, *rest = ran.out.splitlines()
    assert first.startswith("nothing is wrong (alicloud-esa ")
    assert [line.split()[:2] for line in rest] == [["ok", name] for name in NAMES]
    assert len(rest) < 25
    assert ran.err == ""


# --- one thing wrong ---


def test_without_keys_the_other_checks_are_made_all_the_same(cli: Cli) -> None:
    checks = doctor(cli, code=1, ALIBABA_CLOUD_ACCESS_KEY_ID="", ALIBABA_CLOUD_ACCESS_KEY_SECRET="")
    assert statuses(checks) == {"keys": "wrong"}
    assert checks["keys"]["text"].startswith("no credentials found; give one of: ")
    # What needs no keys is looked at all the same.
    assert list(checks) == ["keys", "endpoint", "proxy"]
    assert cli.emulator.requests == []


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_that_is_denied_names_the_ram_action(cli: Cli, action: str) -> None:
    cli.emulator.glitches.add(Glitch(code="Forbidden.RAM", action=action))
    checks = doctor(cli, code=1)
    assert checks[action]["text"] == "denied (Forbidden.RAM)"
    assert checks[action]["advice"] == f"Allow the RAM action esa:{action} for these credentials."
    assert [name for name, status in statuses(checks).items() if status == "wrong"] == [action]


def test_with_a_site_s_id_the_permission_to_list_sites_is_not_needed(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(code="NoPermission", action="ListSites"))
    checks = doctor(cli, "--site-id", SITE)
    assert statuses(checks) == {"ListSites": "warning"}
    assert checks["ListSites"]["text"] == "denied (NoPermission); a call with the site's id does without"


def test_a_secret_of_another_key_is_told_once_as_wrong_keys_with_what_to_check(cli: Cli) -> None:
    checks = doctor(cli, code=1, ALIBABA_CLOUD_ACCESS_KEY_SECRET="hunter2")
    assert statuses(checks) == {"keys": "wrong", **dict.fromkeys(ACTIONS, "warning")}
    assert checks["keys"]["text"].startswith("SignatureDoesNotMatch: ")
    assert checks["keys"]["advice"].startswith("Check the access key's id and the access key's secret")
    assert [checks[action]["text"] for action in ACTIONS] == ["not told: the keys are refused", *["not tried"] * 3]
    assert checks["clock"]["status"] == "ok"


@pytest.mark.parametrize(
    "code",
    ["InvalidAccessKeyId.NotFound", "InvalidSecurityToken.Expired", "MissingSecurityToken", "IncompleteSignature"],
)
def test_keys_that_one_action_finds_refused_are_wrong_for_all(cli: Cli, code: str) -> None:
    cli.emulator.glitches.add(Glitch(code=code, times=9, action="ListScheduledPreloadJobs"))
    checks = doctor(cli, code=1)
    assert [name for name, status in statuses(checks).items() if status == "wrong"] == ["keys"]
    assert code in checks["keys"]["text"]
    assert checks["ListSites"]["status"] == "ok"
    assert checks["GetScheduledPreloadJob"]["text"] == "not tried"


@pytest.mark.parametrize("arguments", [(), ("--site-id", SITE), ("--site", "example.com")])
def test_throttling_is_told_once_as_throttling(cli: Cli, arguments: tuple[str, ...]) -> None:
    cli.emulator.glitches.add(Glitch(code="Throttling.User", times=99))
    checks = doctor(cli, *arguments, code=1)
    assert statuses(checks) == {"ListSites": "wrong", **dict.fromkeys(ACTIONS[1:], "warning")}
    assert checks["ListSites"]["text"].startswith("throttled: Throttling.User: ")
    assert checks["ListSites"]["advice"].startswith("The service is throttling: try again later")
    assert {checks[action]["text"] for action in ACTIONS[1:]} == {"not tried"}
    assert len(cli.emulator.requests) == 2


@pytest.mark.parametrize(
    ("offset", "status", "text"),
    [
        (-180, "warning", "3 minutes ahead of the service's"),
        (7200, "wrong", "120 minutes behind the service's"),
        (-7200, "wrong", "120 minutes ahead of the service's"),
    ],
)
def test_a_wrong_clock_is_the_only_thing_that_is_wrong(cli: Cli, offset: float, status: str, text: str) -> None:
    cli.emulator.clock_offset = offset
    checks = doctor(cli, code=1 if status == "wrong" else 0)
    # Nothing else: the requests are made again with the service's time.
    assert statuses(checks) == {"clock": status}
    assert (checks["clock"]["text"], checks["clock"]["advice"]) == (text, "Set this machine's clock (NTP).")


def test_a_service_that_is_not_reached_is_told_once(cli: Cli) -> None:
    checks = doctor(cli, code=1, ALIBABA_CLOUD_ENDPOINT_ESA="http://127.0.0.1:1")
    assert "clock" not in checks
    assert "Connection refused" in checks["ListSites"]["text"]
    assert checks["ListSites"]["advice"] == "Check the network, HTTPS_PROXY and NO_PROXY."
    assert {checks[action]["text"] for action in ACTIONS[1:]} == {"not tried"}


def test_a_slow_action_is_a_warning(cli: Cli) -> None:
    cli.patches = {SLOW: 0.7}
    cli.emulator.glitches.add(Glitch(delay=0.8, action="GetScheduledPreloadJob", times=1))
    checks = doctor(cli)
    assert statuses(checks) == {"GetScheduledPreloadJob": "warning"}
    assert checks["GetScheduledPreloadJob"]["text"].startswith("allowed, but slow: 0.")


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("body", [b"{}", b'{"TotalCount":"1","Sites":[[]],"Jobs":[[]],"Executions":[[]]}', b"<html>"])
def test_an_answer_that_cannot_be_read_is_wrong_and_says_what_to_do(cli: Cli, action: str, body: bytes) -> None:
    cli.emulator.glitches.add(Glitch(raw=RawAnswer(body=body), action=action))
    checks = doctor(cli, "--site-id", SITE, code=1)
    assert statuses(checks) == {action: "wrong"}
    assert checks[action]["text"].startswith("unexpected answer: ")
    assert checks[action]["advice"].startswith("Check the endpoint, and what is between here and it")


def test_an_answer_of_another_job_is_wrong(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(stray_row=True, action="GetScheduledPreloadJob"))
    checks = doctor(cli, code=1)
    assert statuses(checks) == {"GetScheduledPreloadJob": "wrong"}
    assert "it answers another question" in checks["GetScheduledPreloadJob"]["text"]


def test_ids_and_names_without_end_are_neither_sent_nor_shown(cli: Cli) -> None:
    row = {"Id": "x" * 100_000, "AliUid": "y" * 100_000, "SiteId": int(SITE)}
    body = json.dumps({"RequestId": "R", "TotalCount": "1", "Jobs": [row]}).encode()
    cli.emulator.glitches.add(Glitch(raw=RawAnswer(body=body), action="ListScheduledPreloadJobs"))
    checks = doctor(cli, "--site-id", SITE)
    assert checks["account"]["text"] == "y" * 64
    assert [request.params.get("Id") for request in cli.emulator.requests][2:] == ["0" * 24, "0" * 24]


def test_a_date_that_cannot_be_read_is_a_clock_that_is_not_known(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(date=", , ,"))
    checks = doctor(cli)
    assert statuses(checks) == {"clock": "warning"}


def test_an_endpoint_with_plain_http_is_wrong(cli: Cli) -> None:
    checks = doctor(cli, code=1, ALIBABA_CLOUD_ENDPOINT_ESA="http://example.com")
    assert statuses(checks) == {"endpoint": "wrong"}
    assert "plain http" in checks["endpoint"]["text"]


@pytest.mark.parametrize(
    ("proxy", "status", "text"),
    [
        ("http://127.0.0.1:1", "ok", "HTTPS_PROXY, http://127.0.0.1:1"),
        ("http://user:hunter2@127.0.0.1:1", "ok", "HTTPS_PROXY, with a login"),
        ("http://user:hunter2#x@127.0.0.1:1", "wrong", "HTTPS_PROXY is not a proxy's address"),
        ("socks5://127.0.0.1:1", "wrong", "HTTPS_PROXY is a SOCKS proxy"),
    ],
)
def test_the_proxy_that_is_used_is_named_without_its_login(cli: Cli, proxy: str, status: str, text: str) -> None:
    checks = doctor(cli, code=1, HTTPS_PROXY=proxy, ALIBABA_CLOUD_ENDPOINT_ESA="esa.example.invalid")
    assert checks["proxy"]["status"] == status
    assert text in checks["proxy"]["text"]


@pytest.mark.parametrize(("minutes", "status"), [(60, "ok"), (10, "warning")])
def test_temporary_keys_say_when_they_end(cli: Cli, minutes: int, status: str) -> None:
    given = cli.emulator.environment()
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + minutes * 60))
    answer = {
        "Code": "Success",
        "AccessKeyId": given["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        "AccessKeySecret": given["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        "SecurityToken": "hunter2",
        "Expiration": ends,
    }
    cli.emulator.keys.add(answer["AccessKeyId"], answer["AccessKeySecret"], "hunter2")
    with JsonServer(lambda _: (200, {"Connection": "close"}, json.dumps(answer).encode())) as server:
        nothing = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
        checks = doctor(cli, **nothing, ALIBABA_CLOUD_CREDENTIALS_URI=f"{server.url}/?hunter2")
    assert checks["keys"]["status"] == status
    assert checks["keys"]["text"].startswith("credentialsUri of the environment; they end in ")
    assert checks["keys"]["text"].endswith(f"minutes, at {ends}")


def test_a_profile_is_named_as_the_source(cli: Cli) -> None:
    cli.write_profile()
    checks = doctor(cli, "--profile", "dev", ALIBABA_CLOUD_ACCESS_KEY_ID="another")
    assert checks["keys"]["text"] == "profile of the configuration; they do not end"


def test_an_account_is_unknown_without_a_job_and_that_is_not_wrong(cli: Cli) -> None:
    for job in list(cli.emulator.store.jobs(SITE_ID)):
        cli.emulator.store.delete(SITE_ID, job.id)
    checks = doctor(cli, "--site-id", SITE)
    assert statuses(checks) == {}
    assert checks["account"]["text"] == "not known: no job was answered that would name it"


def test_an_answer_that_breaks_the_line_cannot(cli: Cli) -> None:
    cli.emulator.glitches.add(
        Glitch(code="InternalError", message="a\n::error::b\x1b[31m", action="ListSites", status=400)
    )
    ran = cli("doctor", "--site-id", SITE)
    assert "\x1b" not in ran.out
    assert not [line for line in ran.out.splitlines() if line.lstrip().startswith("::")]


def test_wrong_options_are_all_told_at_once_and_nothing_is_sent(cli: Cli) -> None:
    ran = cli("doctor", "--format", "xml", "--site-id", "abc", "--record", "no/such/folder/x", "--timeout-seconds", "0")
    assert ran.code == 1
    named = [line.removeprefix("error: ").split(": ")[0] for line in ran.err.splitlines()]
    assert named == ["--format", "--record", "--site-id", "--timeout-seconds"]
    assert cli.emulator.requests == []


# --- the record ---


def test_the_record_has_the_shape_of_every_answer_and_no_value(cli: Cli) -> None:
    assert cli("doctor", "--record", "shapes.json").code == 0
    text = cli.read("shapes.json")
    record = json.loads(text)
    assert list(record["answers"]) == ACTIONS
    assert {answer["status"] for answer in record["answers"].values()} == {200}
    rows = record["answers"]["ListScheduledPreloadJobs"]["body"]["fields"]["Jobs"]["items"]["fields"]
    assert rows["CreatedAt"] == {"is": ["moment 9999-99-99T99:99:99Z"]}
    assert rows["SiteId"] == {"is": ["whole number"]}
    job = cli.emulator.store.jobs(SITE_ID)[0]
    for value in (
        job.id,
        SITE,
        "15685865",
        str(job.fields["Name"]),
        cli.emulator.environment()["ALIBABA_CLOUD_ACCESS_KEY_ID"],
    ):
        assert value not in text


def test_the_record_is_written_of_refusals_too_and_goes_to_stdout(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(code="Forbidden.RAM", action="ListSites", message="hunter2"))
    ran = cli("doctor", "--record", "-", "--site-id", SITE)
    assert ran.code == 0
    answer = ran.json["answers"]["ListSites"]
    assert answer["status"] == 403
    assert answer["body"]["fields"]["Code"] == {"is": ["text a.a"]}
    hides_the_keys(cli, ran)
