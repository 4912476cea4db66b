"""A bad network between provider and service: the answer is right, or there is one clean line, in bounded time."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.esa.errors import Cancelled, DeadlineExceeded, EsaError, TransportError
from pulumi_resource_alicloud_esa.provider import EsaProvider

from emulator import SITE_ID, Emulator
from tests.network.conftest import NewProvider
from tests.network.toxiproxy import Network

TOKEN = "alicloud-esa:index:getScheduledPreloadJobs"


def read(provider: EsaProvider, **inputs: Any) -> list[str]:
    """The ids that the provider gives."""
    ids: list[str] = provider.invoke(TOKEN, {"siteId": str(SITE_ID), "pageSize": 10, **inputs})["ids"]
    return ids


def right(emulator: Emulator) -> list[str]:
    """The ids that the service has."""
    return [job.id for job in emulator.store.jobs(SITE_ID)]


def clean(error: EsaError) -> str:
    """The error's text, once it is known to be one that may be shown."""
    text = str(error)
    assert "\n" not in text
    assert len(text) < 300
    for part in ("Traceback", " at 0x", "HTTPConnectionPool", "testAccessKeySecret", "Signature="):
        assert part not in text
    return text


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("latency", {"latency": 100}),
        ("latency", {"latency": 60, "jitter": 50}),
        ("bandwidth", {"rate": 40}),
        ("slicer", {"average_size": 64, "size_variation": 32, "delay": 200}),
        ("slow_close", {"delay": 500}),
    ],
    ids=["latency", "jitter", "bandwidth", "slicer", "slow_close"],
)
def test_a_slow_network_gives_the_right_answer(
    network: Network, provider: NewProvider, emulator: Emulator, kind: str, attributes: dict[str, int]
) -> None:
    network.add(kind, **attributes)
    assert read(provider(timeoutSeconds=20)) == right(emulator)


@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_silence_is_an_error_after_the_read_timeout(network: Network, provider: NewProvider, stream: str) -> None:
    network.add("timeout", stream, timeout=0)
    started = time.monotonic()
    with pytest.raises(TransportError) as caught:
        read(provider(maxAttempts=2, clientReadTimeout=300))
    assert "no answer in time" in clean(caught.value)
    assert "after 2 attempts" in str(caught.value)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [("timeout", {"timeout": 0}), ("bandwidth", {"rate": 0}), ("latency", {"latency": 30_000})],
    ids=["timeout", "bandwidth", "latency"],
)
def test_the_deadline_holds(network: Network, provider: NewProvider, kind: str, attributes: dict[str, int]) -> None:
    network.add(kind, **attributes)
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded) as caught:
        read(provider(timeoutSeconds=1))
    assert "within 1 seconds" in clean(caught.value)
    assert 0.9 < time.monotonic() - started < 2


def test_cancel_ends_a_read_that_the_network_swallowed(network: Network, provider: NewProvider) -> None:
    network.add("timeout", timeout=0)
    one = provider()
    threading.Timer(0.5, one.cancel).start()
    started = time.monotonic()
    with pytest.raises(Cancelled):
        read(one)
    assert time.monotonic() - started < 1.5


@pytest.mark.parametrize(
    ("kind", "attributes", "text"),
    [
        ("reset_peer", {"timeout": 0}, "the connection failed"),
        ("limit_data", {"bytes": 1500}, "cut off"),
        ("timeout", {"timeout": 50}, "the connection failed"),
    ],
    ids=["reset_peer", "limit_data", "timeout"],
)
def test_a_network_that_always_cuts_is_one_clean_line(
    network: Network, provider: NewProvider, kind: str, attributes: dict[str, int], text: str
) -> None:
    network.add(kind, **attributes)
    with pytest.raises(TransportError) as caught:
        read(provider(maxAttempts=2))
    assert text in clean(caught.value)
    assert "after 2 attempts" in str(caught.value)


def test_connections_that_die_between_pages_are_replaced(
    network: Network, provider: NewProvider, emulator: Emulator
) -> None:
    # Room for a page of two jobs, not for the next page on the same connection.
    network.add("limit_data", bytes=2500)
    assert read(provider(), pageSize=2, endTime=1717232000000) == [
        job.id for job in emulator.store.jobs(SITE_ID) if job.created_ms <= 1717232000000
    ]


@pytest.mark.parametrize("kind", ["reset_peer", "timeout"])
def test_a_network_that_cuts_now_and_then_gives_the_right_answer(
    network: Network, provider: NewProvider, emulator: Emulator, kind: str
) -> None:
    # By chance, so that a clean error remains possible; a wrong answer is not.
    network.add(kind, toxicity=0.3, timeout=30)
    one = provider(maxAttempts=8)
    for _ in range(4):
        try:
            assert read(one) == right(emulator)
        except TransportError as error:
            clean(error)


def test_a_network_down_in_mid_walk_is_waited_for(network: Network, provider: NewProvider, emulator: Emulator) -> None:
    emulator.store.generate(SITE_ID, 300)
    emulator.delay = 0.03

    def interruption() -> None:
        while len(emulator.requests) < 8:
            time.sleep(0.01)
        network.up(False)
        time.sleep(0.4)
        network.up(True)

    thread = threading.Thread(target=interruption)
    thread.start()
    try:
        assert read(provider(maxAttempts=8)) == right(emulator)
    finally:
        thread.join()


def test_a_network_that_stays_down_in_mid_walk_is_one_clean_line(
    network: Network, provider: NewProvider, emulator: Emulator
) -> None:
    emulator.store.generate(SITE_ID, 300)
    emulator.delay = 0.03

    def interruption() -> None:
        while len(emulator.requests) < 8:
            time.sleep(0.01)
        network.up(False)

    thread = threading.Thread(target=interruption)
    thread.start()
    started = time.monotonic()
    with pytest.raises(TransportError) as caught:
        read(provider(maxAttempts=2))
    thread.join()
    assert "the connection failed" in clean(caught.value)
    assert time.monotonic() - started < 10
