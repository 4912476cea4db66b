"""ScheduledPreloadJobsBaseline: refresh is the drift check. 0 is clean, 7 is drift, 1 is "could not read"."""

from __future__ import annotations

from typing import Any

import pytest

from emulator import Emulator, Glitch
from tests.support.baseline_program import check, program, record, state
from tests.support.engine import EMPTY_SITE_ID, EXAMPLE_SITE_ID, SITE_ID, Engine

pytestmark = pytest.mark.usefixtures("attached")

CLEAN, UNREADABLE, DRIFT = 0, 1, 7
SITE = int(SITE_ID)


@pytest.fixture
def baseline(engine: Engine) -> Engine:
    """A stack that has recorded the site's jobs."""
    return record(engine, program())


def recorded(engine: Engine) -> Any:
    return state(engine)["jobs"]


def an_id(emulator: Emulator, index: int = 3) -> str:
    return emulator.store.jobs(SITE)[index].id


def test_nothing_changed_is_clean(baseline: Engine) -> None:
    assert check(baseline).code == CLEAN
    assert len(recorded(baseline)) == 45


def test_a_changed_job_is_drift_and_its_fields_are_shown_under_id_and_name(
    baseline: Engine, emulator: Emulator
) -> None:
    job_id = an_id(emulator)
    was = emulator.store.job(SITE, job_id).fields
    emulator.store.change(SITE, job_id, UrlCount=77)
    result = check(baseline)
    assert result.code == DRIFT
    assert f"~ {job_id}: {{" in result.text
    assert f"urlCount: {was['UrlCount']} => 77" in result.text
    assert f"job {was['Name']} ({job_id}): urlCount {was['UrlCount']} => 77" in result.text


def test_an_added_job_is_drift(baseline: Engine, emulator: Emulator) -> None:
    job_id = emulator.store.add(SITE, Name="added-by-hand").id
    result = check(baseline)
    assert result.code == DRIFT
    assert f"+ {job_id}: {{" in result.text
    assert f"job added-by-hand ({job_id}) is new" in result.text


def test_a_deleted_job_is_drift(baseline: Engine, emulator: Emulator) -> None:
    job_id = an_id(emulator)
    gone = emulator.store.delete(SITE, job_id).fields
    result = check(baseline)
    assert result.code == DRIFT
    assert f"- {job_id}: {{" in result.text
    assert f"job {gone['Name']} ({job_id}) is gone" in result.text


def test_counters_that_move_by_themselves_are_no_drift(baseline: Engine, emulator: Emulator) -> None:
    counters = {"TaskSubmitted": 900, "UrlSubmitted": 901, "ExecutionCount": 902}
    words = {"ErrorInfo": "new", "FailedFileOss": "https://new"}
    emulator.store.change(SITE, an_id(emulator), **counters, **words)
    assert check(baseline).code == CLEAN


def test_counters_are_drift_when_asked_for(engine: Engine, emulator: Emulator) -> None:
    record(engine, program(ignoreFields=[]))
    emulator.store.change(SITE, an_id(emulator), ExecutionCount=902)
    result = check(engine)
    assert result.code == DRIFT
    assert "executionCount" in result.text


def test_another_order_is_no_drift(baseline: Engine, emulator: Emulator) -> None:
    emulator.store.shuffle(SITE)
    assert check(baseline).code == CLEAN


@pytest.mark.parametrize("code", ["InvalidUid.PermissionDenied", "SignatureDoesNotMatch", "InvalidJob.NotFound"])
def test_a_site_that_cannot_be_read_is_neither_clean_nor_drift(baseline: Engine, emulator: Emulator, code: str) -> None:
    before = recorded(baseline)
    emulator.glitches.add(Glitch(code=code, times=100))
    result = check(baseline)
    assert result.code == UNREADABLE
    assert code in result.text
    assert baseline.run("refresh", "--yes", "--skip-preview").code != 0
    emulator.glitches.clear()
    assert recorded(baseline) == before


def test_a_partial_answer_is_neither_clean_nor_drift(baseline: Engine, emulator: Emulator) -> None:
    emulator.glitches.add(Glitch(total_count="wrong"))
    result = check(baseline)
    assert result.code == UNREADABLE
    assert "TotalCount" in result.text


def test_refresh_accepts_what_is_there(baseline: Engine, emulator: Emulator) -> None:
    emulator.store.delete(SITE, an_id(emulator))
    emulator.store.add(SITE, Name="added-by-hand")
    assert check(baseline).code == DRIFT
    assert baseline.run("refresh", "--yes", "--skip-preview").code == 0
    assert check(baseline).code == CLEAN
    # The next run of the program keeps what was accepted.
    assert baseline.run("preview", "--expect-no-changes").code == CLEAN
    assert "added-by-hand" in {job.get("name") for job in recorded(baseline).values()}


