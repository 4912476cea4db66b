"""The threads that a test starts, told apart from those that an earlier test left to end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection


def watch_threads() -> Callable[[], Collection[threading.Thread]]:
    """What tells which threads were started since and still run."""
    before = {*threading.enumerate()}
    return lambda: {*threading.enumerate()} - before


def still_running(started: Callable[[], Collection[threading.Thread]], seconds: float) -> Collection[threading.Thread]:
    """Those that have not ended after so many seconds."""
    end = time.monotonic() + seconds
    while started() and time.monotonic() < end:
        time.sleep(0.01)
    return started()
