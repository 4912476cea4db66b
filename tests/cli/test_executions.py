"""Executions in a baseline: what a hand changes of a plan is drift in every report, what runs by itself is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_esa20240910.client import Client
from junitparser import JUnitXml
from pulumi_resource_alicloud_esa.cli.baseline_reader import parse_baseline

from emulator import EXAMPLE_JOB_ID, SITE_ID, Emulator
from tests.support.command import BASELINE, SITE, Cli, line_of
from tests.support.official_sdk import FIRST, UTCNOW, add, client_for, delete, move, stop

pytestmark = pytest.mark.filterwarnings(UTCNOW)

SECOND, PAST = f"{2:024x}", f"{3:024x}"
PLAN: dict[str, Any] = {"AliUid": "1", "JobId": EXAMPLE_JOB_ID, "Interval": 30, "SliceLen": 5, "Status": "waiting"}
AHEAD = {"StartTime": "2124-06-04T08:00:00.000+08:00", "EndTime": "2124-06-04T09:00:00Z"}
OVER = {"StartTime": "2024-06-04T08:00:00Z", "EndTime": "2024-06-04T09:00:00Z", "Status": "finished"}
PLANS = [{**PLAN, **AHEAD, "Id": FIRST}, {**PLAN, **AHEAD, "Id": SECOND}, {**PLAN, **OVER, "Id": PAST}]
JOB = f"job example ({EXAMPLE_JOB_ID})"


@pytest.fixture
def planned(cli: Cli) -> Cli:
    """A baseline with the executions of one job: two to come, one that is over."""
    cli.emulator.store.executions.set(EXAMPLE_JOB_ID, PLANS)
    cli.record("--executions", "--id", EXAMPLE_JOB_ID)
    return cli


BY_HAND: dict[Callable[[Client], object], str] = {
    move: f"execution {FIRST} startTime 2124-06-04T00:00:00Z => 2124-06-04T08:30:00Z",
    stop: f"execution {FIRST} was stopped",
    delete: f"execution {FIRST} is gone (2124-06-04T00:00:00Z to 2124-06-04T09:00:00Z, interval 30, sliceLen 5)",
    add: "is new (2130-01-01T00:00:00Z to 2130-01-01T02:00:00Z, interval 60, sliceLen 7)",
}
BY_ITSELF: dict[str, Callable[[Emulator], object]] = {
    "a status": lambda emulator: emulator.store.executions.change(FIRST, Status="running"),
    "one that ran out is gone": lambda emulator: emulator.store.executions.delete(PAST),
    "another spelling": lambda emulator: emulator.store.executions.change(FIRST, StartTime="2124-06-04T00:00:00+Z"),
    "another order": lambda emulator: emulator.store.executions.set(EXAMPLE_JOB_ID, PLANS[::-1]),
    "counters": lambda emulator: emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, ExecutionCount=9, TaskSubmitted=9),
}


def test_a_baseline_with_executions_has_this_form(planned: Cli) -> None:
    text = planned.read(BASELINE)
    document = json.loads(text)
    assert document["version"] == 2
    assert list(document) == ["format", "version", "siteId", "query", "ignoreFields", "fields", "jobs"]
    assert {"executions", "executions.startTime", "urlCount"} <= set(document["fields"])
    assert not set(document["fields"]) & set(document["ignoreFields"])
    plan = {"endTime": "2124-06-04T09:00:00Z", "interval": 30, "sliceLen": 5, "startTime": "2124-06-04T00:00:00Z"}
    assert document["jobs"][EXAMPLE_JOB_ID]["executions"][FIRST] == plan
    assert list(document["jobs"][EXAMPLE_JOB_ID]["executions"]) == [FIRST, SECOND, PAST]
    assert parse_baseline("f", text.encode()).text() == text
    ran = planned("drift", "record", "--again", "-o", BASELINE)
    assert ran.err == f"site {SITE}: 1 job with executions recorded in {BASELINE}\nnothing had changed\n"
    assert planned.read(BASELINE) == text


@pytest.mark.parametrize("happens", BY_ITSELF.values(), ids=BY_ITSELF)
def test_what_happens_by_itself_is_clean(planned: Cli, happens: Callable[[Emulator], object]) -> None:
    happens(planned.emulator)
    ran = planned.check()
    assert (ran.code, ran.out) == (0, f"site {SITE}: no drift in 1 scheduled preload job\n")


@pytest.mark.parametrize("happens", BY_HAND, ids=lambda happens: happens.__name__)
def test_what_a_person_changes_is_drift(planned: Cli, happens: Callable[[Client], object]) -> None:
    happens(client_for(planned.emulator))
    ran = planned.check()
    assert ran.code == 7
    assert ran.out.splitlines()[1].startswith(f"{JOB}: execution ")
    assert ran.out.splitlines()[1].endswith(BY_HAND[happens])


def test_every_report_names_job_execution_and_field(planned: Cli) -> None:
    text = planned.read(BASELINE)
    move(client_for(planned.emulator))
    planned.emulator.store.executions.delete(SECOND)
    forms = ["json=r.json", "markdown=r.md", "junit=r.xml", "sarif=r.sarif"]
    assert planned.check(*(part for form in forms for part in ("--format", form))).code == 7
    moved, gone = json.loads(planned.read("r.json"))["differences"]
    assert (moved["id"], moved["executionId"], moved["field"]) == (EXAMPLE_JOB_ID, FIRST, "startTime")
    assert (gone["executionId"], gone["field"], gone["actual"]) == (SECOND, "executions", None)
    lines = text.splitlines()
    first = next(number for number, line in enumerate(lines, 1) if f'"{FIRST}"' in line)
    start = next(number for number, line in enumerate(lines, 1) if number > first and '"startTime"' in line)
    assert (moved["line"], gone["line"]) == (start, line_of(text, f'"{SECOND}"'))
    results = json.loads(planned.read("r.sarif"))["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in results]
    assert places == [start, line_of(text, f'"{SECOND}"')]
    assert len({result["partialFingerprints"]["primaryLocationLineHash"] for result in results}) == 2
    (suite,) = JUnitXml.fromfile(str(planned.folder / "r.xml"))
    assert (suite.tests, suite.failures) == (1, 1)
    change = f"execution {FIRST} startTime 2124-06-04T00:00:00Z => 2124-06-04T08:30:00Z"
    assert next(iter(suite)).result[0].message.startswith(f"{change}, execution {SECOND} is gone (")
    assert f"execution `{FIRST}` `startTime` `2124-06-04T00:00:00Z` => `2124-06-04T08:30:00Z`" in planned.read("r.md")


def test_a_baseline_without_executions_stays_version_1_and_does_not_read_them(cli: Cli) -> None:
    text = cli.recorded()
    assert json.loads(text)["version"] == 1
    cli.emulator.log.clear()
    move_any = cli.emulator.store.executions.of(EXAMPLE_JOB_ID)[0]
    cli.emulator.store.executions.delete(str(move_any["Id"]))
    assert cli.check().code == 0
    assert {record.action for record in cli.emulator.requests} == {"ListScheduledPreloadJobs"}
    assert cli("drift", "record", "--again", "-o", BASELINE).code == 0
    assert cli.read(BASELINE) == text


def test_a_field_of_executions_can_be_ignored(cli: Cli) -> None:
    cli.emulator.store.executions.set(EXAMPLE_JOB_ID, PLANS)
    text = cli.record("--executions", "--ignore-field", "executions.startTime")
    assert "executions.startTime" not in json.loads(text)["fields"]
    move(client_for(cli.emulator))
    assert cli.check().code == 0
    assert cli("drift", "record", "--again", "-o", BASELINE).code == 0
    assert json.loads(cli.read(BASELINE))["ignoreFields"] == ["executions.startTime"]


def test_only_the_fields_that_the_file_covers_are_compared(cli: Cli) -> None:
    document = json.loads(cli.record("--executions"))
    fields = [name for name in document["fields"] if name != "domains"]
    for job in document["jobs"].values():
        job.pop("domains", None)
    cli.write(BASELINE, json.dumps({**document, "fields": fields}))
    # As with a field that only a later version of the product knows: it is not in the file, so no job changed.
    assert cli.check().code == 0
    cli.write(BASELINE, json.dumps({**document, "fields": [*fields, "colour"]}))
    ran = cli.check()
    assert ran.code == 1
    assert "'colour' is not a field; known to alicloud-esa " in ran.err


def test_accepting_says_what_was_accepted(planned: Cli) -> None:
    move(client_for(planned.emulator))
    ran = planned("drift", "record", "--again", "-o", BASELINE)
    change = f"{JOB}: execution {FIRST} startTime 2124-06-04T00:00:00Z => 2124-06-04T08:30:00Z"
    assert ran.err.splitlines()[1:] == ["accepted: 1 changed", change]
    assert planned.check().code == 0


def test_another_site_is_not_recorded_over_a_baseline_unasked(cli: Cli) -> None:
    text = cli.recorded()
    other = [*("drift", "record", "--site-id", str(SITE_ID + 1), "-o", BASELINE)]
    ran = cli(*other)
    assert (ran.code, cli.read(BASELINE)) == (1, text)
    assert ran.err.startswith(f"error: --output: {BASELINE} holds site {SITE}; give another file, or --force to record")
    assert cli(*other, "--force").code == 0
    assert json.loads(cli.read(BASELINE))["siteId"] == str(SITE_ID + 1)
