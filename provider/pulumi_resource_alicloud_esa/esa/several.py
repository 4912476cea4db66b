"""The same work for many items, a bounded number at a time, as long as the call lasts."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from queue import Empty, SimpleQueue
from typing import TypeVar

from .deadline import Deadline

T = TypeVar("T")
R = TypeVar("R")
_POLL_SECONDS = 0.1


def several(
    workers: Executor, at_once: Callable[[], int], work: Callable[[T], R], items: Iterable[T], deadline: Deadline
) -> Iterator[tuple[T, R]]:
    """Each item with its result as it arrives, no more than `at_once` says under way; the first error ends it.

    Bounded here, not by the workers alone: calls share them, and a long queue of one call would delay the others.
    """
    waiting = iter(items)
    running: dict[Future[R], T] = {}
    # Not concurrent.futures.wait, which takes the lock of each future for each result.
    done: SimpleQueue[Future[R]] = SimpleQueue()
    try:
        while True:
            while len(running) < at_once():
                try:
                    item = next(waiting)
                except StopIteration:
                    break
                future = workers.submit(work, item)
                running[future] = item
                future.add_done_callback(done.put)
            if not running:
                return
            with contextlib.suppress(Empty):
                future = done.get(timeout=_POLL_SECONDS)
                yield running.pop(future), future.result()
            deadline.check()
    finally:
        for future in running:
            future.cancel()
