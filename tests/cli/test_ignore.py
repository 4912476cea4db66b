"""Ignore rules in a baseline file: what they match is not drift, and every report shows what was ignored and why."""

from __future__ import annotations

import json
from typing import Any

import pytest
from junitparser import JUnitXml, Skipped

from emulator import EXAMPLE_JOB_ID, SITE_ID
from tests.support.command import BASELINE, SITE, Cli, line_of
from tests.support.sarif import sarif_of

RULE = {"job": "example", "field": "domains", "reason": "moves until the new origin is live"}
ADDED = "a" * 24
ALL = ["json=r.json", "markdown=r.md", "junit=r.xml", "sarif=r.sarif"]


def with_rules(cli: Cli, *rules: dict[str, Any]) -> str:
    """The baseline with rules written into it by hand, as a person would."""
    document = json.loads(cli.recorded())
    fields = sorted({"aliUid", "createdAt", "domains", "fileId", "insertWay", "name", "taskType", "urlCount"})
    cli.write(BASELINE, json.dumps({**document, "version": 2, "fields": fields, "ignore": list(rules)}, indent=2))
    return cli.read(BASELINE)


def test_what_a_rule_is_about_is_no_drift_and_every_report_says_why(cli: Cli) -> None:
    text = with_rules(cli, {"job": "/^none$/", "reason": "unused"}, RULE)
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Domains="other.example.com")
    ran = cli.check(*(part for form in ["text", *ALL] for part in ("--format", form)))
    assert ran.code == 0
    change = f"job example ({EXAMPLE_JOB_ID}): domains testurl.com => other.example.com"
    assert ran.out.splitlines() == [
        f"site {SITE}: no drift in 45 scheduled preload jobs; 1 ignored",
        f"ignored: {change} ({RULE['reason']})",
        "the rule for /^none$/ matches nothing (unused)",
    ]
    line = line_of(text, '"job": "example"') - 1
    report = json.loads(cli.read("r.json"))
    assert (report["verdict"], report["differences"]) == ("clean", [])
    assert report["ignored"][0]["rule"] == {**RULE, "line": line}
    assert report["rules"] == ["the rule for /^none$/ matches nothing (unused)"]
    assert "<details><summary>1 ignored</summary>" in cli.read("r.md")
    (suite,) = JUnitXml.fromfile(str(cli.folder / "r.xml"))
    assert (suite.tests, suite.failures, suite.skipped) == (45, 0, 1)
    (case,) = [case for case in suite if case.result]
    assert isinstance(case.result[0], Skipped)
    assert case.result[0].message == f"ignored: {change} ({RULE['reason']})"
    (result,) = sarif_of(cli.read("r.sarif"))["results"]
    (suppression,) = result["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == RULE["reason"]
    assert suppression["location"]["physicalLocation"]["region"]["startLine"] == line


def test_a_rule_needs_no_more_than_the_version_beside_it(cli: Cli) -> None:
    document = json.loads(cli.recorded())
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Domains="other.example.com")
    cli.write(BASELINE, json.dumps({**document, "ignore": [RULE]}))
    assert """'ignore' is not known; it belongs to version 2, so set "version" to that; """ in cli.check().err
    cli.write(BASELINE, json.dumps({**document, "ignore": [RULE], "version": 2}))
    assert cli.check().code == 0


def test_what_no_rule_is_about_is_drift_beside_it(cli: Cli) -> None:
    with_rules(cli, RULE)
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Domains="other.example.com", UrlCount=9)
    ran = cli.check()
    assert ran.code == 7
    assert ran.out.splitlines()[0] == f"site {SITE}: drift: 1 changed: example (urlCount); 1 ignored"


def test_a_rule_that_ran_out_no_longer_counts_and_says_so(cli: Cli) -> None:
    with_rules(cli, {**RULE, "until": "2024-01-31"})
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Domains="other.example.com")
    ran = cli.check()
    assert ran.code == 7
    assert "the rule for example, domains ran out, its finding counts again" in ran.out


def test_a_new_job_can_be_ignored_and_is_a_skipped_test(cli: Cli) -> None:
    with_rules(cli, {"job": "/^tmp-/", "reason": "load tests"})
    cli.emulator.store.add(SITE_ID, Id=ADDED, Name="tmp-1")
    assert cli.check("--format", "junit=r.xml").code == 0
    (suite,) = JUnitXml.fromfile(str(cli.folder / "r.xml"))
    assert (suite.tests, suite.failures, suite.skipped) == (46, 0, 1)


def test_accepting_keeps_the_rules(cli: Cli) -> None:
    with_rules(cli, RULE)
    cli.emulator.store.delete(SITE_ID, cli.emulator.store.jobs(SITE_ID)[0].id)
    for arguments in (["--again"], ["--site-id", SITE]):
        assert cli("drift", "record", *arguments, "-o", BASELINE).code == 0
        assert json.loads(cli.read(BASELINE))["ignore"] == [RULE]
    text = cli.read(BASELINE)
    assert cli("drift", "record", "--again", "-o", BASELINE).code == 0
    assert cli.read(BASELINE) == text


@pytest.mark.parametrize(
    ("rule", "part"),
    [
        ({"job": "example"}, "ignore[1].reason: missing"),
        ({**RULE, "field": "colour"}, "ignore[1].field: 'colour' is not a field"),
        ({**RULE, "until": "soon"}, "ignore[1].until: 'soon' is not a date"),
        ({**RULE, "job": "/(/"}, "ignore[1].job: '(' does not compile"),
        ({**RULE, "why": "x"}, "ignore[1].why: no such input"),
    ],
)
def test_a_wrong_rule_is_named_with_its_line(cli: Cli, rule: dict[str, Any], part: str) -> None:
    text = with_rules(cli, RULE, rule)
    lines = text.splitlines()
    # The rule's own line, or that of the field that is wrong.
    key = part.partition(":")[0].rpartition(".")[2]
    starts = [number for number, line in enumerate(lines, 1) if line == "    {"]
    at = next((n for n in range(starts[1], len(lines)) if f'"{key}":' in lines[n - 1]), starts[1])
    if key not in rule:
        at = starts[1]
    ran = cli.check()
    assert ran.code == 1
    assert f"error: {BASELINE}: line {at}: {part}" in ran.err
