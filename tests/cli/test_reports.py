"""The reports, each read by what the world reads it with: SARIF's schema, a JUnit parser, a Markdown parser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestSuite
from markdown_it import MarkdownIt

from emulator import EXAMPLE_JOB_ID, SITE_ID, Glitch
from tests.support.command import BASELINE, SITE, Cli, line_of
from tests.support.sarif import sarif_of

ALL = ["json=r.json", "markdown=r.md", "junit=r.xml", "sarif=r.sarif"]
NASTY = "a|b `c` <script>alert(1)</script> ]]> & \x1b[31m\x00 ## [x](y) 预取"
ADDED = "a" * 24


def check_all(cli: Cli, code: int) -> None:
    ran = cli.check(*(part for form in ALL for part in ("--format", form)))
    assert ran.code == code, ran.err


def drift(cli: Cli) -> tuple[str, str]:
    """One of each kind; the baseline's text, and the id of the job that is gone."""
    text = cli.recorded()
    gone = next(job.id for job in cli.emulator.store.jobs(SITE_ID) if job.id != EXAMPLE_JOB_ID)
    cli.emulator.store.delete(SITE_ID, gone)
    cli.emulator.store.add(SITE_ID, Id=ADDED, Name=NASTY)
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Domains="evil.example.com", FileId=NASTY)
    return text, gone


def suite_of(cli: Cli) -> TestSuite:
    (suite,) = JUnitXml.fromfile(str(cli.folder / "r.xml"))
    return suite


def tables_of(text: str) -> list[list[str]]:
    """The rows of all tables of a Markdown text, each cell's text as a reader sees it."""
    rows: list[list[str]] = []
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            parts = token.children or []
            assert all(part.type in ("text", "code_inline") or part.content == "<br>" for part in parts)
            rows[-1].append("".join(part.content for part in parts).replace("<br>", "; "))
    return rows


def test_the_json_report_has_every_finding_with_its_line(cli: Cli) -> None:
    text, gone = drift(cli)
    check_all(cli, 7)
    report = json.loads(cli.read("r.json"))
    assert (report["format"], report["version"]) == ("alicloud-esa drift report", 1)
    assert (report["verdict"], report["siteId"], report["baseline"]) == ("drift", SITE, BASELINE)
    assert report["counts"] == {"expected": 45, "actual": 45, "missing": 1, "unexpected": 1, "changed": 1}
    by_kind: dict[str, list[Any]] = {}
    for difference in report["differences"]:
        by_kind.setdefault(difference["kind"], []).append(difference)
    assert [(found["id"], found["line"]) for found in by_kind["missing"]] == [(gone, line_of(text, f'"{gone}"'))]
    assert [(found["id"], found["name"]) for found in by_kind["unexpected"]] == [(ADDED, NASTY)]
    assert by_kind["changed"][0] == {
        "kind": "changed",
        "id": EXAMPLE_JOB_ID,
        "name": "example",
        "line": line_of(text, '"testurl.com"'),
        "fingerprint": "6f08442737cf755b5e4053589b81a4992e7e107398143efb0989af94b68e27a0",
        "field": "domains",
        "expected": "testurl.com",
        "actual": "evil.example.com",
    }
    assert by_kind["changed"][1]["actual"] == NASTY


def test_the_markdown_report_has_a_row_for_each_finding(cli: Cli) -> None:
    _, gone = drift(cli)
    check_all(cli, 7)
    rows = tables_of(cli.read("r.md"))
    assert rows[0] == ["job", "what", "details"]
    shown = NASTY.replace("\x1b", r"\x1b").replace("\x00", r"\x00")
    details = "preload, static.example.com, 1 URL, created 2024-08-01T00:00:59Z"
    assert [f"{shown} ({ADDED})", "new", details] in rows
    changes = f"domains testurl.com => evil.example.com; fileId 665d3b48621bccf3fe29e1a7 => {shown}"
    assert [f"example ({EXAMPLE_JOB_ID})", "changed", changes] in rows
    assert any(gone in row[0] and row[1] == "gone" for row in rows)
    assert len(rows) == 4
    assert f"`alicloud-esa drift record --again -o {BASELINE}`" in cli.read("r.md")
    assert "\x1b" not in cli.read("r.md")


