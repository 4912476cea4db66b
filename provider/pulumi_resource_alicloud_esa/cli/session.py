"""One call to the service from the command line: same settings and credentials as the provider, and it can be stopped.

The work runs in a thread of its own: the main thread stays free to notice Ctrl-C even while a name is being
looked up, which no signal interrupts.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from .. import environment
from ..client import Client
from ..config import Settings, read_settings
from ..context import CallContext
from ..esa.deadline import Deadline
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs
from . import say
from .faults import fault_line
from .progress import progress

T = TypeVar("T")
_POLL_SECONDS = 0.1
_GRACE_SECONDS = 0.3
# The client's debug line about an attempt that failed.
_PAUSE = re.compile(r"attempt \d+ of \d+, again in (?P<seconds>[\d.]+) s: (?P<why>[\w.-]+)")


def read_all(
    values: Mapping[str, Any], connection: Mapping[str, Any], read: Callable[[Inputs], T]
) -> tuple[T, Settings]:
    """What `read` makes of the values, and the settings; raises InvalidInput with the faults of both."""
    inputs = Inputs(values)
    result = read(inputs)
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
    deadline = Deadline(settings.timeout_seconds)
    with progress(subject) as display, deadline.timer():

        def debug(line: str) -> None:
            say.debug(line)
            if pause := _PAUSE.match(line):
                display.waiting(f"{pause['why']}, again in {pause['seconds']} s")

        client = Client(settings, environment_for(settings), say.warning, debug, describe=fault_line)
        running = _Running(lambda: work(CallContext(client.service, deadline, display.report)))
        try:
            return running.result(deadline)
        finally:
            deadline.cancel()
            running.done.wait(_GRACE_SECONDS)
            client.close()


class _Running(Generic[T]):
    """Work in a daemon thread."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.done = threading.Event()
        self._work = work
        self._value: T
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="call", daemon=True).start()

    def result(self, deadline: Deadline) -> T:
        """Wait for it; raises what it raised, or why the call is over where the work does not notice."""
        while not self.done.wait(_POLL_SECONDS):
            if deadline.ended is not None and not self.done.wait(_GRACE_SECONDS):
                raise deadline.ended
        if self._error is not None:
            raise self._error
        return self._value

    def _run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:
            self._error = error
        finally:
            self.done.set()
