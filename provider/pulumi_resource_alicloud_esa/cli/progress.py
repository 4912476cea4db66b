"""How far a long listing is, on a terminal only."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Report = Callable[[int, int], None]


@contextmanager
def progress(subject: str) -> Iterator[Report]:
    """A function to tell how many of how many rows are read; the display is gone afterwards."""
    if not _can_show():
        yield lambda done, total: None
        return
    display = _Display(subject)
    try:
        yield display.report
    finally:
        display.stop()


class _Display:
    """A bar that appears with the first of several pages: a single page needs none."""

    def __init__(self, subject: str) -> None:
        self._subject = subject
        self._bar: Any = None
        self._task: Any = None
        self._lock = threading.Lock()
        self._stopped = False

    def report(self, done: int, total: int) -> None:
        """Called from the thread that reads."""
        with self._lock:
            # A call that was interrupted may still report; nobody would stop the bar then.
            if self._stopped or (self._bar is None and done >= total):
                return
            if self._bar is None:
                self._start(total)
            self._bar.update(self._task, completed=done, total=total)

    def stop(self) -> None:
        """Take it off the screen."""
        with self._lock:
            self._stopped = True
            if self._bar is not None:
                self._bar.stop()

    def _start(self, total: int) -> None:
        # Here: a pipeline never needs it, and it costs more time than all the rest of the start.
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        self._task = bar.add_task(self._subject, total=total)
        bar.start()
        self._bar = bar


def _can_show() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
