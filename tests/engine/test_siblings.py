"""One job and its executions, through `pulumi do`."""

from __future__ import annotations

from emulator import EXAMPLE_JOB_ID, Emulator, Glitch
from tests.support.engine import EXAMPLE_SITE_ID, SITE_ID, Engine

ABSENT = "0" * 24


def test_one_job_by_its_id_and_by_pulumi_aliclouds_id(engine: Engine) -> None:
    for job_id in (EXAMPLE_JOB_ID, f"{EXAMPLE_SITE_ID}:{EXAMPLE_JOB_ID}"):
        answer = engine.do("getScheduledPreloadJob", "--job-id", job_id, "--output", "json").json()
        assert answer["found"] is True
        assert answer["job"]["id"] == EXAMPLE_JOB_ID
        assert answer["job"]["name"] == "example"
        assert answer["job"]["urlCount"] == 2


def test_a_job_that_does_not_exist_is_an_error_or_not_found(engine: Engine) -> None:
    result = engine.do("getScheduledPreloadJob", "--job-id", ABSENT)
    assert result.code == 1
    assert "InvalidJob.NotFound: The task does not exist." in result.text
    allowed = engine.do("getScheduledPreloadJob", "--job-id", ABSENT, "--allow-missing", "--output", "json")
    assert allowed.code == 0, allowed.text
    assert allowed.json()["found"] is False
    assert allowed.json()["job"] is None


def test_another_404_is_never_taken_for_a_missing_job(engine: Engine, emulator: Emulator) -> None:
    emulator.glitches.add(Glitch(code="InvalidAccessKeyId.NotFound"))
    result = engine.do("getScheduledPreloadJob", "--job-id", ABSENT, "--allow-missing")
    assert result.code == 1
    assert "InvalidAccessKeyId.NotFound" in result.text


def test_the_executions_of_a_job_and_those_of_one_status(engine: Engine, emulator: Emulator) -> None:
    job = next(job for job in emulator.store.jobs(int(SITE_ID)) if job.fields["ExecutionCount"] == 4)
    listed = emulator.store.executions.of(job.id)
    answer = engine.do("getScheduledPreloadExecutions", "--job-id", job.id, "--output", "json").json()
    assert answer["totalCount"] == len(listed) == 4
    assert answer["executions"][0] == {
        "aliUid": listed[0]["AliUid"],
        "endTime": listed[0]["EndTime"],
        "id": listed[0]["Id"],
        "interval": listed[0]["Interval"],
        "jobId": job.id,
        "sliceLen": listed[0]["SliceLen"],
        "startTime": listed[0]["StartTime"],
        "status": listed[0]["Status"],
    }
    status = str(listed[0]["Status"])
    arguments = ("--job-id", job.id, "--status", status, "--output", "json")
    filtered = engine.do("getScheduledPreloadExecutions", *arguments).json()
    assert filtered["totalCount"] == 4
    assert {execution["status"] for execution in filtered["executions"]} == {status}
    assert filtered["ids"] == [row["Id"] for row in listed if row["Status"] == status]


def test_a_malformed_id_is_refused_before_anything_is_sent(engine: Engine, emulator: Emulator) -> None:
    for function in ("getScheduledPreloadJob", "getScheduledPreloadExecutions"):
        result = engine.do(function, "--job-id", "42")
        assert result.code == 1
        assert "jobId: InvalidParameter.ObjectId" in result.text
    assert emulator.requests == []
