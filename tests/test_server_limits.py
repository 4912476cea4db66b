"""What the server does when things hang, fail or go away: every call still ends on time, with one line."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import proto
from pulumi_resource_alicloud_esa.calls import Calls
from pulumi_resource_alicloud_esa.engine.wire import to_struct
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import DeadlineExceeded, EsaError
from pulumi_resource_alicloud_esa.provider import EsaProvider

from emulator import Emulator, Glitch
from tests.support.running import SITE, Running


@pytest.fixture
def hung(running: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Name look-ups that do not come back, as nothing can interrupt them."""
    released = threading.Event()

    def hang(*_: Any, **__: Any) -> Any:
        released.wait(20)
        raise socket.gaierror("released")

    running.stub.Configure(proto.ConfigureRequest(variables={"alicloud-esa:config:timeoutSeconds": "1"}))
    monkeypatch.setattr(socket, "getaddrinfo", hang)
    yield released
    released.set()


def test_the_time_holds_while_a_name_is_looked_up(running: Running, hung: threading.Event) -> None:
    began = time.monotonic()
    code, text = running.failure(**SITE)
    assert code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "within 1 seconds" in text
    assert time.monotonic() - began < 3


def test_waiting_for_a_thread_does_not_count(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    running.stub.Configure(proto.ConfigureRequest(variables={"alicloud-esa:config:timeoutSeconds": "1"}))
    monkeypatch.setattr(running.provider, "invoke", lambda token, inputs, *rest: time.sleep(0.15) or {"totalCount": 45})
    began = time.monotonic()
    calls = [running.later(**SITE) for _ in range(300)]
    assert [getattr(call.result(), "return").fields["totalCount"].number_value for call in calls] == [45] * 300
    assert time.monotonic() - began > 1.25


def test_a_defect_is_one_line_and_holds_up_nobody(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    invoke = running.provider.invoke

    def broken(token: str, inputs: dict[str, Any], *rest: Any) -> dict[str, Any]:
        if inputs.get("name") == "broken":
            raise RuntimeError("secret detail")
        return invoke(token, inputs, *rest)

    monkeypatch.setattr(running.provider, "invoke", broken)
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(1) as caller:
        # An engine that accepts and says nothing: the log line waits for it for two seconds.
        running.provider.log.attach(f"127.0.0.1:{silent.getsockname()[1]}")
        call = caller.submit(running.failure, name="broken")
        time.sleep(0.2)
        began = time.monotonic()
        assert running.invoke(**SITE)["totalCount"] == 45
        assert time.monotonic() - began < 1
        code, text = call.result(10)
    assert code is grpc.StatusCode.INTERNAL
    assert text.startswith("a defect in alicloud-esa")
    assert "secret detail" not in text
    running.provider.log.attach("")


def test_a_caller_that_goes_away_leaves_no_traceback(
    running: Running, shared: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    shared.glitches.add(Glitch(stall=True))
    call = running.later(**SITE)
    time.sleep(0.3)
    call.cancel()
    time.sleep(0.1)
    running.provider.cancel()
    time.sleep(0.3)
    running.provider.resume()
    shared.glitches.clear()
    assert running.invoke(**SITE)["totalCount"] == 45
    # asyncio complains of an error that nobody asked for when it is thrown away.
    gc.collect()
    assert "exception" not in caplog.text


def test_calls_that_a_client_cancels_hold_up_nobody(running: Running, shared: Emulator) -> None:
    shared.glitches.add(Glitch(stall=True))
    # More than there are threads: some run, some wait for one.
    calls = [running.later(**SITE) for _ in range(40)]
    time.sleep(0.5)
    for call in calls:
        call.cancel()
    # A call may begin in the place of one that was cancelled, until it is itself: such requests are still on their way.
    sent = -1
    while sent != (now := len(shared.requests)):
        sent = now
        time.sleep(0.5)
    shared.glitches.clear()
    began = time.monotonic()
    assert running.invoke(**SITE)["totalCount"] == 45
    assert time.monotonic() - began < 1.5
    # One page only: the calls that waited were dropped, so nothing was read for clients that had gone.
    assert len(shared.requests) == sent + 1


@pytest.mark.parametrize("threads", ["call", "page"], ids=["of a call", "of a page"])
def test_no_thread_to_be_had_is_one_line(running: Running, monkeypatch: pytest.MonkeyPatch, threads: str) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name.startswith(threads):
            raise RuntimeError("can't start new thread")
        start(thread)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        code, text = running.failure(**SITE, pageSize=10)
    assert code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert text.startswith("the system lets this process start no more threads: raise its limit")
    assert text.isprintable()
    assert running.invoke(**SITE)["totalCount"] == 45


def test_a_read_whose_time_is_up_is_ended_by_that_and_not_by_a_cancel_later() -> None:
    seen: list[EsaError] = []

    def work(deadline: Deadline) -> None:
        near, far = socket.socketpair()
        with near, far:
            # Nothing is ever sent: only a socket that is shut down ends this.
            deadline.watch(near)
            assert near.recv(1) == b""
            assert deadline.ended is not None
            seen.append(deadline.ended)
            raise deadline.ended

    class Context:
        async def abort(self, code: grpc.StatusCode, text: str) -> None:
            raise grpc.aio.AbortError(code, text)

    async def call() -> None:
        provider = EsaProvider(environment={})
        provider.configure({"timeoutSeconds": 1})
        await Calls(provider).run(Context(), work)

    with pytest.raises(grpc.aio.AbortError) as caught:
        asyncio.run(call())
    assert caught.value.args[0] is grpc.StatusCode.DEADLINE_EXCEEDED
    assert [type(error) for error in seen] == [DeadlineExceeded]


def test_the_time_of_a_call_is_watched_without_a_thread_beside_it(running: Running, shared: Emulator) -> None:
    shared.glitches.add(Glitch(stall=True))
    calls = [running.later(**SITE) for _ in range(3)]
    time.sleep(0.5)
    assert not any(isinstance(thread, threading.Timer) for thread in threading.enumerate())
    shared.glitches.clear()
    for call in calls:
        call.cancel()


def configure(running: Running, **settings: Any) -> None:
    running.stub.Configure(proto.ConfigureRequest(args=to_struct(settings)))


def test_a_second_provider_with_other_settings_is_refused(running: Running) -> None:
    configure(running, region="a")
    configure(running, region="a")
    with pytest.raises(grpc.RpcError, match="PULUMI_DEBUG_PROVIDERS attaches all") as caught:
        configure(running, region="b")
    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION  # type: ignore[attr-defined]
    assert running.invoke(**SITE)["totalCount"] == 45


def test_settings_that_are_wrong_do_not_stand_in_the_way_of_right_ones(running: Running) -> None:
    with pytest.raises(grpc.RpcError, match="maxAttempts"):
        configure(running, maxAttempts=0)
    configure(running, maxAttempts=2)


def test_the_next_engine_may_bring_other_settings_once_the_last_one_has_gone(running: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        one, two = (f"127.0.0.1:{server.getsockname()[1]}" for server in (first, second))
        running.stub.Attach(proto.PluginAttach(address=one))
        configure(running, region="a")
        running.stub.Attach(proto.PluginAttach(address=two))
        with pytest.raises(grpc.RpcError, match="PULUMI_DEBUG_PROVIDERS"):
            configure(running, region="b")
        # The second engine goes, and a third one comes.
        second.close()
        running.stub.Attach(proto.PluginAttach(address=one))
        configure(running, region="b")
        running.stub.Cancel(empty_pb2.Empty())
        running.stub.Attach(proto.PluginAttach(address=one))
        configure(running, region="c")
    running.provider.log.attach("")


@pytest.mark.parametrize("method", ["Call", "Construct", "Parameterize", "Handshake"])
def test_what_is_not_served_says_so_in_one_line(running: Running, method: str) -> None:
    request = {
        "Call": proto.CallRequest(tok="alicloud-esa:index:x"),
        "Construct": proto.ConstructRequest(type="alicloud-esa:index:X"),
        "Parameterize": proto.ParameterizeRequest(args=proto.ParameterizeRequest.ParametersArgs(args=["x"])),
        "Handshake": proto.ProviderHandshakeRequest(engine_address="127.0.0.1:9"),
    }[method]
    with pytest.raises(grpc.RpcError) as caught:
        getattr(running.stub, method)(request)
    error: Any = caught.value
    assert error.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "alicloud-esa" in error.details()
    assert "class" not in error.details()


def test_there_is_no_mapping_and_that_is_no_error(running: Running) -> None:
    assert running.stub.GetMapping(proto.GetMappingRequest(key="terraform")).data == b""
    assert list(running.stub.GetMappings(proto.GetMappingsRequest(key="terraform")).providers) == []
    assert running.stub.Cancel(empty_pb2.Empty()) == empty_pb2.Empty()


def test_a_call_after_cancel_sends_nothing(running: Running, shared: Emulator) -> None:
    running.stub.Cancel(empty_pb2.Empty())
    assert running.failure(**SITE)[0] is grpc.StatusCode.CANCELLED
    assert shared.requests == []
