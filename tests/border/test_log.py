"""Lines to the engine: in order where it answers, and never a burden where it does not."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2_grpc
from pulumi_resource_alicloud_esa.engine.log import EngineLog


class Engine(engine_pb2_grpc.EngineServicer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.logged: list[str] = []

    def Log(self, request: Any, context: Any) -> Any:
        self.logged.append(request.message)
        return empty_pb2.Empty()


@pytest.fixture
def engine() -> Iterator[tuple[Engine, str]]:
    """An engine that answers, and its address."""
    stub, server = Engine(), grpc.server(ThreadPoolExecutor(2))
    engine_pb2_grpc.add_EngineServicer_to_server(stub, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield stub, f"127.0.0.1:{port}"
    server.stop(0).wait()


def test_a_line_has_arrived_before_the_call_goes_on(engine: tuple[Engine, str]) -> None:
    stub, address = engine
    log = EngineLog(address)
    for number in range(20):
        log.info(str(number))
        assert stub.logged[-1] == str(number)


def test_an_engine_that_never_answers_costs_one_wait_in_sum(engine: tuple[Engine, str]) -> None:
    stub, address = engine
    with socket.create_server(("127.0.0.1", 0)) as silent:
        log = EngineLog(f"127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        for _ in range(20):
            log.warning("x")
        assert 1.5 < time.monotonic() - began < 3.5
    # The next engine is waited for again.
    log.attach(address)
    log.info("y")
    assert stub.logged == ["y"]


def test_where_nothing_listens_nothing_is_waited_for() -> None:
    log = EngineLog("127.0.0.1:9")
    began = time.monotonic()
    for _ in range(20):
        log.warning("x")
    assert time.monotonic() - began < 1.5
