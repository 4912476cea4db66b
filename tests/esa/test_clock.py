"""The service's clock: what its answers' Date says, where that can be its own, and the time since."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pulumi_resource_alicloud_esa.client import Client
from pulumi_resource_alicloud_esa.config import Settings
from pulumi_resource_alicloud_esa.esa.clock import ServiceClock
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.query import JobQuery

from emulator import SITE_ID, Emulator

NOON = datetime(2024, 6, 4, 12, tzinfo=timezone.utc)
MILLISECONDS = 1717502400000


class Monotonic:
    """Seconds that pass when the test says so."""

    now = 50.0

    def __call__(self) -> float:
        return self.now


def test_it_goes_on_from_the_last_date() -> None:
    passed = Monotonic()
    clock = ServiceClock(passed)
    assert clock.milliseconds() is None
    clock.saw(NOON, NOON)
    assert clock.milliseconds() == MILLISECONDS
    passed.now += 1.5
    assert clock.milliseconds() == MILLISECONDS + 1500
    clock.saw(NOON + timedelta(seconds=10), NOON)
    assert clock.milliseconds() == MILLISECONDS + 10000


@pytest.mark.parametrize("minutes", [-16, 16, 10**6, -(10**6)])
def test_a_date_with_which_the_service_would_have_refused_the_request_is_not_its_own(minutes: int) -> None:
    clock = ServiceClock()
    clock.saw(NOON + timedelta(minutes=minutes), NOON)
    assert clock.milliseconds() is None


def test_an_answer_without_a_date_changes_nothing() -> None:
    clock = ServiceClock(lambda: 0.0)
    clock.saw(None, NOON)
    assert clock.milliseconds() is None
    clock.saw(NOON, NOON)
    clock.saw(None, NOON)
    assert clock.milliseconds() == MILLISECONDS


@pytest.mark.parametrize("years", [0, 99, -20])
def test_the_services_time_is_told_whatever_this_machines_clock_says(emulator: Emulator, years: int) -> None:
    emulator.clock_offset = years * 365.25 * 86400
    client = Client(Settings(), emulator.environment())
    assert client.service_time() is None
    try:
        client.service().jobs(JobQuery(str(SITE_ID)), Deadline(20))
        told = client.service_time()
    finally:
        client.close()
    assert told is not None
    expected = datetime.now(timezone.utc).timestamp() + emulator.clock_offset
    assert abs(told / 1000 - expected) < 30