def test_the_junit_report_has_a_test_for_each_job(cli: Cli) -> None:
    _, gone = drift(cli)
    check_all(cli, 7)
    suite = suite_of(cli)
    cases = list(suite)
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (46, 3, 0, 0)
    assert len(cases) == 46
    failed = {case.name: case.result[0] for case in cases if case.result}
    assert sorted(result.type for result in failed.values()) == ["changed", "missing", "unexpected"]
    assert all(isinstance(result, Failure) for result in failed.values())
    changed = failed[f"example ({EXAMPLE_JOB_ID})"]
    assert changed.message.startswith("domains testurl.com => evil.example.com, fileId 665d3b48621bccf3fe29e1a7 => a|b")
    assert any(gone in name and " is gone (" in result.message for name, result in failed.items())
    assert len({case.name for case in cases}) == 46
    assert {case._elem.get("file") for case in cases} == {BASELINE}


def test_the_sarif_report_points_at_the_lines_of_the_baseline(cli: Cli) -> None:
    text, gone = drift(cli)
    check_all(cli, 7)
    run = sarif_of(cli.read("r.sarif"))
    assert run["invocations"] == [{"executionSuccessful": True}]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["missing", "unexpected", "changed"]
    found = {}
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"] == {"uri": BASELINE, "uriBaseId": "%SRCROOT%"}
        assert rules[result["ruleIndex"]] == result["ruleId"]
        found[result["ruleId"], place["region"]["startLine"]] = result["message"]["text"]
    assert set(found) == {
        ("missing", line_of(text, f'"{gone}"')),
        ("unexpected", line_of(text, '"jobs": {')),
        ("changed", line_of(text, '"testurl.com"')),
        ("changed", line_of(text, '"665d3b48621bccf3fe29e1a7"')),
    }
    assert f"job example ({EXAMPLE_JOB_ID}): domains testurl.com => evil.example.com" in found.values()


def test_a_name_is_neither_a_link_nor_a_placeholder_in_sarif(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.store.add(SITE_ID, Name="[here](https://evil.example) {0} \\[x]")
    check_all(cli, 7)
    (result,) = sarif_of(cli.read("r.sarif"))["results"]
    assert r"\[here\](https://evil.example) {{0}} \\\[x\]" in result["message"]["text"]


def fingerprints(cli: Cli) -> dict[str, dict[str, str]]:
    check_all(cli, 7)
    results = json.loads(cli.read("r.sarif"))["runs"][0]["results"]
    prints = {result["message"]["text"]: result["partialFingerprints"] for result in results}
    for name in ("alicloudEsaDrift/v1", "primaryLocationLineHash"):
        assert len({found[name] for found in prints.values()}) == len(results)
    return prints


def test_the_same_finding_keeps_its_fingerprint_whatever_else_is_found(cli: Cli) -> None:
    drift(cli)
    before = fingerprints(cli)
    cli.emulator.store.shuffle(SITE_ID, 5)
    assert fingerprints(cli) == before
    cli.emulator.store.add(SITE_ID, Name="0 one more, sorted first")
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, UrlCount=99)
    after = fingerprints(cli)
    assert len(after) == len(before) + 2
    assert {text: after[text] for text in before} == before
    cli.write(BASELINE, "\n\n" + cli.read(BASELINE))
    assert fingerprints(cli) == after
    # Another value by hand is another finding: who dismissed the first alert has not seen it.
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, UrlCount=100)
    known = {found["primaryLocationLineHash"] for found in after.values()}
    assert len({found["primaryLocationLineHash"] for found in fingerprints(cli).values()} - known) == 1


