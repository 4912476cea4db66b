"""A job's plan in the baseline resource, changed by the official SDK's client as a person's script would.

A moved, stopped, new or deleted execution is drift, told by job, execution and field. A status that moved by itself, a
run that is over and gone, a counter and another spelling are not.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from alibabacloud_esa20240910 import models
from alibabacloud_esa20240910.client import Client

from emulator import Emulator
from tests.support import baseline_program
from tests.support.baseline_program import check, record, state
from tests.support.engine import EXAMPLE_SITE_ID, SITE_ID, Engine
from tests.support.official_sdk import FIRST, UTCNOW, add, client_for, delete, move, stop

pytestmark = [pytest.mark.filterwarnings(UTCNOW), pytest.mark.usefixtures("attached")]

CLEAN, DRIFT = 0, 7
SITE = int(EXAMPLE_SITE_ID)
JOB_ID = "665d3af3621bccf3fe29e1a4"
PAST = f"{2:024x}"
PLAN = {"Interval": 30, "SliceLen": 5, "Status": "waiting"}
TOKEN = "alicloud-esa:index:ScheduledPreloadJobsBaseline"
RECORDED = {
    FIRST: {
        "startTime": "2124-06-04T08:00:00Z",
        "endTime": "2124-06-04T09:00:00Z",
        "interval": 30,
        "sliceLen": 5,
    },
    PAST: {
        "startTime": "2024-06-04T08:00:00.500Z",
        "endTime": "2024-06-04T09:00:00Z",
        "interval": 30,
        "sliceLen": 5,
    },
}


def program(options: str = "{}", **properties: object) -> str:
    return baseline_program.program(options, **{"siteId": EXAMPLE_SITE_ID, "recordExecutions": True, **properties})


@pytest.fixture
def client(emulator: Emulator) -> Client:
    """The official client, on a site whose job has one execution to come and one that is over."""
    executions = emulator.store.executions
    executions.set(JOB_ID, [])
    executions.add(
        JOB_ID, Id=FIRST, StartTime="2124-06-04T16:00:00.000+08:00", EndTime="2124-06-04T17:00:00+0800", **PLAN
    )
    executions.add(JOB_ID, Id=PAST, StartTime="2024-06-04T16:00:00.500+08:00", EndTime="2024-06-04T09:00:00+Z", **PLAN)
    return client_for(emulator)


@pytest.fixture
def baseline(engine: Engine, client: Client) -> Engine:
    """A stack that has recorded that site."""
    return record(engine, program())


def accept(engine: Engine) -> None:
    result = engine.run("refresh", "--yes", "--skip-preview")
    assert result.code == 0, result.text
    assert check(engine).code == CLEAN
    assert engine.run("preview", "--expect-no-changes").code == CLEAN


def recorded(engine: Engine) -> Any:
    return state(engine)["jobs"][JOB_ID].get("executions")


def test_the_plan_is_recorded_and_what_moves_by_itself_is_clean(baseline: Engine, emulator: Emulator) -> None:
    assert recorded(baseline) == RECORDED
    executions = emulator.store.executions
    ahead, past = executions.of(JOB_ID)
    executions.set(
        JOB_ID,
        [
            {**past, "Status": "finished", "StartTime": "2024-06-04T08:00:00.5Z"},
            {**ahead, "Status": "running", "StartTime": "2124-06-04T08:00:00+Z"},
        ],
    )
    emulator.store.change(SITE, JOB_ID, ExecutionCount=99, TaskSubmitted=77)
    result = check(baseline)
    assert result.code == CLEAN, result.text


def test_a_moved_execution_is_told_by_job_execution_and_field(baseline: Engine, client: Client) -> None:
    move(client)
    result = check(baseline)
    assert result.code == DRIFT
    assert 'startTime: "2124-06-04T08:00:00Z" => "2124-06-04T08:30:00Z"' in result.text
    line = f"job example ({JOB_ID}): execution {FIRST} startTime 2124-06-04T08:00:00Z => 2124-06-04T08:30:00Z"
    assert line in result.text
    accept(baseline)


def test_a_stopped_execution_is_drift_and_so_is_one_started_again(baseline: Engine, client: Client) -> None:
    stop(client)
    result = check(baseline)
    assert result.code == DRIFT
    assert f"job example ({JOB_ID}): execution {FIRST} was stopped" in result.text
    assert "+ stopped: true" in result.text
    accept(baseline)
    client.start_scheduled_preload_execution(models.StartScheduledPreloadExecutionRequest(id=FIRST))
    result = check(baseline)
    assert result.code == DRIFT
    assert f"job example ({JOB_ID}): execution {FIRST} was started again" in result.text


def test_a_new_execution_is_drift(baseline: Engine, client: Client) -> None:
    added = add(client)
    result = check(baseline)
    assert result.code == DRIFT
    shown = "2130-01-01T00:00:00Z to 2130-01-01T02:00:00Z, interval 60, sliceLen 7"
    assert f"job example ({JOB_ID}): execution {added} is new ({shown})" in result.text
    assert f"+ {added}: {{" in result.text
    accept(baseline)


def test_a_deleted_execution_is_drift_and_one_that_ran_out_may_go(baseline: Engine, client: Client) -> None:
    delete(client, PAST)
    assert check(baseline).code == CLEAN
    delete(client)
    result = check(baseline)
    assert result.code == DRIFT
    shown = "2124-06-04T08:00:00Z to 2124-06-04T09:00:00Z, interval 30, sliceLen 5"
    assert f"job example ({JOB_ID}): execution {FIRST} is gone ({shown})" in result.text
    assert PAST not in result.text
    accept(baseline)
    assert recorded(baseline) == {}


def test_a_refresh_drops_an_execution_that_ran_out_and_is_gone_without_a_word(baseline: Engine, client: Client) -> None:
    delete(client, PAST)
    assert baseline.run("preview", "--expect-no-changes").code == CLEAN
    accept(baseline)
    assert recorded(baseline) == {FIRST: RECORDED[FIRST]}


def test_the_services_clock_says_what_ran_out(baseline: Engine, emulator: Emulator, client: Client) -> None:
    delete(client)
    assert check(baseline).code == DRIFT
    # A hundred years later by its Date, which the provider learns as it learns of any clock that is off.
    emulator.clock_offset = 99.5 * 365.25 * 86400
    result = check(baseline)
    assert result.code == CLEAN, result.text


def test_turning_executions_on_or_off_records_anew_and_is_no_drift(
    baseline: Engine, emulator: Emulator, client: Client
) -> None:
    move(client)
    baseline.write(program(recordExecutions=False))
    assert baseline.run("up", "--yes", "--skip-preview").code == 0
    assert recorded(baseline) is None
    move(client, start="2124-06-04T16:45:00+0800")
    sent = len(emulator.requests)
    assert check(baseline).code == CLEAN
    assert {record.action for record in emulator.requests[sent:]} == {"ListScheduledPreloadJobs"}
    baseline.write(program())
    assert baseline.run("up", "--yes", "--skip-preview").code == 0
    assert check(baseline).code == CLEAN
    assert "2124-06-04T08:45:00Z" in str(recorded(baseline))


def test_ignore_changes_reaches_one_field_of_one_execution(engine: Engine, emulator: Emulator, client: Client) -> None:
    record(engine, program(f"""{{ignoreChanges: ['jobs["{JOB_ID}"].executions["{FIRST}"].startTime']}}"""))
    move(client)
    assert check(engine).code == CLEAN
    assert engine.run("preview", "--expect-no-changes").code == CLEAN
    move(client, PAST, "2024-06-04T16:30:00+0800")
    assert check(engine).code == DRIFT


def test_ignore_fields_leaves_a_field_of_all_executions_out(engine: Engine, client: Client) -> None:
    record(engine, program(ignoreFields=["executions.startTime", "executionCount", "taskSubmitted", "errorInfo"]))
    assert "startTime" not in str(recorded(engine))
    assert "executions.startTime" not in str(state(engine)["recordedFields"])
    move(client)
    assert check(engine).code == CLEAN
    client.update_scheduled_preload_execution(models.UpdateScheduledPreloadExecutionRequest(id=FIRST, interval=60))
    result = check(engine)
    assert result.code == DRIFT
    assert "interval 30 => 60" in result.text


def test_an_import_records_without_executions_and_turning_them_on_records_them(engine: Engine, client: Client) -> None:
    engine.write("name: baseline\nruntime: yaml\n")
    engine.stack()
    result = engine.run("import", TOKEN, "jobs", EXAMPLE_SITE_ID, "--yes", "--protect=false")
    assert result.code == 0, result.text
    assert recorded(engine) is None
    engine.write(program())
    assert engine.run("up", "--yes", "--skip-preview").code == 0
    assert recorded(engine) == RECORDED
    assert check(engine).code == CLEAN


def test_get_reads_jobs_without_their_executions(engine: Engine, client: Client) -> None:
    engine.write(f"""
