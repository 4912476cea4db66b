"""A bad network between provider and service: the answer is right, or there is one clean line, in bounded time."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.esa.errors import Cancelled, DeadlineExceeded, EsaError, TransportError
from pulumi_resource_alicloud_esa.provider import EsaProvider

from emulator import SITE_ID, Emulator, Glitch
from tests.support.clients import NewProvider
from tests.support.toxiproxy import Network

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
    ("kind", "attributes", "least"),
    [
        ("latency", {"latency": 100}, 0.2),
        ("latency", {"latency": 60, "jitter": 50}, 0.02),
        ("bandwidth", {"rate": 20}, 0.2),
        ("slicer", {"average_size": 64, "size_variation": 32, "delay": 2000}, 0.1),
        # A few bytes every few milliseconds.
        ("slicer", {"average_size": 8, "size_variation": 4, "delay": 2000}, 1.0),
    ],
    ids=["latency", "jitter", "bandwidth", "slicer", "drip"],
)
def test_a_slow_network_gives_the_right_answer(
    network: Network, provider: NewProvider, emulator: Emulator, kind: str, attributes: dict[str, int], least: float
) -> None:
    network.add(kind, **attributes)
    started = time.monotonic()
    assert read(provider(timeoutSeconds=20)) == right(emulator)
    # A quicker answer would mean that the toxic did nothing.
    assert time.monotonic() - started > least


def test_a_close_that_arrives_late_is_no_answer_of_the_next_request(
    network: Network, provider: NewProvider, emulator: Emulator
) -> None:
    # The server closes after each answer, and the client learns of it only when it has sent the next request.
    emulator.glitches.add(Glitch(hang_up=True))
    network.add("slow_close", delay=500)
    started = time.monotonic()
    assert read(provider(timeoutSeconds=20, maxConcurrency=1)) == right(emulator)
    assert emulator.connections >= 5
    # Each request after the first waited for the close, and was then sent again.
    assert time.monotonic() - started > 1


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
    assert read(provider(maxConcurrency=1), pageSize=2, endTime=1717232000000) == [
        job.id for job in emulator.store.jobs(SITE_ID) if job.created_ms <= 1717232000000
    ]
    # Without the toxic, one connection would do for all pages.
    assert emulator.connections >= 2


@pytest.mark.parametrize("kind", ["reset_peer", "timeout"])
def test_a_network_that_cuts_now_and_then_gives_the_right_answer(
    network: Network, provider: NewProvider, emulator: Emulator, kind: str
) -> None:
    # By chance, so that a clean error remains possible; a wrong answer is not.
    network.add(kind, toxicity=0.3, timeout=30)
    one = provider(maxAttempts=8)
    answers = 0
    for _ in range(4):
        try:
            assert read(one) == right(emulator)
            answers += 1
        except TransportError as error:
            clean(error)
    # Each page has eight attempts of which one in three fails: four failures in a row hardly come by chance.
    assert answers >= 1


def test_a_network_down_in_mid_walk_is_waited_for(network: Network, provider: NewProvider, emulator: Emulator) -> None:
    emulator.store.generate(SITE_ID, 300)
    emulator.delay = 0.03
    before = 0

    def interruption() -> None:
        nonlocal before
        while len(emulator.requests) < 8:
            time.sleep(0.01)
        network.up(False)
        before = emulator.connections
        time.sleep(0.4)
        network.up(True)

    thread = threading.Thread(target=interruption)
    thread.start()
    try:
        assert read(provider(maxAttempts=8)) == right(emulator)
    finally:
        thread.join()
    # Pages were still to come: they needed new connections.
    assert emulator.connections > before > 0


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
