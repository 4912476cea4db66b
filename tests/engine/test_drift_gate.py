"""failOnDrift: a plain preview or update of the stack is the gate, a refresh accepts, and nothing else changes."""

from __future__ import annotations

import json

import pytest

from emulator import Emulator, Glitch
from tests.support.baseline_program import record
from tests.support.engine import EXAMPLE_SITE_ID, SITE_ID, Engine, Result

pytestmark = pytest.mark.usefixtures("attached")
CLEAN, FAILED, DRIFT = 0, 1, 7
SITE = int(EXAMPLE_SITE_ID)
JOB_ID = "665d3af3621bccf3fe29e1a4"
CHANGED = f"job example ({JOB_ID}): urlCount 2 => 77"
ACCEPT = "to accept what is there, run `pulumi refresh`"
PROGRAM = """
name: gate
runtime: yaml
resources:
  jobs:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: PROPERTIES
    options: OPTIONS
  other:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: {siteId: "OTHER", pageSize: PAGE}
outputs:
  jobCount: ${jobs.jobCount}
"""


def program(options: str = "{}", page: int = 50, **properties: object) -> str:
    given = json.dumps({"siteId": EXAMPLE_SITE_ID, "failOnDrift": True, **properties})
    text = PROGRAM.replace("PROPERTIES", given).replace("OPTIONS", options)
    return text.replace("OTHER", SITE_ID).replace("PAGE", str(page))


@pytest.fixture
def gated(engine: Engine) -> Engine:
    """A stack that has recorded the site's jobs, with the gate on."""
    return record(engine, program())


def up(engine: Engine, *arguments: str, code: int = 0) -> Result:
    result = engine.run("up", "--yes", "--skip-preview", *arguments)
    assert result.code == code, result.text
    assert "Traceback" not in result.text
    return result


def preview(engine: Engine, *arguments: str) -> Result:
    result = engine.run("preview", *arguments)
    assert "Traceback" not in result.text
    return result


def diagnostics(result: Result) -> str:
    """What stays on the screen: while it runs, the display repeats the last line in each row that it prints."""
    return result.text.split("Diagnostics:")[1]


def change(emulator: Emulator, count: int = 77) -> None:
    emulator.store.change(SITE, JOB_ID, UrlCount=count)


def test_drift_fails_preview_and_update_with_a_line_a_job_until_a_refresh_accepts(
    gated: Engine, emulator: Emulator
) -> None:
    assert preview(gated, "--expect-no-changes").code == CLEAN
    assert gated.outputs() == {"jobCount": 1}
    change(emulator)
    added = emulator.store.add(SITE, Name="rogue").id
    for result in (preview(gated), up(gated, code=FAILED)):
        assert result.code == FAILED
        assert CHANGED in result.text
        assert f"job rogue ({added}) is new" in result.text
        assert ACCEPT in result.text
    # An update that failed accepted nothing.
    assert preview(gated).code == FAILED
    assert gated.run("refresh", "--preview-only", "--expect-no-changes").code == DRIFT
    assert gated.run("refresh", "--yes", "--skip-preview").code == CLEAN
    assert preview(gated, "--expect-no-changes").code == CLEAN
    up(gated)
    assert gated.outputs() == {"jobCount": 2}


def test_without_the_gate_preview_and_update_do_not_look(engine: Engine, emulator: Emulator) -> None:
    record(engine, program(failOnDrift=False))
    change(emulator)
    sent = len(emulator.requests)
    assert preview(engine, "--expect-no-changes").code == CLEAN
    up(engine)
    assert len(emulator.requests) == sent
    # Turned on, it holds what was recorded against what is there, and accepts nothing.
    engine.write(program())
    assert CHANGED in preview(engine).text
    up(engine, code=FAILED)


def test_another_question_records_anew_and_is_no_failure(gated: Engine, emulator: Emulator) -> None:
    change(emulator)
    gated.write(program(taskType="preload"))
    assert preview(gated).code == CLEAN
    up(gated)
    assert preview(gated, "--expect-no-changes").code == CLEAN
    change(emulator, 78)
    assert "urlCount 77 => 78" in preview(gated).text


def test_a_resource_that_is_made_anew_has_nothing_to_compare_with(gated: Engine, emulator: Emulator) -> None:
    change(emulator)
    up(gated, code=FAILED)
    up(gated, "--replace", "**jobs")
    # What was there has become what is recorded, as the guide says.
    up(gated)


def test_counters_and_ignored_fields_are_no_failure(gated: Engine, emulator: Emulator) -> None:
    emulator.store.change(SITE, JOB_ID, TaskSubmitted=900, ErrorInfo="x", ExecutionCount=5)
    assert preview(gated).code == CLEAN


def test_a_service_that_cannot_be_asked_fails_the_gate_and_accepts_nothing(gated: Engine, emulator: Emulator) -> None:
    emulator.glitches.add(Glitch(code="Forbidden.RAM", times=100))
    result = preview(gated)
    assert result.code == FAILED
    assert "Forbidden.RAM" in result.text
    assert ACCEPT not in result.text
    up(gated, code=FAILED)
    emulator.glitches.clear()
    assert preview(gated, "--expect-no-changes").code == CLEAN


def test_destroy_does_not_look(gated: Engine, emulator: Emulator) -> None:
    change(emulator)
    emulator.glitches.add(Glitch(code="Forbidden.RAM", times=100))
    result = gated.run("destroy", "--yes", "--skip-preview")
    assert result.code == CLEAN, result.text


def test_an_update_of_something_else_alone_is_not_held_up(gated: Engine, emulator: Emulator) -> None:
    change(emulator)
    gated.write(program(page=25))
    assert up(gated, code=FAILED)
    target = "urn:pulumi:dev::gate::alicloud-esa:index:ScheduledPreloadJobsBaseline::other"
    up(gated, "--target", target)
    assert CHANGED in preview(gated).text
    # And the job's own resource can be accepted alone.
    own = target.replace("other", "jobs")
    assert gated.run("refresh", "--yes", "--skip-preview", "--target", own).code == CLEAN
    assert preview(gated, "--expect-no-changes").code == CLEAN


def test_all_jobs_named_by_ignore_changes_are_no_failure_one_field_is_for_a_rule(
    engine: Engine, emulator: Emulator
) -> None:
    record(engine, program("{ignoreChanges: [jobs]}"))
    change(emulator)
    assert preview(engine, "--expect-no-changes").code == CLEAN
    # The engine tells a provider of it in a refresh, but not where a program's inputs are checked.
    engine.write(program(f"""{{ignoreChanges: ['jobs["{JOB_ID}"].urlCount']}}"""))
    assert engine.run("refresh", "--preview-only", "--expect-no-changes").code == CLEAN
    assert CHANGED in preview(engine).text


def test_a_finding_that_a_rule_ignores_is_no_failure_and_is_told(engine: Engine, emulator: Emulator) -> None:
    rules = [
        {"job": "example", "field": "urlCount", "reason": "sale until new year", "until": "2999-12-31"},
        {"job": "/^gone/", "reason": "never there"},
    ]
    record(engine, program(ignore=rules))
    change(emulator)
    result = preview(engine, "--expect-no-changes")
    assert result.code == CLEAN, result.text
    assert f"ignored: {CHANGED} (sale until new year, until 2999-12-31)" in result.text
    assert diagnostics(result).count("the rule for /^gone/ matches nothing (never there)") == 1
    refresh = engine.run("refresh", "--preview-only", "--expect-no-changes")
    assert refresh.code == CLEAN, refresh.text
    assert f"ignored: {CHANGED} (sale until new year, until 2999-12-31)" in refresh.text
    assert diagnostics(refresh).count("the rule for /^gone/ matches nothing (never there)") == 1
    engine.write(program(ignore=[{**rules[0], "until": "2020-12-31"}]))
    result = preview(engine)
    assert result.code == FAILED
    assert CHANGED in result.text
    assert "the rule for example, urlCount ran out" in result.text


def test_a_wrong_rule_is_named_on_its_property(engine: Engine, emulator: Emulator) -> None:
    engine.write(program(ignore=[{"job": "example", "reason": "x", "until": "soon"}]))
    engine.stack()
    result = preview(engine)
    assert result.code == FAILED
    assert "ignore[0].until" in result.text
    assert "'soon' is not a date" in result.text


UNKNOWN = """
import asyncio
import pulumi
from pulumi_alicloud_esa import ScheduledPreloadJobsBaseline


def done(value):
    future = asyncio.get_event_loop().create_future()
    future.set_result(value)
    return future


mine = "^example$"
if pulumi.runtime.is_dry_run():
    mine = pulumi.Output(set(), done(mine), done(False))
ScheduledPreloadJobsBaseline("jobs", site_id="SITE", fail_on_drift=True, name_regex=mine)
"""


def test_an_input_that_is_not_known_in_preview_is_judged_in_the_update(engine: Engine, emulator: Emulator) -> None:
    engine.write("name: preload-jobs\nruntime: python\n")
    engine.stack()
    engine.write(UNKNOWN.replace("SITE", EXAMPLE_SITE_ID), "main.py")
    main = engine.folder / "main.py"
    assert engine.inline(main, "preview").code == CLEAN
    result = engine.inline(main, "up")
    assert result.code == CLEAN, result.text
    change(emulator)
    result = engine.inline(main, "preview")
    assert (result.code, result.json()) == (CLEAN, {"same": 1, "update": 1}), result.text
    result = engine.inline(main, "up")
    assert result.code == FAILED
    assert CHANGED in result.text
    assert ACCEPT in result.text
