"""What a function or resource is given beside its inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .esa.deadline import Deadline
    from .esa.service import Service


Arrived = Callable[[Sequence[Any]], None]


class CallContext(NamedTuple):
    """One call: how to read the service, its deadline, and where progress is shown.

    `service` is called after the inputs were found valid, so that wrong inputs are reported even where there
    are no credentials.
    """

    service: Callable[[], Service]
    deadline: Deadline
    progress: Callable[[int, int], None]
    note: Callable[[str], None] = lambda line: None
    """Tells the user a line about what was read."""
    arrived: Arrived = lambda entries: None
    """Gets what will be answered, as far as it is there already."""