def test_preview_does_not_look_and_preview_refresh_shows_without_judging(baseline: Engine, emulator: Emulator) -> None:
    emulator.store.delete(SITE, an_id(emulator))
    assert baseline.run("preview", "--expect-no-changes").code == CLEAN
    result = baseline.run("preview", "--refresh", "--expect-no-changes", "--diff")
    # The engine refreshes first and then finds the program in agreement: it shows the drift, but it is not a gate.
    assert result.code == CLEAN
    assert "is gone" in result.text
    assert check(baseline).code == DRIFT


def test_up_refresh_accepts(baseline: Engine, emulator: Emulator) -> None:
    emulator.store.delete(SITE, an_id(emulator))
    result = baseline.run("up", "--refresh", "--yes", "--skip-preview")
    assert result.code == 0, result.text
    assert check(baseline).code == CLEAN
    assert len(recorded(baseline)) == 44


def test_a_changed_filter_records_anew(baseline: Engine, emulator: Emulator) -> None:
    baseline.write(program(nameRegex="^nightly"))
    preview = baseline.run("preview", "--diff")
    assert preview.code == 0, preview.text
    assert "1 to update" in preview.text
    assert baseline.run("up", "--yes", "--skip-preview").code == 0
    assert {job["name"] for job in recorded(baseline).values()} == {"nightly-homepage-warmup"}
    assert check(baseline).code == CLEAN


def test_a_changed_site_replaces(baseline: Engine) -> None:
    baseline.write(program(siteId=EXAMPLE_SITE_ID))
    result = baseline.run("up", "--yes", "--skip-preview")
    assert result.code == 0, result.text
    assert "1 replaced" in result.text
    assert list(recorded(baseline)) == ["665d3af3621bccf3fe29e1a4"]


def test_ignore_changes_of_one_field_is_respected(engine: Engine, emulator: Emulator) -> None:
    job_id = an_id(emulator)
    record(engine, program(options=f"""{{ignoreChanges: ['jobs["{job_id}"].urlCount']}}"""))
    emulator.store.change(SITE, job_id, UrlCount=77)
    assert check(engine).code == CLEAN
    emulator.store.change(SITE, job_id, Domains="other.example.com")
    assert check(engine).code == DRIFT


def test_a_site_without_jobs_is_an_empty_baseline(engine: Engine) -> None:
    record(engine, program(siteId=EMPTY_SITE_ID))
    assert recorded(engine) == {}
    assert check(engine).code == CLEAN


def test_all_jobs_gone_is_drift_and_can_be_accepted(baseline: Engine, emulator: Emulator) -> None:
    emulator.store.set_jobs(SITE, [])
    assert check(baseline).code == DRIFT
    assert baseline.run("refresh", "--yes", "--skip-preview").code == 0
    assert recorded(baseline) == {}
    assert check(baseline).code == CLEAN


def test_a_baseline_is_imported_by_the_site_s_id(engine: Engine) -> None:
    engine.write("name: baseline\nruntime: yaml\n")
    engine.stack()
    token = "alicloud-esa:index:ScheduledPreloadJobsBaseline"
    result = engine.run("import", token, "jobs", SITE_ID, "--yes", "--protect=false")
    assert result.code == 0, result.text
    assert "Traceback" not in result.text
    assert len(recorded(engine)) == 45
    engine.write(program())
    assert engine.run("preview", "--expect-no-changes").code == CLEAN
    assert check(engine).code == CLEAN


def test_get_reads_an_existing_one(engine: Engine) -> None:
    engine.write(f"""
name: got
runtime: yaml
resources:
  jobs:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    get: {{id: "{EXAMPLE_SITE_ID}"}}
outputs:
  name: ${{jobs.jobs["665d3af3621bccf3fe29e1a4"].name}}
""")
    engine.stack()
    result = engine.run("up", "--yes", "--skip-preview")
    assert result.code == 0, result.text
    assert engine.outputs() == {"name": "example"}


def test_wrong_inputs_are_named_on_their_property(engine: Engine) -> None:
    engine.write(program(siteId="abc", ignoreFields=["urlCount", "colour"]))
    engine.stack()
    result = engine.run("preview")
    assert result.code != 0
    for part in ("siteId", "'abc' is not a site id", "ignoreFields[1]", "'colour' is not a field"):
        assert part in result.text
    assert "Traceback" not in result.text


def test_a_thousand_jobs_stay_readable(engine: Engine, emulator: Emulator) -> None:
    emulator.store.generate(SITE, 1000)
    engine.write(program())
    engine.stack()
    assert engine.run("up", "--yes", "--skip-preview").code == 0
    assert check(engine).code == CLEAN
    for job in emulator.store.jobs(SITE)[:30]:
        emulator.store.change(SITE, job.id, UrlCount=123456)
    result = check(engine)
    assert result.code == DRIFT
    assert result.text.count("=> 123456") == 30 + 20
    assert "... and 10 more jobs" in result.text
    assert len(result.text.splitlines()) < 300