def test_a_clean_check_writes_every_report_too(cli: Cli) -> None:
    cli.recorded()
    check_all(cli, 0)
    assert json.loads(cli.read("r.json"))["verdict"] == "clean"
    assert json.loads(cli.read("r.json"))["differences"] == []
    assert "No drift: all 45 jobs are as expected." in cli.read("r.md")
    suite = suite_of(cli)
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (45, 0, 0, 0)
    run = sarif_of(cli.read("r.sarif"))
    assert (run["results"], run["invocations"]) == ([], [{"executionSuccessful": True}])


def test_jobs_that_cannot_be_read_are_an_error_in_every_report_and_never_clean(cli: Cli) -> None:
    cli.recorded()
    check_all(cli, 0)
    cli.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied"))
    check_all(cli, 1)
    report = json.loads(cli.read("r.json"))
    assert (report["verdict"], report["counts"], report["differences"]) == ("error", None, None)
    assert report["errors"][0].startswith("InvalidUid.PermissionDenied: ")
    assert "Could not be read" in cli.read("r.md")
    assert "No drift" not in cli.read("r.md")
    suite = suite_of(cli)
    cases = list(suite)
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (46, 0, 1, 45)
    assert isinstance(cases[0].result[0], Error)
    assert "InvalidUid.PermissionDenied" in cases[0].result[0].message
    assert all(isinstance(case.result[0], Skipped) for case in cases[1:])
    run = sarif_of(cli.read("r.sarif"))
    assert "results" not in run
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "InvalidUid.PermissionDenied" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


def test_a_damaged_baseline_is_an_error_in_every_report(cli: Cli) -> None:
    cli.write(BASELINE, "{")
    check_all(cli, 1)
    assert json.loads(cli.read("r.json"))["verdict"] == "error"
    assert (suite_of(cli).tests, suite_of(cli).errors) == (1, 1)
    assert sarif_of(cli.read("r.sarif"))["invocations"][0]["executionSuccessful"] is False
    assert "Could not be read" in cli.read("r.md")


def test_a_file_s_name_need_not_be_text(cli: Cli) -> None:
    name = "\udcff::stop-commands::.json"
    assert cli("drift", "record", "--site-id", SITE, "-o", name).code == 0
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    for change in ("drift", "damage"):
        ran = cli("drift", "check", "--baseline", name, *(part for form in ALL for part in ("--format", form)))
        assert ran.code == (7 if change == "drift" else 1)
        assert "a defect" not in ran.err
        (cli.folder / name).write_text("{")
        run = sarif_of(cli.read("r.sarif"))
        place = (run["results"] if change == "drift" else run["invocations"][0]["toolExecutionNotifications"])[0]
        uri = place["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "%FF%3A%3Astop-commands%3A%3A.json"
        assert {case._elem.get("file") for case in suite_of(cli)} == {"\\udcff:\\:stop-commands:\\:.json"}
        assert json.loads(cli.read("r.json"))["baseline"] == name


@pytest.mark.parametrize(
    ("env", "git", "uri"),
    [
        ({}, None, "b%20%E9%A2%84.json"),
        ({}, ".", "infra/esa/b%20%E9%A2%84.json"),
        ({"GITHUB_WORKSPACE": ".."}, None, "esa/b%20%E9%A2%84.json"),
        ({"CI_PROJECT_DIR": "../.."}, None, "infra/esa/b%20%E9%A2%84.json"),
    ],
)
def test_the_file_is_named_from_the_root_of_the_checkout(
    cli: Cli, env: dict[str, str], git: str | None, uri: str
) -> None:
    folder = cli.folder / "infra" / "esa"
    folder.mkdir(parents=True)
    if git is not None:
        (cli.folder / git / ".git").mkdir()
    inner = Cli(cli.emulator, folder, {name: str((folder / path).resolve()) for name, path in env.items()})
    assert inner("drift", "record", "--site-id", SITE, "-o", "b 预.json").code == 0
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    for name in ("b 预.json", str(Path(folder) / "b 预.json")):
        run = inner("drift", "check", "--baseline", name, "--format", "sarif").json["runs"][0]
        assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri
