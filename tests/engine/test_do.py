"""`pulumi do`: the function with no program and no stack; every error is lines for people and exit code 1."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from emulator import Emulator, Glitch
from tests.support.documented import CODES, EXAMPLE
from tests.support.engine import EXAMPLE_SITE_ID, FOREIGN_SITE_ID, ROOT, SITE_ID, Engine, Result

FUNCTION = "getScheduledPreloadJobs"
SCHEMA: dict[str, Any] = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))
FUNCTIONS = sorted(token.rsplit(":", 1)[1] for token in SCHEMA["functions"])


def assert_clean_error(result: Result, *parts: str) -> None:
    assert result.code == 1, result.text
    for part in parts:
        assert part in result.text
    for leak in ("Traceback", 'File "', "testAccessKeySecret", "Signature="):
        assert leak not in result.text


def test_it_answers_all_jobs_as_json(engine: Engine) -> None:
    answer = engine.do(FUNCTION, "--site-id", SITE_ID, "--page-size", "10", "--output", "json").json()
    assert answer["totalCount"] == len(answer["jobs"]) == len(set(answer["ids"])) == 45


def test_it_answers_the_documented_example_exactly(engine: Engine) -> None:
    answer = engine.do(FUNCTION, "--site-id", EXAMPLE_SITE_ID, "--output", "json").json()
    assert answer["jobs"][0] == EXAMPLE


def test_all_wrong_inputs_are_named_at_once_and_nothing_is_sent(engine: Engine, emulator: Emulator) -> None:
    result = engine.do(
        FUNCTION,
        "--site-id",
        "abc",
        "--page-number",
        "0",
        "--name-regex",
        "(",
        "--start-time",
        "2024-06-02T00:00:00Z",
        "--end-time",
        "2024-06-01T00:00:00Z",
    )
    assert_clean_error(
        result, "siteId: 'abc'", "pageNumber: 0", "nameRegex: '('", "endTime: InvalidEndTime.Mismatch", "give"
    )
    assert emulator.requests == []


@pytest.mark.parametrize(("code", "status"), CODES.items())
def test_each_documented_code_reads_well(engine: Engine, emulator: Emulator, code: str, status: int) -> None:
    emulator.glitches.add(Glitch(code=code))
    # One attempt: how a throttled call is tried again is not what this is about.
    result = engine.do(FUNCTION, "--site-id", SITE_ID, "--alicloud-esa:max-attempts", "1")
    assert_clean_error(result, code, f"HTTP {status}", "RequestId", "ListScheduledPreloadJobs")


def test_a_wrong_secret_is_told_and_not_shown(engine: Engine) -> None:
    result = engine.do(FUNCTION, "--site-id", SITE_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET="nonsense")
    assert_clean_error(result, "SignatureDoesNotMatch", "Check accessKey and secretKey")
    assert "nonsense" not in result.text


def test_without_credentials_the_ways_to_give_them_are_told(engine: Engine) -> None:
    keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
    result = engine.do(FUNCTION, "--site-id", SITE_ID, **keys)
    assert_clean_error(result, "no credentials found", "ALIBABA_CLOUD_ACCESS_KEY_ID", "profile", "ecsRoleName")


def test_a_site_of_another_account_is_told_with_what_to_check(engine: Engine) -> None:
    assert_clean_error(engine.do(FUNCTION, "--site-id", FOREIGN_SITE_ID), "InvalidUid.PermissionDenied", "Check siteId")


def test_a_stopped_service_is_told_by_its_address(engine: Engine) -> None:
    with Emulator() as stopped:
        address = stopped.endpoint
    result = engine.do(
        FUNCTION,
        "--site-id",
        SITE_ID,
        "--alicloud-esa:max-attempts",
        "2",
        ALIBABA_CLOUD_ENDPOINT_ESA=f"http://{address}",
    )
    assert_clean_error(result, address, "Connection refused", "after 2 attempts")


def test_an_unknown_host_is_told_by_its_name(engine: Engine) -> None:
    result = engine.do(
        FUNCTION,
        "--site-id",
        SITE_ID,
        "--alicloud-esa:max-attempts",
        "1",
        ALIBABA_CLOUD_ENDPOINT_ESA="https://esa.invalid",
    )
    assert_clean_error(result, "esa.invalid")


def test_a_plain_http_endpoint_elsewhere_is_refused(engine: Engine) -> None:
    result = engine.do(FUNCTION, "--site-id", SITE_ID, ALIBABA_CLOUD_ENDPOINT_ESA="http://esa.example.com")
    assert_clean_error(result, "ALIBABA_CLOUD_ENDPOINT_ESA", "plain http")


def test_json_stays_json_while_a_slow_listing_is_read(engine: Engine, emulator: Emulator) -> None:
    emulator.delay = 0.3
    result = engine.do(FUNCTION, "--site-id", SITE_ID, "--page-size", "3", "--output", "json")
    assert result.json()["totalCount"] == 45


def kebab(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: "-" + letter[0].lower(), name)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_help_says_what_it_does_and_has_an_option_for_each_single_value(engine: Engine, function: str) -> None:
    result = engine.do(function, "--help")
    assert result.code == 0, result.text
    entry = SCHEMA["functions"][f"alicloud-esa:index:{function}"]
    inputs = entry["inputs"]["properties"]
    single = [name for name, spec in inputs.items() if spec["type"] in ("string", "integer", "boolean")]
    first = entry["description"].split("\n\n")[0]
    shown = " ".join(result.stdout.split())
    assert " ".join(first.split()) in shown
    # The description's examples are for the Registry, not for a terminal.
    assert "{{%" not in result.stdout
    assert "```" not in result.stdout
    options = dict(re.findall(r"^ +--([a-z][\w-]*) string(?:\[.*?\])? +(.*) \(alias for --input:", result.stdout, re.M))
    assert sorted(options) == sorted(map(kebab, single))
    assert [name for name, meaning in options.items() if len(meaning) < 20] == []
    for name, spec in inputs.items():
        assert f" - {name} (" in result.stdout
        assert " ".join(spec["description"].split()) in shown, name
