"""The executions of a thousand jobs: one request each, no more at once than allowed, shown, also when throttled."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_resource_alicloud_esa.engine.log import EngineLog
from pulumi_resource_alicloud_esa.esa.errors import ApiError
from pulumi_resource_alicloud_esa.provider import EsaProvider

from emulator import SITE_ID, Emulator, Glitch

URN = "urn:pulumi:dev::project::alicloud-esa:index:ScheduledPreloadJobsBaseline::jobs"
INPUTS = {"siteId": str(SITE_ID), "recordExecutions": True}


class Display(EngineLog):
    """Keeps what the engine's display would show."""

    def __init__(self) -> None:
        super().__init__("")
        self.lines: list[tuple[int, int]] = []

    def progress(self, subject: str) -> Any:
        assert subject == f"jobs: site {SITE_ID}"
        return lambda done, total: self.lines.append((done, total))


def record(emulator: Emulator, display: Display) -> dict[str, Any]:
    provider = EsaProvider(emulator.environment(), log=display)
    provider.configure({})
    try:
        checked, faults = provider.check(URN, {}, dict(INPUTS))
    finally:
        provider.close()
    assert faults == []
    return checked


def test_a_thousand_jobs_are_one_request_each_eight_at_once_and_shown(emulator: Emulator) -> None:
    emulator.store.generate(SITE_ID, 1000)
    emulator.delay = 0.005
    display = Display()
    jobs = record(emulator, display)["jobs"]
    assert len(jobs) == 1000
    executions = {job.id: len(emulator.store.executions.of(job.id)) for job in emulator.store.jobs(SITE_ID)}
    assert {job_id: len(job["executions"]) for job_id, job in jobs.items()} == executions
    actions = [request.action for request in emulator.requests]
    assert actions.count("ListScheduledPreloadExecutions") == 1000
    assert 2 <= emulator.max_in_flight <= 8
    # First the pages of jobs, then the executions.
    assert display.lines[-1000:] == [(done, 1000) for done in range(1, 1001)]


def test_a_service_that_allows_fifty_a_second_is_read_to_the_end(emulator: Emulator) -> None:
    emulator.store.generate(SITE_ID, 200)
    emulator.glitches.add(Glitch(rate=50, action="ListScheduledPreloadExecutions"))
    assert record(emulator, Display())["jobCount"] == 200
    refused = sum(request.status != 200 for request in emulator.requests)
    assert refused <= 0.4 * len(emulator.requests)


def test_executions_that_cannot_be_read_are_an_error_and_record_nothing(emulator: Emulator) -> None:
    display = Display()
    emulator.glitches.add(Glitch(code="Forbidden.RAM", action="ListScheduledPreloadExecutions", from_request=20))
    provider = EsaProvider(emulator.environment(), log=display)
    with pytest.raises(ApiError, match="esa:ListScheduledPreloadExecutions"):
        provider.check(URN, {}, dict(INPUTS))
    provider.close()
