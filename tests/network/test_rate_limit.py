"""A service that counts requests gets all its jobs read: no invoke fails, and few requests are sent in vain."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from pulumi_resource_alicloud_esa.provider import EsaProvider

from emulator import SITE_ID, Emulator, Glitch

TOKEN = "alicloud-esa:index:getScheduledPreloadJobs"


@pytest.mark.parametrize("retry_after", [None, 200], ids=["no hint", "x-acs-retry-after"])
def test_twenty_requests_a_second_are_enough_for_a_thousand_jobs(emulator: Emulator, retry_after: int | None) -> None:
    emulator.store.generate(SITE_ID, 1000)
    emulator.glitches.add(Glitch(rate=20, retry_after=retry_after))
    provider = EsaProvider(emulator.environment())
    # The defaults, as for a user who sets nothing: eight at once, five attempts, 120 seconds.
    provider.configure({})
    try:
        result = provider.invoke(TOKEN, {"siteId": str(SITE_ID), "pageSize": 10})
    finally:
        provider.close()
    assert result["ids"] == [job.id for job in emulator.store.jobs(SITE_ID)]
    refused = sum(request.status != 200 for request in emulator.requests)
    assert refused <= 0.4 * len(emulator.requests)


def test_many_invokes_at_once_share_the_rate(emulator: Emulator) -> None:
    emulator.glitches.add(Glitch(rate=20))
    provider = EsaProvider(emulator.environment())
    provider.configure({})
    try:
        with ThreadPoolExecutor(20) as pool:
            answers = list(
                pool.map(lambda _: provider.invoke(TOKEN, {"siteId": str(SITE_ID), "pageSize": 15}), range(20))
            )
    finally:
        provider.close()
    assert all(len(answer["ids"]) == 45 for answer in answers)
