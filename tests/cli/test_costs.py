"""What a report costs is bounded by what a person can use: cuts are visible, verdict and counts stay exact."""

from __future__ import annotations

import json

import pytest
from pulumi_resource_alicloud_esa.cli.outcome import Check, Outcome, Verdict
from pulumi_resource_alicloud_esa.cli.reports import FORMATS
from pulumi_resource_alicloud_esa.drift.compare import compare
from pulumi_resource_alicloud_esa.drift.ignore import Judged
from pulumi_resource_alicloud_esa.drift.record import Record

from tests.support.sarif import sarif_of

JOBS = 12_000


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """Every job but one changed, one is gone."""
    was = {f"{number:024x}": Record({"name": f"job {number}", "urlCount": 1}) for number in range(JOBS)}
    now = {key: Record({**record.fields, "urlCount": 2}) for key, record in was.items()}
    del now[f"{JOBS - 1:024x}"]
    judged = Judged(compare(was, now, now=None))
    return Outcome("b.json", "b.json", "5", {key: record.name for key, record in was.items()}, judged, JOBS - 1)


def test_sarif_holds_what_a_page_shows_and_says_of_how_many(outcome: Outcome) -> None:
    text = FORMATS["sarif"](Check([outcome]))
    document = json.loads(text)
    results = document["runs"][0]["results"]
    assert len(results) == 5000
    # To hold thousands that are alike to the schema takes seconds.
    document["runs"][0]["results"] = [results[0], results[-1]]
    run = sarif_of(json.dumps(document))
    assert run["results"][0]["ruleId"] == "missing"
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert run["invocations"][0]["executionSuccessful"] is True
    assert notification["message"]["text"].startswith(f"5000 of {JOBS} differences are listed here")
    assert f"1 gone: job {JOBS - 1}; {JOBS - 1} changed: " in notification["message"]["text"]
    assert len(text) < 6_000_000


def test_text_and_markdown_are_cut_and_count_exactly(outcome: Outcome) -> None:
    lines = FORMATS["text"](Check([outcome])).splitlines()
    assert lines[0].startswith(f"site 5: drift: 1 gone: job {JOBS - 1}; {JOBS - 1} changed: ")
    assert lines[-2] == f"... and {JOBS - 1000} more jobs"
    assert any(line.startswith(f"job job {JOBS - 1} (") and " is gone" in line for line in lines)
    text = FORMATS["markdown"](Check([outcome]))
    assert f"**Drift**: 1 gone, {JOBS - 1} changed." in text
    assert len(text) < 65_536


def test_a_program_gets_everything(outcome: Outcome) -> None:
    report = json.loads(FORMATS["json"](Check([outcome])))
    assert outcome.verdict is Verdict.DRIFT
    assert report["counts"] == {
        "expected": JOBS,
        "actual": JOBS - 1,
        "missing": 1,
        "unexpected": 0,
        "changed": JOBS - 1,
    }
    assert len(report["differences"]) == JOBS


@pytest.mark.parametrize("form", ["text", "markdown", "sarif", "junit"])
def test_one_huge_name_is_cut_in_what_people_read(form: str) -> None:
    name = "x" * 1_000_000
    was, now = {"a" * 24: Record({"name": name, "urlCount": 1})}, {"a" * 24: Record({"name": name, "urlCount": 2})}
    outcome = Outcome("b", "b", "5", {"a" * 24: name}, Judged(compare(was, now, now=None)), 1)
    text = FORMATS[form](Check([outcome]))
    assert len(text) < 10_000
    assert "(1000000 characters)" in text
