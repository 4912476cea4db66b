"""getScheduledPreloadJobsDrift: the expectation stands in the program; `failOnDrift` turns the preview red."""

from __future__ import annotations

import json

import pytest

from emulator import Emulator, Glitch
from tests.support.engine import EXAMPLE_SITE_ID, Engine, Result

pytestmark = pytest.mark.usefixtures("attached")
SITE = int(EXAMPLE_SITE_ID)
JOB_ID = "665d3af3621bccf3fe29e1a4"
PROGRAM = """
name: gate
runtime: yaml
variables:
  drift:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobsDrift
      arguments: ARGUMENTS
outputs:
  drift: ${drift}
"""
EXPECTED = {"name": "example", "domains": "testurl.com", "urlCount": 2, "taskType": "preload"}


def gate(engine: Engine, *expected: object, **arguments: object) -> Result:
    given = {"siteId": EXAMPLE_SITE_ID, "expected": list(expected), **arguments}
    engine.write(PROGRAM.replace("ARGUMENTS", json.dumps(given)))
    if not (engine.folder / "stacked").exists():
        engine.stack()
        (engine.folder / "stacked").touch()
    result = engine.run("preview")
    assert "Traceback" not in result.text
    assert 'File "' not in result.text
    return result


def verdict(engine: Engine) -> dict[str, object]:
    result = engine.run("up", "--yes", "--skip-preview")
    assert result.code == 0, result.text
    answer: dict[str, object] = engine.outputs()["drift"]
    return answer


def test_as_declared_is_clean(engine: Engine) -> None:
    assert gate(engine, EXPECTED, failOnDrift=True).code == 0
    answer = verdict(engine)
    assert answer["drifted"] is False
    assert answer["missing"] == answer["unexpected"] == answer["changed"] == []
    assert answer["failed"] == ["example"]
    assert "no drift in 1 scheduled preload job" in str(answer["summary"])


def test_every_kind_of_drift_is_told_apart(engine: Engine, emulator: Emulator) -> None:
    emulator.store.change(SITE, JOB_ID, UrlCount=9)
    emulator.store.add(SITE, Name="added-by-hand")
    assert gate(engine, EXPECTED, {"name": "lost"}).code == 0
    answer = verdict(engine)
    assert answer["drifted"] is True
    assert answer["missing"] == ["lost"]
    assert answer["unexpected"] == ["added-by-hand"]
    assert answer["missingIds"] == [""]
    assert answer["unexpectedIds"] == [emulator.store.jobs(SITE)[0].id]
    assert answer["changed"] == [
        {"name": "example", "jobId": JOB_ID, "field": "urlCount", "expected": "2", "actual": "9"}
    ]
    assert "| changed | `urlCount` `2` => `9` |" in str(answer["markdown"])


def test_fail_on_drift_turns_preview_red_and_names_the_jobs(engine: Engine, emulator: Emulator) -> None:
    emulator.store.change(SITE, JOB_ID, Domains="other.example.com")
    result = gate(engine, EXPECTED, {"name": "lost"}, failOnDrift=True)
    assert result.code == 1
    assert f"site {EXAMPLE_SITE_ID}: drift: 1 gone: lost; 1 changed: example (domains)" in result.text
    assert f"job example ({JOB_ID}): domains testurl.com => other.example.com" in result.text


def test_unexpected_jobs_can_be_allowed(engine: Engine, emulator: Emulator) -> None:
    emulator.store.add(SITE, Name="added-by-hand")
    assert gate(engine, EXPECTED, failOnDrift=True).code == 1
    assert gate(engine, EXPECTED, failOnDrift=True, allowUnexpected=True).code == 0


def test_counters_count_only_where_they_are_declared(engine: Engine, emulator: Emulator) -> None:
    emulator.store.change(SITE, JOB_ID, TaskSubmitted=50, ExecutionCount=60)
    assert gate(engine, EXPECTED, failOnDrift=True).code == 0
    assert gate(engine, {**EXPECTED, "executionCount": 1}, failOnDrift=True).code == 1


def test_order_is_no_drift(engine: Engine, emulator: Emulator) -> None:
    emulator.store.add(SITE, Name="second")
    assert gate(engine, {"name": "second"}, EXPECTED, failOnDrift=True).code == 0
    emulator.store.shuffle(SITE, 1)
    assert gate(engine, EXPECTED, {"name": "second"}, failOnDrift=True).code == 0


@pytest.mark.parametrize("fail_on_drift", [True, False])
def test_could_not_read_is_an_error_and_no_verdict(engine: Engine, emulator: Emulator, fail_on_drift: bool) -> None:
    emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", times=10))
    result = gate(engine, EXPECTED, failOnDrift=fail_on_drift)
    assert result.code == 1
    assert "InvalidUid.PermissionDenied" in result.text
    assert "drift:" not in result.text


def test_wrong_declarations_are_refused_with_their_path(engine: Engine, emulator: Emulator) -> None:
    wrong = {"name": "b", "urlCount": 1.5, "executionCount": -1}
    result = gate(engine, {"name": "a"}, {"name": "a"}, wrong)
    assert result.code == 1
    for part in (
        "expected[1].name: the text given is given twice",
        "expected[2].urlCount: 1.5 is not accepted",
        "expected[2].executionCount: -1 is not accepted",
    ):
        assert part in result.text
    assert emulator.requests == []


def test_a_field_that_does_not_exist_is_refused(engine: Engine, emulator: Emulator) -> None:
    result = gate(engine, {"name": "a", "colour": "red"})
    assert result.code == 1
    assert "colour" in result.text
    assert emulator.requests == []


def test_health_is_reported_when_asked_for_and_leaves_the_verdict(engine: Engine, emulator: Emulator) -> None:
    run = emulator.store.executions.of(JOB_ID)[0]
    emulator.store.executions.set(JOB_ID, [{**run, "Status": "failed", "StartTime": "2024-06-02T16:00:00.000+08:00"}])
    assert gate(engine, EXPECTED, health=True, failOnDrift=True).code == 0
    answer = verdict(engine)
    assert answer["drifted"] is False
    assert answer["withoutExecution"] == ["example"]
    assert answer["health"] == [
        {
            "name": "example",
            "jobId": JOB_ID,
            "ahead": 0,
            "failed": 1,
            "stopped": 0,
            "lastFailed": "2024-06-02T08:00:00Z",
        }
    ]
    assert str(answer["summary"]).endswith("; health: 1 job with failed or stopped runs, 1 with no run ahead")
    assert "example: 1 failed, none ahead; last failed 2024-06-02T08:00Z" in str(answer["markdown"])


def test_executions_that_cannot_be_read_are_an_error(engine: Engine, emulator: Emulator) -> None:
    emulator.glitches.add(Glitch(code="Forbidden.RAM", action="ListScheduledPreloadExecutions"))
    result = gate(engine, EXPECTED, health=True)
    assert result.code == 1
    assert "esa:ListScheduledPreloadExecutions" in result.text
