"""`drift check --since`: which findings are new, known or resolved since an earlier report; the verdict stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator import EXAMPLE_JOB_ID, SITE_ID, Glitch
from tests.support.command import BASELINE, SITE, Cli
from tests.support.sarif import sarif_of

ADDED = "a" * 24
LATER = "b" * 24
FIRST, SECOND = "c" * 24, "d" * 24


def earlier(cli: Cli) -> None:
    """A baseline, and the report of a check that found one changed job and one that is new."""
    cli.recorded()
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, UrlCount=9)
    cli.emulator.store.add(SITE_ID, Id=ADDED, Name="added")
    assert cli.check("--format", "json=old.json").code == 7


def report(cli: Cli, *arguments: str) -> Any:
    cli.check("--since", "old.json", "--format", "json=r.json", *arguments)
    return json.loads(cli.read("r.json"))


def test_findings_are_new_known_or_resolved(cli: Cli) -> None:
    earlier(cli)
    cli.emulator.store.delete(SITE_ID, ADDED)
    cli.emulator.store.add(SITE_ID, Id=LATER, Name="later")
    ran = cli.check("--since", "old.json", "--format", "text", "--format", "json=r.json", "--format", "markdown=r.md")
    assert ran.code == 7
    lines = ran.out.splitlines()
    assert lines[0] == (
        f"site {SITE}: drift: 1 new: later; 1 changed: example (urlCount); "
        "findings since the earlier report: 1 new, 1 known, 1 resolved"
    )
    assert [line.partition(" (")[0] for line in lines[3:5]] == ["new: job later", "resolved: job added"]
    found = json.loads(cli.read("r.json"))
    assert found["verdict"] == "drift"
    assert found["since"] == {"new": 1, "known": 1, "resolved": 1}
    assert [(row["id"], row["since"]) for row in found["differences"]] == [(EXAMPLE_JOB_ID, "known"), (LATER, "new")]
    assert [(row["id"], row["kind"], row["name"]) for row in found["resolved"]] == [(ADDED, "unexpected", "added")]
    markdown = cli.read("r.md")
    assert "**Since the earlier report**: 1 new, 1 known, 1 resolved." in markdown
    details = "preload, static.example.com, 1 URL, created 2024-08-01T00:00:59Z"
    assert f"Resolved:\n\n- `job added ({ADDED}) is new ({details})`" in markdown


def test_only_new_findings_fail_where_that_is_asked_for_and_the_report_says_drift(cli: Cli) -> None:
    earlier(cli)
    for arguments, code in (([], 7), (["--fail-on", "drift"], 7), (["--fail-on", "new"], 0)):
        ran = cli.check("--since", "old.json", "--format", "text", "--format", "json=r.json", *arguments)
        assert ran.code == code
        assert ran.out.startswith(f"site {SITE}: drift: ")
        assert json.loads(cli.read("r.json"))["verdict"] == "drift"
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, UrlCount=10)
    assert cli.check("--since", "old.json", "--fail-on", "new").code == 7
    assert cli.check("--since", "old.json", "--fail-on", "new", "--detailed-exitcode").code == 2
    cli.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied"))
    assert cli.check("--since", "old.json", "--fail-on", "new").code == 1


def test_a_value_that_moved_again_is_a_new_finding_and_the_old_one_is_resolved(cli: Cli) -> None:
    earlier(cli)
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, UrlCount=10)
    found = report(cli)
    assert found["since"] == {"new": 1, "known": 1, "resolved": 1}
    assert [row["actual"] for row in found["resolved"]] == [9]


def test_a_new_job_that_is_edited_is_a_new_finding_and_the_old_one_is_resolved(cli: Cli) -> None:
    earlier(cli)
    cli.emulator.store.change(SITE_ID, ADDED, Domains="b.com", ExecutionCount=99)
    found = report(cli, "--fail-on", "new")
    assert found["since"] == {"new": 1, "known": 1, "resolved": 1}
    (live,) = (row for row in found["differences"] if row["id"] == ADDED)
    (gone,) = found["resolved"]
    assert (live["since"], gone["id"]) == ("new", ADDED)
    # Code scanning goes by it alone, and would keep a dismissed alert dismissed.
    assert live["fingerprint"] != gone["fingerprint"]


def test_a_new_job_whose_counters_moved_is_known(cli: Cli) -> None:
    earlier(cli)
    cli.emulator.store.change(SITE_ID, ADDED, ExecutionCount=99, ErrorInfo="InvalidUrl")
    assert report(cli)["since"] == {"new": 0, "known": 2, "resolved": 0}


PAST = {"StartTime": "2020-01-01T00:00:00Z", "EndTime": "2020-01-01T01:00:00Z"}


@pytest.mark.parametrize(
    ("first", "then", "new"),
    [
        ({"Interval": 30}, {"Interval": 77}, 1),
        ({"Status": "waiting"}, {"Status": "stopped"}, 1),
        ({"Status": "waiting"}, {"Status": "running"}, 0),
        (PAST, None, 0),
        ({}, None, 1),
    ],
)
def test_a_new_job_is_known_while_its_plan_is(cli: Cli, first: Any, then: Any, new: int) -> None:
    cli.record("--executions", "--name-regex", "^(example|added)$")
    cli.emulator.store.add(SITE_ID, Id=ADDED, Name="added")
    plan = {"Id": FIRST, "JobId": ADDED, "EndTime": "2999-01-01T00:00:00Z", **first}
    cli.emulator.store.executions.set(ADDED, [plan])
    assert cli.check("--format", "json=old.json").code == 7
    cli.emulator.store.executions.set(ADDED, [] if then is None else [{**plan, **then}])
    assert report(cli)["since"] == {"new": new, "known": 1 - new, "resolved": new}


def test_a_known_new_execution_that_was_stopped_is_a_new_finding(cli: Cli) -> None:
    cli.record("--executions", "--id", EXAMPLE_JOB_ID)
    plan = {"Id": FIRST, "JobId": EXAMPLE_JOB_ID, "Interval": 30}
    before = list(cli.emulator.store.executions.of(EXAMPLE_JOB_ID))
    cli.emulator.store.executions.set(EXAMPLE_JOB_ID, [*before, plan])
    assert cli.check("--format", "json=old.json").code == 7
    cli.emulator.store.executions.set(EXAMPLE_JOB_ID, [*before, {**plan, "Status": "stopped"}])
    found = report(cli)
    assert found["since"] == {"new": 1, "known": 0, "resolved": 1}
    assert [row["actual"] for row in found["differences"]] == ["interval 30, stopped"]


def test_a_clean_check_resolves_everything(cli: Cli) -> None:
    earlier(cli)
    cli("drift", "record", "--again", "-o", BASELINE)
    assert report(cli)["since"] == {"new": 0, "known": 0, "resolved": 2}


def test_a_finding_that_is_ignored_by_now_is_not_resolved(cli: Cli) -> None:
    earlier(cli)
    document = json.loads(cli.read(BASELINE))
    rules = [{"job": "added", "reason": "load tests"}]
    cli.write(BASELINE, json.dumps({**document, "version": 2, "ignore": rules}))
    document_fields = report(cli)
    assert document_fields["since"] == {"new": 0, "known": 1, "resolved": 0}


def test_executions_are_told_apart(cli: Cli) -> None:
    plans = [{"Id": plan, "Interval": 30, "SliceLen": 5, "JobId": EXAMPLE_JOB_ID} for plan in (FIRST, SECOND)]
    cli.emulator.store.executions.set(EXAMPLE_JOB_ID, plans)
    cli.record("--executions", "--id", EXAMPLE_JOB_ID)
    cli.emulator.store.executions.change(FIRST, Interval=77)
    assert cli.check("--format", "json=old.json").code == 7
    cli.emulator.store.executions.change(SECOND, Interval=77)
    found = report(cli)
    assert found["since"] == {"new": 1, "known": 1, "resolved": 0}
    assert {row["executionId"]: row["since"] for row in found["differences"]} == {FIRST: "known", SECOND: "new"}


def test_sarif_and_json_name_a_finding_alike(cli: Cli) -> None:
    earlier(cli)
    cli.check("--format", "json=r.json", "--format", "sarif=r.sarif")
    marks = [row["fingerprint"] for row in json.loads(cli.read("r.json"))["differences"]]
    results = sarif_of(cli.read("r.sarif"))["results"]
    assert [result["partialFingerprints"]["alicloudEsaDrift/v1"] for result in results] == marks
    assert len(set(marks)) == 2


@pytest.mark.parametrize("before", ["no file", "could not tell"])
def test_where_nothing_is_known_all_is_new(cli: Cli, before: str) -> None:
    cli.recorded()
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    if before == "could not tell":
        cli.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", times=1))
        assert cli.check("--format", "json=old.json").code == 1
    ran = cli.check("--since", "old.json", "--fail-on", "new")
    assert ran.code == 7
    assert ran.err == "old.json tells of no earlier findings, so all are new\n"


HEAD = {"format": "alicloud-esa drift report", "version": 1, "verdict": "drift", "siteId": SITE}
ACCEPTED = "give the file of an earlier `drift check --format json=FILE`"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"format": 1, "format": 2}', "not JSON"),
        ("[]", 'not a report, it has no "format": "alicloud-esa drift report"'),
        ('{"format": "alicloud-esa scheduled preload jobs baseline"}', "not a report, it has no"),
        (json.dumps({**HEAD, "version": 3}), "a report of version 3, alicloud-esa"),
        (json.dumps({**HEAD, "version": 2}), "the report has no list of sites"),
        (json.dumps({**HEAD, "version": 2, "sites": [5]}), "5 is not a site's report"),
        (json.dumps({**HEAD, "version": True}), "a report of version true, alicloud-esa"),
        (json.dumps(HEAD), "the report has no siteId or no list of differences"),
        (json.dumps({**HEAD, "differences": [1]}), "differences[0] is not a finding: 1"),
        (
            json.dumps({**HEAD, "differences": [{"kind": "gone", "id": "1", "name": "a"}]}),
            "differences[0] is not a finding",
        ),
        (
            json.dumps({**HEAD, "differences": [{"kind": [], "id": "1", "name": "a"}]}),
            "differences[0] is not a finding",
        ),
        (json.dumps({**HEAD, "differences": [{"kind": "missing", "id": 1, "name": "a"}]}), "differences[0] is no"),
        (
            json.dumps({**HEAD, "differences": [{"kind": "missing", "id": "1", "name": "a", "actual": {}}]}),
            "differences[0] is not a finding",
        ),
        *(
            (
                json.dumps({**HEAD, "differences": [{"kind": "unexpected", "id": "1", "name": "a", "job": job}]}),
                "differences[0] is not a finding",
            )
            for job in (1, [], {"urlCount": []}, {"executions": 1}, {"executions": {"a": 1}})
        ),
    ],
)
def test_junk_is_one_clear_line_and_nothing_is_sent(cli: Cli, content: str, reason: str) -> None:
    cli.recorded()
    before = len(cli.emulator.requests)
    cli.write("old.json", content)
    ran = cli.check("--since", "old.json")
    assert ran.code == 1
    assert ran.err.startswith(f"error: --since: old.json: {reason}")
    assert ran.err.endswith(f"{ACCEPTED}\n")
    assert ran.err.count("\n") == 1
    assert len(cli.emulator.requests) == before


def test_a_report_of_another_site_is_refused(cli: Cli) -> None:
    cli.recorded()
    cli.write("old.json", json.dumps({**HEAD, "siteId": "5", "differences": []}))
    ran = cli.check("--since", "old.json")
    assert (ran.code, ran.err) == (
        1,
        f"error: --since: old.json is about site 5, {BASELINE} about {SITE}; give an earlier report of the same site\n",
    )


def test_all_faults_of_the_options_come_at_once(cli: Cli) -> None:
    cli.recorded()
    assert cli.check("--fail-on", "new", "--format", "pdf").err.splitlines() == [
        "error: --format: 'pdf' is not accepted; give text, json, markdown, junit, sarif",
        "error: --fail-on: new needs --since, an earlier report that says what is known",
    ]
    assert cli.check("--fail-on", "old").err == "error: --fail-on: 'old' is not accepted; give drift or new\n"
