"""What the engine asks of a resource, in plain Python."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from enum import Enum
from typing import Any, NamedTuple, Protocol

from ..context import CallContext
from ..esa.errors import Fault

Values = Mapping[str, Any]
Call = Callable[[], AbstractContextManager[CallContext]]
"""Opens a call, for the resource that has to read."""


class Change(Enum):
    """How a property differs; the names are those of the engine's protocol."""

    ADD = "ADD"
    DELETE = "DELETE"
    UPDATE = "UPDATE"
    REPLACE = "UPDATE_REPLACE"


class Diff(NamedTuple):
    """The changed properties by path, empty when nothing changed; notes are lines for the user."""

    changes: Mapping[str, Change]
    notes: Sequence[str] = ()

    @property
    def replaces(self) -> list[str]:
        """The paths that need a new resource."""
        return [path for path, change in self.changes.items() if change is Change.REPLACE]


class Resource(Protocol):
    """A module under resources/: what it answers to Check, Diff, Create and Read."""

    def check(self, olds: Values, news: Values, call: Call) -> tuple[dict[str, Any], list[Fault]]:
        """The checked inputs, and what is wrong with them."""
        ...

    def diff(self, olds: Values, news: Values, ignored: Sequence[str], now: int | None) -> Diff:
        """What differs between state and inputs; `now` is the service's time in milliseconds, where it is known."""
        ...

    def create(self, inputs: Values) -> tuple[str, dict[str, Any]]:
        """The id and the outputs."""
        ...

    def read(self, resource_id: str, inputs: Values, state: Values, call: Call) -> tuple[str, dict[str, Any]]:
        """The id and the live properties, inputs and outputs alike."""
        ...

    def every(self, query: dict[str, Any], context: CallContext) -> list[tuple[str, str]]:
        """The id and the name of each resource that can be imported."""
        ...
