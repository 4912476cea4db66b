"""The official client changes jobs and executions on the emulator, as a person's script changes them on the service."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from alibabacloud_esa20240910 import models
from alibabacloud_esa20240910.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from emulator import EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, FOREIGN_SITE_ID, SITE_ID, Emulator
from tests.support.official_sdk import UTCNOW, client_for

pytestmark = pytest.mark.filterwarnings(UTCNOW)

NOBODYS = "0" * 24
Plan = models.CreateScheduledPreloadExecutionsRequestExecutions


@pytest.fixture
def client(shared: Emulator) -> Client:
    return client_for(shared)


def executions(client: Client, job_id: str = EXAMPLE_JOB_ID) -> list[Any]:
    answer = client.list_scheduled_preload_executions(models.ListScheduledPreloadExecutionsRequest(id=job_id)).body
    assert answer.total_count == len(answer.executions)
    return list(answer.executions)


def job_of(client: Client, job_id: str = EXAMPLE_JOB_ID, site_id: int = SITE_ID) -> Any:
    request = models.ListScheduledPreloadJobsRequest(site_id=site_id, page_size=100)
    jobs = client.list_scheduled_preload_jobs(request).body.jobs
    return next((job for job in jobs if job.id.strip() == job_id), None)


def create(client: Client, *plans: Plan, job_id: str = EXAMPLE_JOB_ID) -> Any:
    request = models.CreateScheduledPreloadExecutionsRequest(id=job_id, executions=list(plans))
    return client.create_scheduled_preload_executions(request).body


def update(client: Client, execution_id: str, **fields: Any) -> Any:
    request = models.UpdateScheduledPreloadExecutionRequest(id=execution_id, **fields)
    return client.update_scheduled_preload_execution(request).body


def refusal(action: Callable[[], object]) -> tuple[str, int]:
    with pytest.raises(AlibabaCloudException) as caught:
        action()
    error: Any = caught.value
    return error.code, error.status_code


def test_the_seeded_executions_are_the_same_at_every_start(client: Client) -> None:
    (execution,) = executions(client)
    assert vars(execution) == {
        "ali_uid": "15685865xxx14622",
        "end_time": "2024-06-02T01:53:13.196+08:00",
        "id": "4140d8f213c69a2539a3390a",
        "interval": 30,
        "job_id": EXAMPLE_JOB_ID,
        "slice_len": 5,
        "start_time": "2024-06-01T21:53:13.196+08:00",
        "status": "failed",
    }


def test_executions_are_created(client: Client) -> None:
    first = Plan(start_time="2030-01-01T00:00:00.500+08:00", end_time="2030-01-01T02:00:00Z", interval=30, slice_len=5)
    second = Plan(start_time="2030-02-01T00:00:00+Z", end_time="2030-02-01T08:00:00+0800", interval=60, slice_len=50)
    answer = create(client, first, second)
    assert (answer.total_count, answer.success_count) == (2, 2)
    assert (answer.failed_executions, answer.failed_messages) == ([], [])
    made = [vars(execution) for execution in executions(client)[1:]]
    assert made == [vars(execution) for execution in answer.success_executions]
    assert [(row["start_time"], row["end_time"], row["interval"], row["slice_len"], row["status"]) for row in made] == [
        ("2030-01-01T00:00:00.500+08:00", "2030-01-01T10:00:00.000+08:00", 30, 5, "waiting"),
        ("2030-02-01T08:00:00.000+08:00", "2030-02-01T08:00:00.000+08:00", 60, 50, "waiting"),
    ]
    assert {row["job_id"] for row in made} == {EXAMPLE_JOB_ID}
    assert job_of(client).execution_count == 3


def test_an_execution_is_moved(client: Client) -> None:
    (before,) = executions(client)
    answer = update(client, before.id, start_time="2030-01-01T00:00:00Z", end_time="2030-01-01T01:00:00Z", interval=15)
    expected = {
        **vars(before),
        "start_time": "2030-01-01T08:00:00.000+08:00",
        "end_time": "2030-01-01T09:00:00.000+08:00",
        "interval": 15,
    }
    assert vars(executions(client)[0]) == expected
    assert {name: value for name, value in vars(answer).items() if name != "request_id"} == expected


def test_an_execution_is_stopped_and_started_again(shared: Emulator, client: Client) -> None:
    past = executions(client)[0].id
    ahead = create(client, Plan(start_time="2099-01-01T00:00:00Z", interval=1, slice_len=1)).success_executions[0].id
    for execution_id, again in ((past, "running"), (ahead, "waiting")):
        stop = models.StopScheduledPreloadExecutionRequest(id=execution_id)
        assert client.stop_scheduled_preload_execution(stop).body.status == "stopped"
        assert shared.store.executions.find(execution_id)["Status"] == "stopped"
        start = models.StartScheduledPreloadExecutionRequest(id=execution_id)
        assert client.start_scheduled_preload_execution(start).body.status == again
        assert shared.store.executions.find(execution_id)["Status"] == again


def test_an_execution_is_deleted(client: Client) -> None:
    execution_id = executions(client)[0].id
    request = models.DeleteScheduledPreloadExecutionRequest(id=execution_id)
    assert client.delete_scheduled_preload_execution(request).body.request_id
    assert executions(client) == []
    assert job_of(client).execution_count == 0
    assert refusal(lambda: client.delete_scheduled_preload_execution(request)) == ("InvalidExecution.NotFound", 404)


def test_a_job_is_created_from_urls(shared: Emulator, client: Client) -> None:
    urls = "http://a.example.com/1\nhttp://a.example.com/2\nhttp://b.example.com/"
    request = models.CreateScheduledPreloadJobRequest(
        site_id=EXAMPLE_SITE_ID, name="by-script", insert_way="textBox", url_list=urls
    )
    answer = client.create_scheduled_preload_job(request).body
    job = job_of(client, answer.id, EXAMPLE_SITE_ID)
    assert (job.name, job.insert_way, job.task_type) == ("by-script", "textBox", "preload")
    assert (job.domains, job.url_count, job.url_submitted) == ("a.example.com,b.example.com", 3, 0)
    assert (job.execution_count, executions(client, answer.id)) == (0, [])
    assert [name for name, value in vars(answer).items() if value is None] == []


def test_a_job_is_created_from_a_file(client: Client) -> None:
    request = models.CreateScheduledPreloadJobRequest(
        site_id=SITE_ID, name="by-file", insert_way="oss", oss_url="https://b.oss-cn-hangzhou.aliyuncs.com/urls.txt"
    )
    assert job_of(client, client.create_scheduled_preload_job(request).body.id).insert_way == "oss"


def test_a_job_is_reset(client: Client) -> None:
    before = job_of(client)
    answer = client.reset_scheduled_preload_job(models.ResetScheduledPreloadJobRequest(id=EXAMPLE_JOB_ID)).body
    assert (before.task_submitted, before.url_submitted) == (1, 1)
    assert (answer.task_submitted, answer.url_submitted) == (0, 0)
    assert vars(job_of(client)) == {**vars(before), "task_submitted": 0, "url_submitted": 0}


def test_a_job_is_deleted_with_its_executions(client: Client) -> None:
    job = job_of(client, site_id=SITE_ID)
    other = next(row for row in executions(client))
    client.delete_scheduled_preload_job(models.DeleteScheduledPreloadJobRequest(id=job.id.strip()))
    assert job_of(client) is None
    # The documented example also stands on another site, where its executions begin anew.
    client.delete_scheduled_preload_job(models.DeleteScheduledPreloadJobRequest(id=EXAMPLE_JOB_ID))
    assert refusal(lambda: executions(client)) == ("InvalidJob.NotFound", 404)
    assert refusal(lambda: update(client, other.id, interval=1)) == ("InvalidExecution.NotFound", 404)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"site_id": None}, ("MissingSiteId", 400)),
        ({"site_id": FOREIGN_SITE_ID}, ("InvalidUid.PermissionDenied", 403)),
        ({"name": None}, ("InvalidParameter", 400)),
        ({"insert_way": "ftp"}, ("InvalidParameter", 400)),
        ({"url_list": None}, ("MissingUrlList", 400)),
        ({"url_list": "no-url"}, ("InvalidParameter", 400)),
        ({"insert_way": "oss"}, ("MissingOssUrl", 400)),
    ],
)
def test_a_job_that_is_refused_is_not_created(
    shared: Emulator, client: Client, settings: dict[str, Any], code: tuple[str, int]
) -> None:
    good = {"site_id": SITE_ID, "name": "n", "insert_way": "textBox", "url_list": "http://a.example.com/"}
    request = models.CreateScheduledPreloadJobRequest(**{**good, **settings})
    assert refusal(lambda: client.create_scheduled_preload_job(request)) == code
    assert len(shared.store.jobs(SITE_ID)) == 45


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"interval": None}, "InvalidParameter"),
        ({"slice_len": 0}, "InvalidParameter"),
        ({"start_time": "yesterday"}, "InvalidParameter"),
        ({"start_time": "2030-13-01T00:00:00Z"}, "InvalidParameter"),
        ({"end_time": "2029-01-01T00:00:00Z"}, "InvalidEndTime.Mismatch"),
    ],
)
def test_one_bad_plan_of_several_creates_none(client: Client, settings: dict[str, Any], code: str) -> None:
    good = {"start_time": "2030-01-01T00:00:00Z", "interval": 1, "slice_len": 1}
    assert refusal(lambda: create(client, Plan(**good), Plan(**{**good, **settings}))) == (code, 400)
    assert len(executions(client)) == 1


def test_an_execution_that_is_not_there_or_somebody_elses_is_refused(shared: Emulator, client: Client) -> None:
    foreign = next(job for job in shared.store.jobs(FOREIGN_SITE_ID) if job.fields["ExecutionCount"])
    theirs = str(shared.store.executions.of_job(foreign)[0]["Id"])
    refused = {
        NOBODYS: ("InvalidExecution.NotFound", 404),
        theirs: ("InvalidUid.PermissionDenied", 403),
        "xyz": ("InvalidParameter.ObjectId", 400),
    }
    for execution_id, code in refused.items():
        start = models.StartScheduledPreloadExecutionRequest(id=execution_id)
        stop = models.StopScheduledPreloadExecutionRequest(id=execution_id)
        delete = models.DeleteScheduledPreloadExecutionRequest(id=execution_id)
        assert refusal(partial(client.start_scheduled_preload_execution, start)) == code
        assert refusal(partial(client.stop_scheduled_preload_execution, stop)) == code
        assert refusal(partial(client.delete_scheduled_preload_execution, delete)) == code
        assert refusal(partial(update, client, execution_id, interval=1)) == code
    plan = Plan(interval=1, slice_len=1)
    assert refusal(lambda: create(client, plan, job_id=NOBODYS)) == ("InvalidJob.NotFound", 404)


def test_an_end_before_the_start_that_stands_is_refused(client: Client) -> None:
    (before,) = executions(client)
    assert refusal(lambda: update(client, before.id, end_time="2024-01-01T00:00:00Z")) == (
        "InvalidEndTime.Mismatch",
        400,
    )
    assert vars(executions(client)[0]) == vars(before)
