"""How many requests one client has under way, and how fast they start.

Concurrency is halved when the service throttles and grows back by one a second of good answers. Halving alone
does not slow down a fast service that counts requests, so after the first throttled answer requests also start
no faster than the rate that got through, and that rate recovers by a quarter a second.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator

from .deadline import Deadline

_POLL_SECONDS = 0.05
_WINDOW_SECONDS = 1.0
_BACK_OFF = 0.7
_RECOVERY = 1.25
_UNLIMITED_AFTER = 8.0


class Pace:
    """The gate that every request of one client passes."""

    def __init__(self, max_concurrency: int) -> None:
        self.max_concurrency = max_concurrency
        self.limit = float(max_concurrency)
        self._in_flight = 0
        self._rate: float | None = None
        self._throttled_rate = 0.0
        self._next_start = 0.0
        self._last_change = 0.0
        self._successes: deque[float] = deque(maxlen=1024)
        self._free = threading.Condition()

    @contextlib.contextmanager
    def turn(self, deadline: Deadline) -> Iterator[Callable[[], None]]:
        """Wait for a place and for the right moment, then hold the place until the end, or until this is called."""
        self._enter(deadline)
        with contextlib.ExitStack() as held:
            held.callback(self._leave)
            yield held.close

    def _enter(self, deadline: Deadline) -> None:
        with self._free:
            while self._in_flight >= max(1, int(self.limit)):
                deadline.check()
                self._free.wait(_POLL_SECONDS)
            self._in_flight += 1
            start = self._reserve()
        try:
            pause = start - time.monotonic()
            if pause > 0:
                deadline.sleep(pause)
            else:
                deadline.check()
        except BaseException:
            self._leave()
            raise

    def _leave(self) -> None:
        with self._free:
            self._in_flight -= 1
            self._free.notify()

    def _reserve(self) -> float:
        now = time.monotonic()
        start = max(now, self._next_start)
        if self._rate is not None:
            self._next_start = start + 1.0 / self._rate
        return start

    def throttled(self, wait: float) -> None:
        """The service said "too many": fewer at once, and slower."""
        with self._free:
            now = time.monotonic()
            recent = [moment for moment in self._successes if moment > now - _WINDOW_SECONDS]
            # The refusals of one burst arrive together; they count as one signal, not as eight.
            if now - self._last_change > 0.2:
                self._last_change = now
                self.limit = max(1.0, self.limit / 2)
                # If no request got through there is no rate to measure: take half of what was tried.
                tried = self._rate or 2.0 * self.max_concurrency
                self._rate = max(1.0, _BACK_OFF * len(recent) / _WINDOW_SECONDS if recent else tried / 2)
                self._throttled_rate = self._rate
            self._next_start = max(self._next_start, now + min(wait, 1.0))

    def succeeded(self) -> None:
        """A request got through: after a second without throttling, allow a little more."""
        with self._free:
            now = time.monotonic()
            self._successes.append(now)
            if self._rate is None and self.limit >= self.max_concurrency:
                return
            if now - self._last_change >= 1.0:
                self._last_change = now
                self.limit = min(float(self.max_concurrency), self.limit + 1)
                if self._rate is not None:
                    self._rate *= _RECOVERY
                    if self._rate > self._throttled_rate * _UNLIMITED_AFTER:
                        self._rate = None
                self._free.notify()
