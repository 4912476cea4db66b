"""The engine's calls: blocking work in threads, every error as one clean status, no work left running afterwards."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeVar

import grpc

from .engine.faults import PROPERTIES
from .engine.secrets import without_secrets
from .engine.values import to_plain
from .esa.deadline import Deadline
from .esa.errors import Cancelled, CredentialsError, DeadlineExceeded, EsaError, InvalidInput, OutOfThreads, explained
from .provider import EsaProvider
from .schema import VERSION

T = TypeVar("T")
MAX_CALLS = 16
GRACE_SECONDS = 0.5

_STATUS: tuple[tuple[type[EsaError], grpc.StatusCode], ...] = (
    (InvalidInput, grpc.StatusCode.INVALID_ARGUMENT),
    (CredentialsError, grpc.StatusCode.UNAUTHENTICATED),
    (Cancelled, grpc.StatusCode.CANCELLED),
    (DeadlineExceeded, grpc.StatusCode.DEADLINE_EXCEEDED),
    (OutOfThreads, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (EsaError, grpc.StatusCode.UNKNOWN),
)


class Calls:
    """Runs the work of one provider's calls."""

    def __init__(self, provider: EsaProvider) -> None:
        self._esa = provider
        self._threads = ThreadPoolExecutor(MAX_CALLS, thread_name_prefix="call")
        self._cancelled: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def cancel(self) -> None:
        """End all running calls, and those to come."""
        self._esa.cancel()
        if not self._cancelled.done():
            self._cancelled.set_result(None)

    def resume(self) -> None:
        """Take calls again."""
        self._esa.resume()
        if self._cancelled.done():
            self._cancelled = asyncio.get_running_loop().create_future()

    async def run(self, context: Any, work: Callable[[Deadline], T], about: Any = None) -> T:
        """Do the work in a thread; end the call with one status whatever happens, without secrets of `about`."""
        deadlines: list[Deadline] = []
        ended = False

        def begin() -> T:
            deadlines.append(Deadline(self._esa.timeout_seconds))
            if ended:
                deadlines[0].cancel()
            return work(deadlines[0])

        future: asyncio.Future[T] | None = None
        try:
            future = asyncio.get_running_loop().run_in_executor(self._threads, begin)
            # If the call is cancelled, the result is never fetched, and asyncio would print the error in it.
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
            await self._wait(future, deadlines)
            return future.result()
        except Exception as error:
            code, text = self._status(error)
            await abort(context, code, text if about is None else without_secrets(text, to_plain(about)))
        finally:
            # The caller has left or was cancelled: drop queued work, end running work.
            ended = True
            if future is not None:
                future.cancel()
            for deadline in deadlines:
                deadline.cancel()

    def _status(self, error: Exception) -> tuple[grpc.StatusCode, str]:
        """The status and the text that the user reads."""
        error = explained(error)
        for kind, code in _STATUS:
            if isinstance(error, kind):
                return code, error.told(PROPERTIES)
        logging.getLogger(__name__).debug("unexpected error", exc_info=error)
        self._esa.log.debug("".join(traceback.format_exception(error)))
        text = f"a defect in alicloud-esa {VERSION}: {type(error).__name__}; please report it with the log of --debug"
        return grpc.StatusCode.INTERNAL, text

    async def _wait(self, future: asyncio.Future[Any], deadlines: Sequence[Deadline]) -> None:
        """Wait until the work is done; end it on time, and raise when the thread does not notice that it was ended.

        One that hangs in a look-up or a connect cannot be woken. The time counts from when the work starts, with its
        deadline: a program may make more calls at once than there are threads.
        """
        cancelled = self._cancelled
        while not future.done() and not cancelled.done():
            seconds = deadlines[0].remaining() if deadlines else self._esa.timeout_seconds
            if not seconds:
                deadlines[0].expire()
                break
            await asyncio.wait({future, cancelled}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            await asyncio.wait({future}, timeout=GRACE_SECONDS)
        if not future.done():
            raise Cancelled if cancelled.done() else DeadlineExceeded(self._esa.timeout_seconds)


async def abort(context: Any, code: grpc.StatusCode, text: str) -> NoReturn:
    """End the call with this status."""
    await context.abort(code, text)
    raise AssertionError("abort returned")
