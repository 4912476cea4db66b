"""How a call's work is started, waited for and ended, by itself: without gRPC and without a service."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress

import grpc
import grpc.aio
import pytest
from pulumi_resource_alicloud_esa.calls import MAX_CALLS, Calls
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.provider import EsaProvider

Test = Callable[[Calls], Awaitable[None]]


class Context:
    """gRPC's context of a call, as far as a call that fails uses it."""

    async def abort(self, code: grpc.StatusCode, text: str) -> None:
        raise grpc.aio.AbortError(code, text)


class Result:
    """Something that can be seen to be thrown away."""


def on_a_loop(test: Test) -> None:
    async def run() -> None:
        await test(Calls(EsaProvider(environment={})))

    asyncio.run(run())


async def status(call: Awaitable[object]) -> grpc.StatusCode:
    """What the call fails with."""
    with pytest.raises(grpc.aio.AbortError) as caught:
        await call
    code: grpc.StatusCode = caught.value.args[0]
    return code


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """What work waits for that nothing wakes; set at the end, so that its thread ends."""
    event = threading.Event()
    yield event
    event.set()


def test_a_call_to_come_after_cancel_is_given_up_when_its_thread_hangs(released: threading.Event) -> None:
    async def test(calls: Calls) -> None:
        calls.cancel()
        began = time.monotonic()
        assert await status(calls.run(Context(), lambda _: released.wait(20))) is grpc.StatusCode.CANCELLED
        assert time.monotonic() - began < 5

    on_a_loop(test)


def test_calls_are_taken_again_after_resume(released: threading.Event) -> None:
    async def test(calls: Calls) -> None:
        calls.cancel()
        calls.resume()
        # Longer than a cancelled call gets.
        assert await calls.run(Context(), lambda _: released.wait(0.8)) is False

    on_a_loop(test)


def test_cancel_again_and_again_does_not_put_off_the_end_of_a_call(released: threading.Event) -> None:
    async def test(calls: Calls) -> None:
        call = asyncio.create_task(status(calls.run(Context(), lambda _: released.wait(20))))
        began = time.monotonic()
        while not call.done() and time.monotonic() - began < 5:
            await asyncio.sleep(0.1)
            calls.cancel()
        assert call.done()
        assert await call is grpc.StatusCode.CANCELLED

    on_a_loop(test)


def test_queued_work_of_a_caller_that_has_left_is_never_begun(released: threading.Event) -> None:
    begun: list[int] = []

    def work(number: int) -> Callable[[Deadline], bool]:
        return lambda _: begun.append(number) or released.wait(20)  # type: ignore[func-returns-value]

    async def test(calls: Calls) -> None:
        tasks = [asyncio.create_task(calls.run(Context(), work(number))) for number in range(MAX_CALLS + 2)]
        while len(begun) < MAX_CALLS:
            await asyncio.sleep(0.01)
        left, stays = tasks[-2:]
        left.cancel()
        await asyncio.wait([left])
        released.set()
        assert await stays
        await asyncio.wait(tasks)
        assert sorted(begun) == [*range(MAX_CALLS), MAX_CALLS + 1]

    on_a_loop(test)


@pytest.mark.parametrize("end", ["done", "failed", "cancelled", "left"])
def test_nothing_is_kept_of_a_call_that_is_over(released: threading.Event, end: str) -> None:
    kept: list[weakref.ref[Result]] = []

    def work(deadline: Deadline) -> Result:
        result = Result()
        kept.append(weakref.ref(result))
        if end == "failed":
            raise RuntimeError(result)
        if end != "done":
            released.wait(20)
        return result

    async def test(calls: Calls) -> None:
        call = asyncio.create_task(calls.run(Context(), work))
        while not kept:
            await asyncio.sleep(0.01)
        if end == "left":
            call.cancel()
        elif end == "cancelled":
            calls.cancel()
        with suppress(asyncio.CancelledError, grpc.aio.AbortError):
            await call
        del call
        released.set()
        waited = time.monotonic()
        while kept[0]() is not None and time.monotonic() - waited < 5:
            await asyncio.sleep(0.05)
            gc.collect()
        assert kept[0]() is None

    on_a_loop(test)


@pytest.mark.parametrize("error", [RuntimeError, StopIteration])
def test_an_error_of_any_kind_ends_the_call(error: type[Exception]) -> None:
    def work(_: Deadline) -> None:
        raise error

    async def test(calls: Calls) -> None:
        call = status(calls.run(Context(), work))
        assert await asyncio.wait_for(call, 5) is grpc.StatusCode.INTERNAL

    on_a_loop(test)