name: got
runtime: yaml
resources:
  jobs:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    get: {{id: "{EXAMPLE_SITE_ID}"}}
outputs:
  count: ${{jobs.jobCount}}
  name: ${{jobs.jobs["{JOB_ID}"].name}}
""")
    engine.stack()
    result = engine.run("up", "--yes", "--skip-preview")
    assert result.code == 0, result.text
    assert engine.outputs() == {"count": 1, "name": "example"}


def edit_state(engine: Engine, **outputs: object) -> None:
    """Put other properties into the state; None takes one away."""
    exported = engine.run("stack", "export").json()
    (resource,) = (r for r in exported["deployment"]["resources"] if "Baseline" in r["type"])
    for side in ("inputs", "outputs"):
        for name, value in outputs.items():
            resource[side].pop(name, None)
            if value is not None:
                resource[side][name] = value
    engine.write(json.dumps(exported), "state.json")
    assert engine.run("stack", "import", "--file", "state.json").code == 0


def test_a_state_of_the_first_version_is_read_and_stays_clean(engine: Engine, emulator: Emulator) -> None:
    record(engine, program(siteId=SITE_ID, recordExecutions=False))
    edit_state(engine, recordedFields=None, jobCount=None)
    assert check(engine).code == CLEAN
    assert engine.run("preview", "--expect-no-changes").code == CLEAN
    emulator.store.change(int(SITE_ID), emulator.store.jobs(int(SITE_ID))[0].id, UrlCount=123456)
    assert check(engine).code == DRIFT
    accept(engine)
    assert state(engine)["jobCount"] == 45


@pytest.mark.parametrize(
    "junk",
    ["a text", 5, ["a list"], {JOB_ID: "a text"}, {JOB_ID: {"name": ["x"]}}, {JOB_ID: {"executions": {"x": 5}}}],
)
def test_junk_in_the_state_counts_as_changed_and_a_refresh_repairs_it(baseline: Engine, junk: object) -> None:
    edit_state(baseline, jobs=junk)
    result = check(baseline)
    assert result.code == DRIFT, result.text
    assert "defect" not in result.text
    assert "what was recorded cannot be read" in result.text
    assert "defect" not in baseline.run("preview").text
    baseline.write(program(failOnDrift=True))
    gate = baseline.run("preview")
    assert gate.code == 1
    assert "defect" not in gate.text
    assert "what was recorded cannot be read" in gate.text
    assert "unnamed" not in result.text + gate.text
    baseline.write(program())
    accept(baseline)
    assert recorded(baseline) == RECORDED


def test_a_field_of_a_newer_version_counts_as_changed_and_a_refresh_repairs_it(baseline: Engine) -> None:
    jobs = state(baseline)["jobs"]
    assert isinstance(jobs, dict)
    edit_state(baseline, jobs={JOB_ID: {**jobs[JOB_ID], "priority": "high"}})
    result = check(baseline)
    assert result.code == DRIFT
    assert f"job example ({JOB_ID}): priority high => nothing" in result.text
    accept(baseline)
