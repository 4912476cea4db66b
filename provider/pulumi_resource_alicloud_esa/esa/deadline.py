"""How one call ends early: its time is up, or somebody asked to stop.

A thread that sleeps wakes at once; a thread that waits in a socket is woken by shutting that socket down,
which is the only way out of a read that the other side never finishes.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from typing import TypeVar
from weakref import WeakKeyDictionary

from .errors import Cancelled, DeadlineExceeded, EsaError

T = TypeVar("T")
_POLL_SECONDS = 0.05
# Which call waits in a socket. A connection goes back to the pool before its call has unwatched it, and the next call
# may have it by then: only the last one to watch a socket may shut it.
_owners: WeakKeyDictionary[socket.socket, Deadline] = WeakKeyDictionary()
_owners_lock = threading.Lock()


class Deadline:
    """The time and the stop signal that all attempts, sleeps and pages of one call share."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._ends_at = time.monotonic() + seconds
        self._ended = threading.Event()
        self._reason: EsaError | None = None

    def remaining(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self._ends_at - time.monotonic())

    def check(self) -> None:
        """Raise Cancelled or DeadlineExceeded once this call is over."""
        if self._reason is not None:
            raise self._reason
        if self.remaining() <= 0:
            raise self._exceeded()

    def sleep(self, seconds: float) -> None:
        """Wait; a wait that would pass the deadline is refused at once."""
        self.check()
        if seconds >= self.remaining():
            raise DeadlineExceeded(self.seconds, seconds)
        self._ended.wait(seconds)
        self.check()

    def wait(self, future: Future[T]) -> T:
        """The future's result, unless the call ends first; the work on it goes on all the same."""
        while not future.done():
            self.check()
            wait({future}, timeout=min(_POLL_SECONDS, self.remaining()))
        return future.result()

    def cancel(self) -> None:
        """End the call now with Cancelled."""
        self._end(Cancelled())

    def expire(self) -> None:
        """End the call now with DeadlineExceeded; called by a timer when the time is up."""
        self._end(self._exceeded())

    @property
    def ended(self) -> EsaError | None:
        """Why the call is over, or None while it goes on."""
        if self._reason is None and self.remaining() <= 0:
            return self._exceeded()
        return self._reason

    @contextlib.contextmanager
    def timer(self) -> Iterator[None]:
        """Call `expire` on time even while every thread waits in a socket."""
        timer = threading.Timer(self.remaining(), self.expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def watch(self, sock: socket.socket) -> None:
        """Have this socket shut down when the call ends early."""
        with _owners_lock:
            _owners[sock] = self
            if self._reason is not None:
                _shut(sock)

    def unwatch(self, sock: socket.socket) -> None:
        """Leave the socket alone from now on: it goes back to the pool for other calls."""
        with _owners_lock:
            if _owners.get(sock) is self:
                del _owners[sock]

    def _end(self, reason: EsaError) -> None:
        with _owners_lock:
            if self._reason is not None:
                return
            self._reason = reason
            for sock in [sock for sock, owner in _owners.items() if owner is self]:
                _shut(sock)
        self._ended.set()

    def _exceeded(self) -> DeadlineExceeded:
        return DeadlineExceeded(self.seconds)


def _shut(sock: socket.socket) -> None:
    # The plain socket's method: an SSLSocket's own would first drop the TLS state under the reading thread.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
