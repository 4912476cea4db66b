"""Where a trace may hang its spans. What a span is, only the maker of the hook knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext

SpanHook = Callable[[str, Mapping[str, "str | int"]], AbstractContextManager[object]]


def no_span(name: str, attributes: Mapping[str, str | int]) -> AbstractContextManager[object]:
    """What is called when tracing is off."""
    return nullcontext()
