"""While many pages are read, the engine's display shows how far it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from benchmarks.plugin import Plugin
from emulator import SITE_ID, Emulator


class EngineStub(engine_pb2_grpc.EngineServicer):
    """The part of the engine that a plugin talks to; keeps what it is told and would show without --debug."""

    def __init__(self) -> None:
        self.logged: list[Any] = []

    def Log(self, request: Any, context: Any) -> Any:
        if request.severity != engine_pb2.DEBUG:
            self.logged.append(request)
        return empty_pb2.Empty()


@pytest.fixture
def display() -> Iterator[tuple[EngineStub, str]]:
    """The stub and its address."""
    stub = EngineStub()
    server = grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(stub, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield stub, f"127.0.0.1:{port}"
    server.stop(0).wait()


def test_the_display_shows_how_far_it_is(display: tuple[EngineStub, str], emulator: Emulator) -> None:
    stub, address = display
    emulator.store.generate(SITE_ID, 1000)
    emulator.delay = 0.1
    with Plugin({**emulator.environment(), "PULUMI_PROJECT": "demo"}, {"maxConcurrency": 2}, engine=address) as plugin:
        plugin.invoke(siteId=str(SITE_ID), pageSize=25)
    messages = [entry.message for entry in stub.logged]
    counts = [re.fullmatch(rf"getScheduledPreloadJobs: site {SITE_ID}: (\d+) of 1000 read", text) for text in messages]
    assert len(counts) >= 2, messages
    assert all(counts), messages
    numbers = [int(count[1]) for count in counts if count]
    assert numbers == sorted(set(numbers))
    # Ephemeral: shown while it lasts, not kept among the diagnostics.
    assert all(entry.ephemeral and entry.severity == engine_pb2.INFO for entry in stub.logged)


def test_a_quick_answer_says_nothing(display: tuple[EngineStub, str], emulator: Emulator) -> None:
    stub, address = display
    with Plugin(emulator.environment(), engine=address) as plugin:
        plugin.invoke(siteId=str(SITE_ID))
    assert stub.logged == []


def test_an_engine_that_does_not_listen_does_not_stop_the_answer(emulator: Emulator) -> None:
    emulator.store.generate(SITE_ID, 1000)
    emulator.delay = 0.1
    with Plugin(
        {**emulator.environment(), "PULUMI_PROJECT": "demo"}, {"maxConcurrency": 2}, engine="127.0.0.1:9"
    ) as plugin:
        result = plugin.invoke(siteId=str(SITE_ID), pageSize=25)
    assert len(result.fields["jobs"].list_value.values) == 1000
