"""The calls of one command: same settings and credentials as the provider, and they can be stopped.

The work runs in threads of its own: the main thread stays free to notice Ctrl-C even while a name is being
looked up, which no signal interrupts.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import closing, suppress
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from .. import environment
from ..client import Client
from ..config import Settings, read_settings
from ..context import CallContext
from ..esa.deadline import Deadline
from ..esa.errors import FailedAttempt, Fault, InvalidInput
from ..esa.inputs import Inputs, shown
from ..esa.printable import printable
from . import say
from .faults import doubt_line
from .progress import Display, progress
from .site_choice import SiteChoice

T = TypeVar("T")
R = TypeVar("R")
_POLL_SECONDS = 0.1
_GRACE_SECONDS = 0.3
# Characters of why an attempt failed, beside the bar.
_LONGEST_WHY = 60


def read_all(
    site: SiteChoice,
    connection: Mapping[str, Any],
    read: Callable[[Inputs], T],
    form: str | None = None,
    accepted: Sequence[str] = ("table", "json"),
) -> tuple[T, Settings]:
    """What `read` makes of the choice's values, and the settings; raises InvalidInput with all faults.

    A format that is not accepted is one of them. A site's id that `read` asks for is "" where the values have none.
    """
    inputs = Inputs(site.values)
    if form is not None and form not in accepted:
        inputs.faults.append(Fault("--format", f"{shown(form)} is not accepted; give {' or '.join(accepted)}"))
    result = read(inputs)
    inputs.faults[:] = site.with_faults(inputs.faults)
    inputs.refuse_unread()
    faults: list[Fault] = list(inputs.faults)
    settings = Settings()
    try:
        settings = read_settings(connection, os.environ)
    except InvalidInput as error:
        faults += error.faults
    if faults:
        raise InvalidInput(faults)
    return result, settings


def environment_for(settings: Settings) -> Mapping[str, str]:
    """The environment, in which what is typed wins: beside a profile no access keys are in it."""
    return environment.without_keys(os.environ) if settings.profile else os.environ


def call(settings: Settings, subject: str, work: Callable[[CallContext], T]) -> T:
    """The result of `work`; raises what it raises. `subject` is what a terminal shows as being read."""
    with closing(Session(settings)) as session:
        return session.call(subject, work)


class Session:
    """Several calls, one after the other or side by side, that share keys, connections and the bound of maxConcurrency.

    Closed at its end, so that none goes on.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._display: Display | None = None
        env = environment_for(settings)
        self._client = Client(settings, env, say.warning, say.debug, describe=doubt_line, paused=self._paused)
        self._calls: set[_Call[Any]] = set()

    def call(self, subject: str, work: Callable[[CallContext], R]) -> R:
        """The result of one call; raises what the work raises."""
        ((_, result),) = self.each(subject, [None], lambda item, context: work(context))
        return result()

    def each(
        self, subject: str, items: Sequence[T], work: Callable[[T, CallContext], R]
    ) -> Iterator[tuple[T, Callable[[], R]]]:
        """Each item with its result as it arrives; asking for that raises what the work on this item raised.

        As many at once as there may be requests, which all pass one gate; each has the time limit for itself.
        """
        waiting, done = deque(items), 0
        running: dict[_Call[R], T] = {}
        ended: SimpleQueue[None] = SimpleQueue()
        with progress(subject) as display:
            self._display = display
            # How far one of many sites is read is not shown.
            report = display.report if len(items) == 1 else lambda done, total: None
            while waiting or running:
                while waiting and len(running) < self._settings.max_concurrency:
                    item = waiting.popleft()
                    call = self._call(partial(work, item), report, ended)
                    running[call] = item
                with suppress(Empty):
                    ended.get(timeout=_POLL_SECONDS)
                for call in [call for call in running if call.over()]:
                    done += 1
                    if len(items) > 1:
                        display.report(done, len(items), f"site {done} of {len(items)}")
                    self._calls.discard(call)
                    yield running.pop(call), call.outcome

    def close(self) -> None:
        """Stop what is under way, and drop the connections."""
        if self._display is not None:
            self._display.stop()
        for call in self._calls:
            call.deadline.cancel()
        wait(self._calls, _GRACE_SECONDS)
        self._client.close()

    def _call(
        self, work: Callable[[CallContext], R], report: Callable[[int, int], None], ended: SimpleQueue[None]
    ) -> _Call[R]:
        deadline = Deadline(self._settings.timeout_seconds)
        context = CallContext(self._client.service, deadline, report)
        call = _Call(partial(work, context), deadline, ended)
        self._calls.add(call)
        call.start()
        return call

    def _paused(self, error: FailedAttempt, seconds: float) -> None:
        if self._display is not None:
            self._display.waiting(f"{printable(error.why, _LONGEST_WHY)}, again in {seconds:.1f} s")


class _Call(Future[R]):
    """One call in a daemon thread; `ended` is told when it is over."""

    def __init__(self, work: Callable[[], R], deadline: Deadline, ended: SimpleQueue[None]) -> None:
        super().__init__()
        self.deadline = deadline
        self._work = work
        self.add_done_callback(lambda _: ended.put(None))

    def start(self) -> None:
        threading.Thread(target=self._run, name="call", daemon=True).start()

    def over(self) -> bool:
        """Whether it is done, or its time is up and the work does not notice."""
        if self.deadline.ended is not None:
            wait([self], _GRACE_SECONDS)
            return True
        return self.done()

    def outcome(self) -> R:
        """What the work made; raises what it raised, or why the call is over where the work does not notice."""
        # Each asked once, this first: what the work made or raised is there only then, and may come between two looks.
        ended = self.deadline.ended
        if not self.done() and ended is not None:
            raise ended
        return self.result()

    def _run(self) -> None:
        try:
            with self.deadline.timer():
                value = self._work()
        except BaseException as error:
            self.set_exception(error)
        else:
            self.set_result(value)
