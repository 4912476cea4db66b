"""The engine's calls: blocking work in threads, every error as one clean status, no work left running afterwards."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeVar, cast

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


class _Call:
    """One call: its work, done in a thread, and its end, for which the event loop waits."""

    def __init__(self, work: Callable[[Deadline], object]) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        # A signal alone: asyncio's futures do not take every error.
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None
        self._left = False
        self._result: Any = None
        self._error: BaseException | None = None
        self.deadline: Deadline | None = None

    def do(self, deadline: Deadline) -> None:
        """Do the work, in a thread, unless nobody waits for it any more."""
        self.deadline = deadline
        if self._left:
            return
        try:
            self._result = self._work(deadline)
        except BaseException as error:
            self._error = error
        # Raises where a thread that was given up outlives the loop; nobody looks at that.
        self._loop.call_soon_threadsafe(self._end)

    async def result(self) -> Any:
        """What the work gave or raised, or the error with which it was given up."""
        await self._ended
        if self._error is not None:
            raise self._error
        return self._result

    def after(self, seconds: float, action: Callable[..., None], *arguments: Any) -> None:
        """Do this in so many seconds, in the place of what was to be done later before."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, action, *arguments)

    def give_up(self, error: EsaError) -> None:
        """End with this error soon: a thread that hangs in a look-up or a connect does not notice that it is over."""
        self.after(GRACE_SECONDS, self._end, error)

    def leave(self) -> None:
        """Drop queued work, end running work: nobody waits for it any more."""
        self._left = True
        if self._timer is not None:
            self._timer.cancel()
        if self.deadline is not None:
            self.deadline.cancel()

    def _end(self, error: EsaError | None = None) -> None:
        if not self._ended.done():
            self._error = error or self._error
            self._ended.set_result(None)


class Calls:
    """Runs the work of one provider's calls."""

    def __init__(self, provider: EsaProvider) -> None:
        self._esa = provider
        self._threads = ThreadPoolExecutor(MAX_CALLS, thread_name_prefix="call")
        self._running: set[_Call] = set()
        self._cancelled = False

    def cancel(self) -> None:
        """End all running calls, and those to come."""
        self._esa.cancel()
        if not self._cancelled:
            self._cancelled = True
            for call in self._running:
                self._watch(call)

    def resume(self) -> None:
        """Take calls again."""
        self._esa.resume()
        self._cancelled = False

    async def run(self, context: Any, work: Callable[[Deadline], T], about: Any = None) -> T:
        """Do the work in a thread; end the call with one status whatever happens, without secrets of `about`."""
        call = _Call(work)
        self._running.add(call)
        try:
            self._watch(call)
            self._threads.submit(lambda: call.do(Deadline(self._esa.timeout_seconds)))
            return cast(T, await call.result())
        except Exception as error:
            code, text = self._status(error)
            await abort(context, code, text if about is None else without_secrets(text, to_plain(about)))
        finally:
            self._running.discard(call)
            call.leave()

    def _watch(self, call: _Call) -> None:
        """End the call on time, which counts from when its work starts: there may be more calls than threads."""
        if self._cancelled:
            call.give_up(Cancelled())
            return
        timeout = self._esa.timeout_seconds
        seconds = call.deadline.remaining() if call.deadline else timeout
        if seconds or not call.deadline:
            call.after(seconds, self._watch, call)
        else:
            call.deadline.expire()
            call.give_up(DeadlineExceeded(timeout))

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


async def abort(context: Any, code: grpc.StatusCode, text: str) -> NoReturn:
    """End the call with this status."""
    await context.abort(code, text)
    raise AssertionError("abort returned")
