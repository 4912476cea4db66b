"""A job's plan in the baseline resource: a moved, stopped, new or deleted execution is drift, a status is not."""

from __future__ import annotations

import json

import pytest

from emulator import Emulator
from tests.support.engine import EXAMPLE_SITE_ID, Engine, Result

CLEAN, DRIFT = 0, 7
JOB_ID = "665d3af3621bccf3fe29e1a4"
FIRST, SECOND = f"{1:024x}", f"{2:024x}"
PLAN = {"AliUid": "1", "JobId": JOB_ID, "Interval": 30, "SliceLen": 5, "Status": "waiting"}
FUTURE = {**PLAN, "Id": FIRST, "StartTime": "2124-06-04T08:00:00Z", "EndTime": "2124-06-04T09:00:00Z"}
PAST = {**PLAN, "Id": SECOND, "StartTime": "2024-06-04T08:00:00Z", "EndTime": "2024-06-04T09:00:00Z"}
PROGRAM = """
name: plans
runtime: yaml
resources:
  jobs:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: PROPERTIES
    options: OPTIONS
"""


def program(options: str = "{}", **properties: object) -> str:
    given = json.dumps({"siteId": EXAMPLE_SITE_ID, "recordExecutions": True, **properties})
    return PROGRAM.replace("PROPERTIES", given).replace("OPTIONS", options)


def set_plans(emulator: Emulator, *executions: dict[str, object]) -> None:
    emulator.store.executions.set(JOB_ID, executions)


@pytest.fixture
def baseline(engine: Engine, emulator: Emulator) -> Engine:
    """A stack that has recorded the job with one execution to come and one that is over."""
    set_plans(emulator, FUTURE, PAST)
    engine.write(program())
    engine.stack()
    update = engine.run("up", "--yes", "--skip-preview")
    assert update.code == 0, update.text
    return engine


def check(engine: Engine) -> Result:
    result = engine.run("refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert "Traceback" not in result.text
    return result


def recorded(engine: Engine) -> dict[str, object]:
    state = engine.run("stack", "export").json()
    (resource,) = (r for r in state["deployment"]["resources"] if "Baseline" in r["type"])
    assert resource["inputs"] == resource["outputs"]
    executions: dict[str, object] = resource["outputs"]["jobs"][JOB_ID]["executions"]
    return executions


def test_the_plan_is_recorded_and_a_moving_status_is_clean(baseline: Engine, emulator: Emulator) -> None:
    assert recorded(baseline) == {
        FIRST: {
            "startTime": "2124-06-04T08:00:00Z",
            "endTime": "2124-06-04T09:00:00Z",
            "interval": 30,
            "sliceLen": 5,
        },
        SECOND: {
            "startTime": "2024-06-04T08:00:00Z",
            "endTime": "2024-06-04T09:00:00Z",
            "interval": 30,
            "sliceLen": 5,
        },
    }
    set_plans(emulator, {**PAST, "Status": "finished"}, {**FUTURE, "Status": "running"})
    assert check(baseline).code == CLEAN


def test_a_moved_execution_is_drift_told_by_job_execution_and_field(baseline: Engine, emulator: Emulator) -> None:
    set_plans(emulator, {**FUTURE, "StartTime": "2124-06-04T08:30:00Z"}, PAST)
    result = check(baseline)
    assert result.code == DRIFT
    assert 'startTime: "2124-06-04T08:00:00Z" => "2124-06-04T08:30:00Z"' in result.text
    assert (
        f"job example ({JOB_ID}): execution {FIRST} startTime 2124-06-04T08:00:00Z => 2124-06-04T08:30:00Z"
        in result.text
    )
    assert baseline.run("refresh", "--yes", "--skip-preview").code == 0
    assert check(baseline).code == CLEAN
    assert baseline.run("preview", "--expect-no-changes").code == CLEAN
