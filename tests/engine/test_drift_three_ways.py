"""One change of a plan, three ways to see it side by side: each with its exit code, all in the same words.

The official SDK's client changes the plan as a person's script would. The stack records it, the function declares it,
and the command keeps it in a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from alibabacloud_esa20240910.client import Client

from emulator import EXAMPLE_JOB_ID, Emulator
from tests.support.baseline_program import record
from tests.support.engine import EXAMPLE_SITE_ID, Engine
from tests.support.official_sdk import FIRST, UTCNOW, add, client_for, delete, move, stop

pytestmark = [pytest.mark.filterwarnings(UTCNOW), pytest.mark.usefixtures("attached")]

PAST = f"{2:024x}"
PLAN = {"Interval": 30, "SliceLen": 5, "Status": "waiting"}
NEXT = {"startTime": "2124-06-04T10:00:00+02:00", "endTime": "2124-06-04T09:00:00Z", "interval": 30, "sliceLen": 5}
OVER = {**NEXT, "startTime": "2024-06-04T08:00:00Z", "endTime": "2024-06-04T09:00:00Z"}
PROGRAM = """
name: three-ways
runtime: yaml
resources:
  jobs:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: {siteId: "SITE", recordExecutions: true}
variables:
  drift:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobsDrift
      arguments: {siteId: "SITE", expected: [{name: example, executions: EXECUTIONS}], failOnDrift: true}
outputs:
  summary: ${drift.summary}
"""
REFRESH = ("refresh", "--preview-only", "--expect-no-changes", "--diff")
RECORD = ("alicloud-esa", "drift", "record", "--executions", "--site-id", EXAMPLE_SITE_ID, "-o", "jobs.json")
CHECK = ("alicloud-esa", "drift", "check", "--baseline", "jobs.json")
JOB = f"job example ({EXAMPLE_JOB_ID}): execution "
CLEAN = f"site {EXAMPLE_SITE_ID}: no drift in 1 scheduled preload job"


@pytest.fixture
def client(engine: Engine, emulator: Emulator) -> Client:
    """The client, after all three ways know a job's plan: one execution to come, one that is over."""
    executions = emulator.store.executions
    executions.set(EXAMPLE_JOB_ID, [])
    for key, plan in ((FIRST, NEXT), (PAST, OVER)):
        executions.add(EXAMPLE_JOB_ID, Id=key, StartTime=plan["startTime"], EndTime=plan["endTime"], **PLAN)
    record(engine, PROGRAM.replace("SITE", EXAMPLE_SITE_ID).replace("EXECUTIONS", json.dumps([OVER, NEXT])))
    assert engine.outputs() == {"summary": CLEAN}
    assert engine.command(*RECORD).code == 0
    return client_for(emulator)


GONE = "is gone (2124-06-04T08:00:00Z to 2124-06-04T09:00:00Z, interval 30, sliceLen 5)"
NEW = "is new (2130-01-01T00:00:00Z to 2130-01-01T02:00:00Z, interval 60, sliceLen 7)"


@pytest.mark.parametrize(
    ("by_hand", "field", "words"),
    [
        (move, "executions.startTime", f"{FIRST} startTime 2124-06-04T08:00:00Z => 2124-06-04T08:30:00Z"),
        (delete, "executions", f"{FIRST} {GONE}"),
        (add, "executions", NEW),
        (stop, "executions.stopped", f"{FIRST} was stopped"),
    ],
)
def test_what_a_person_changes_is_drift_in_the_same_words(
    engine: Engine, client: Client, by_hand: Callable[[Client], object], field: str, words: str
) -> None:
    by_hand(client)
    refresh, preview, check = engine.run(*REFRESH), engine.run("preview"), engine.command(*CHECK)
    summary = f"site {EXAMPLE_SITE_ID}: drift: 1 changed: example ({field})"
    # A stop is not part of a plan that a program declares.
    declared = by_hand is not stop
    assert (refresh.code, preview.code, check.code) == (7, 1 if declared else 0, 7)
    assert (summary in preview.text) is declared
    first, line = check.stdout.splitlines()[:2]
    assert first == summary
    assert line.startswith(JOB)
    assert line.endswith(words)
    assert line in refresh.text


@pytest.mark.parametrize("happens", ["a status moves", "a past execution is gone", "counters move"])
def test_what_happens_by_itself_is_clean_in_all_three(
    engine: Engine, emulator: Emulator, client: Client, happens: str
) -> None:
    if happens == "a past execution is gone":
        delete(client, PAST)
    elif happens == "a status moves":
        emulator.store.executions.change(FIRST, Status="running")
        emulator.store.executions.change(PAST, Status="failed")
    else:
        counters = {"ExecutionCount": 9, "TaskSubmitted": 9, "UrlSubmitted": 9}
        emulator.store.change(int(EXAMPLE_SITE_ID), EXAMPLE_JOB_ID, **counters)
    refresh, preview, check = engine.run(*REFRESH), engine.run("preview"), engine.command(*CHECK)
    assert (refresh.code, preview.code, check.code) == (0, 0, 0), refresh.text + preview.text + check.text
    # Its summary is an output, which a preview shows where it is another one than before.
    assert "Outputs:" not in preview.text
    assert check.stdout == f"{CLEAN}\n"
    assert "~" not in refresh.text
