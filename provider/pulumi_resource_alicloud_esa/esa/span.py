"""Where a trace may hang its spans. Only the code that gives the hook knows the kind of span."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

SpanHook = Callable[[str, Mapping[str, "str | int"]], AbstractContextManager[object]]


def no_span(name: str, attributes: Mapping[str, str | int]) -> AbstractContextManager[object]:
    """The hook when tracing is off: it does nothing."""
    return nullcontext()
