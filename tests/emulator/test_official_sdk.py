"""The official client, unchanged, takes the emulator for the service: the two share no code."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from alibabacloud_esa20240910 import models
from alibabacloud_esa20240910.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from emulator import EMPTY_SITE_ID, EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, FOREIGN_SITE_ID, SITE_ID, Emulator, Glitch
from emulator.errors import DOCUMENTED
from emulator.keys import STS_ACCESS_KEY_ID, STS_ACCESS_KEY_SECRET, STS_SECURITY_TOKEN
from tests.support.official_sdk import UTCNOW, client_for

pytestmark = pytest.mark.filterwarnings(UTCNOW)


@pytest.fixture
def client(shared: Emulator) -> Client:
    return client_for(shared)


def request(**params: Any) -> models.ListScheduledPreloadJobsRequest:
    return models.ListScheduledPreloadJobsRequest(**{"site_id": SITE_ID, **params})


def failure(client: Client, **params: Any) -> AlibabaCloudException:
    with pytest.raises(AlibabaCloudException) as caught:
        client.list_scheduled_preload_jobs(request(**params))
    return caught.value


def test_it_lists_page_by_page(shared: Emulator, client: Client) -> None:
    ids: list[str] = []
    for number in (1, 2, 3, 4):
        body = client.list_scheduled_preload_jobs(request(page_number=number, page_size=15)).body
        assert body.total_count == "45"
        ids += [job.id.strip() for job in body.jobs]
    assert ids == [job.id for job in shared.store.jobs(SITE_ID)]


def test_it_reads_every_documented_field(client: Client) -> None:
    response = client.list_scheduled_preload_jobs(request(site_id=EXAMPLE_SITE_ID))
    assert response.status_code == 200
    job = response.body.jobs[0]
    # The model drops what it does not know and leaves None where the emulator sends nothing.
    assert [name for name, value in vars(job).items() if value is None] == []
    assert (job.id, job.site_id, job.url_count) == (EXAMPLE_JOB_ID + "\n", EXAMPLE_SITE_ID, 2)
    assert response.body.request_id == response.headers["x-acs-request-id"]


def test_it_sends_the_window(client: Client) -> None:
    created = 1717231993000
    body = client.list_scheduled_preload_jobs(request(start_time=created, end_time=created)).body
    assert [job.name for job in body.jobs] == ["example"]


def test_it_lists_nothing_of_an_empty_site(client: Client) -> None:
    body = client.list_scheduled_preload_jobs(request(site_id=EMPTY_SITE_ID)).body
    assert (body.total_count, body.jobs) == ("0", [])


def test_it_signs_with_an_sts_token(shared: Emulator) -> None:
    sts = {"access_key_id": STS_ACCESS_KEY_ID, "access_key_secret": STS_ACCESS_KEY_SECRET}
    good = client_for(shared, **sts, security_token=STS_SECURITY_TOKEN)
    assert good.list_scheduled_preload_jobs(request()).body.total_count == "45"
    assert shared.requests[-1].has_token
    shared.keys.expire_token(STS_ACCESS_KEY_ID)
    assert failure(good).code == "InvalidSecurityToken.Expired"


@pytest.mark.parametrize("code", sorted(DOCUMENTED))
def test_it_understands_every_documented_error(shared: Emulator, client: Client, code: str) -> None:
    shared.glitches.add(Glitch(code=code, times=1))
    error: Any = failure(client)
    assert (error.code, error.status_code) == (code, DOCUMENTED[code].status)
    assert DOCUMENTED[code].message in error.message
    assert error.request_id


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({"site_id": None}, 400, "MissingSiteId"),
        ({"start_time": 2, "end_time": 1}, 400, "InvalidEndTime.Mismatch"),
        ({"site_id": FOREIGN_SITE_ID}, 403, "InvalidUid.PermissionDenied"),
    ],
)
def test_it_is_refused_without_any_fault(client: Client, params: dict[str, Any], status: int, code: str) -> None:
    error: Any = failure(client, **params)
    assert (error.code, error.status_code) == (code, status)


def test_a_wrong_secret_is_refused(shared: Emulator) -> None:
    assert failure(client_for(shared, access_key_secret="wrong")).code == "SignatureDoesNotMatch"
    assert failure(client_for(shared, access_key_id="nobody")).code == "InvalidAccessKeyId.NotFound"


def test_it_reads_one_job_and_its_executions(client: Client) -> None:
    job = client.get_scheduled_preload_job(models.GetScheduledPreloadJobRequest(id=EXAMPLE_JOB_ID)).body
    assert (job.name, job.site_id, job.task_type) == ("example", SITE_ID, "preload")
    assert [name for name, value in vars(job).items() if value is None] == []
    listed = client.list_scheduled_preload_executions(
        models.ListScheduledPreloadExecutionsRequest(id=EXAMPLE_JOB_ID)
    ).body
    assert listed.total_count == 1
    assert [name for name, value in vars(listed.executions[0]).items() if value is None] == []
    with pytest.raises(AlibabaCloudException) as caught:
        client.get_scheduled_preload_job(models.GetScheduledPreloadJobRequest(id="0" * 24))
    assert caught.value.code == "InvalidJob.NotFound"


def test_an_action_that_the_emulator_does_not_know_is_refused(client: Client) -> None:
    with pytest.raises(AlibabaCloudException) as caught:
        client.get_site(models.GetSiteRequest(site_id=SITE_ID))
    assert caught.value.code == "InvalidApi.NotFound"


def test_the_asynchronous_client_works_too(client: Client) -> None:
    response = asyncio.run(client.list_scheduled_preload_jobs_async(request(page_size=100)))
    assert len(response.body.jobs) == 45
