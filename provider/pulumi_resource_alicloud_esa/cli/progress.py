"""What a call is waiting for, on a terminal only."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from . import say

# Progress is shown only after this time: most calls are over before.
_SILENT_SECONDS = 1.0


@contextmanager
def progress(subject: str) -> Iterator[Display]:
    """A display of how far the reading is, removed afterwards."""
    display = Display(subject, _can_show())
    try:
        yield display
    finally:
        display.stop()


class Display:
    """A line that appears with the first of several pages, or when nothing happened for a second."""

    def __init__(self, subject: str, shown: bool) -> None:
        self._subject = subject
        self._bar: Any = None
        self._task: Any = None
        self._lock = threading.Lock()
        self._stopped = not shown
        self._doing = "waiting for the first page"
        self._timer = threading.Timer(_SILENT_SECONDS, self._start_late)
        self._timer.daemon = True
        if shown:
            self._timer.start()

    def report(self, done: int, total: int, count: str = "") -> None:
        """Show that `done` of `total` rows are read, or as `count` says; called from the thread that reads."""
        with self._lock:
            # An interrupted call may still report; a bar started then would never be stopped.
            if self._stopped or (self._bar is None and done >= total):
                return
            self._doing = ""
            self._show()
            self._bar.update(self._task, completed=done, total=total, doing="", count=count or f"{done}/{total}")

    def waiting(self, text: str) -> None:
        """What holds the call up, such as a pause before the next attempt; shown until the next page is read."""
        with self._lock:
            if self._stopped:
                return
            self._doing = text
            self._show()
            self._bar.update(self._task, doing=text)

    def stop(self) -> None:
        """Take it off the screen."""
        self._timer.cancel()
        with self._lock:
            self._stopped = True
            if self._bar is not None:
                self._bar.stop()

    def _start_late(self) -> None:
        with self._lock:
            if not self._stopped:
                self._show()

    def _show(self) -> None:
        if self._bar is not None:
            return
        # Imported here: a pipeline never needs it, and it takes more time than all the rest of the start.
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        texts = ("{task.description}", "{task.fields[count]}", "{task.fields[doing]}")
        subject, count, doing = (TextColumn(text, markup=False) for text in texts)
        # Rich reads NO_COLOR itself, and knows nothing of --no-color.
        console = Console(stderr=True, no_color=say.no_colour or None)
        bar = Progress(subject, BarColumn(bar_width=20), count, doing, console=console, transient=True)
        self._task = bar.add_task(self._subject, total=None, count="", doing=self._doing)
        bar.start()
        self._bar = bar


def _can_show() -> bool:
    return sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
