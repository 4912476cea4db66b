"""All pages of a listing, or one: complete, without duplicates, or an error.

The first page tells how many rows there are and how many the server really puts on a page (it may clamp or
ignore PageSize). The other pages are asked for in that size, several at a time. The rows must then add up to
TotalCount; where they do not, or where TotalCount moved, the listing changed under our feet (or the server
repeats pages): it is read once more from the start, and after that it is an error. It is never cut silently,
not even by a TotalCount that is capped at a full page: the page after a full last one is asked for too.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct, field

from .clock import ServiceClock
from .deadline import Deadline
from .errors import ApiError, PartialAnswer
from .json_text import ExactPage
from .models import E, Shape
from .rows import read_page, read_request_id
from .several import several
from .span import SpanHook, no_span
from .terms import term

MAX_PAGES = 2000
"""Enough for 100,000 jobs at the default 50 a page."""
_NOTHING_TO_WAIT_FOR = 0.003
"""Seconds that a page is waited for below which more than two at once only get into each other's way."""
_SLOW = 0.03
"""Seconds that any later page is waited for from which that is no longer so; they also wait for each other's work."""

T = TypeVar("T")
R = TypeVar("R")
Progress = Callable[[int, int], None]
Arrived = Callable[[Sequence[E]], None]


class Caller(Protocol):
    """The part of a client that a listing uses."""

    @property
    def clock(self) -> ServiceClock:
        """The service's clock."""
        ...

    def call(
        self, action: str, parameters: Mapping[str, str], deadline: Deadline, page: ExactPage | None = None
    ) -> dict[str, Any]:
        """One call of one action."""
        ...


class Listing(Struct, Generic[E], frozen=True):
    """The rows asked for, in the service's order, with the RequestId of the first page and TotalCount."""

    request_id: str
    total_count: int
    rows: list[E]


class _Page(Struct, Generic[E], frozen=True):
    request_id: str
    total: int
    rows: list[E]
    by_id: dict[str, E]


class Source(Struct, Generic[E], frozen=True):
    """What is listed: by which action, under which key of its answer, and how its entries are read."""

    action: str
    key: str
    shape: Shape[E]
    repeats: Mapping[str, str] = field(default_factory=dict)
    """The fields of an entry that repeat a parameter of the request, with the value sent."""


class _Moved(Exception):
    """The pages do not fit together; the text says how."""


class Lister(Struct, frozen=True):
    """Reads listings through one client; `workers` bounds how many pages are asked for at once."""

    client: Caller
    workers: Executor
    concurrency: int
    span: SpanHook = no_span

    def read(
        self,
        source: Source[E],
        parameters: Mapping[str, str],
        size: int,
        deadline: Deadline,
        progress: Progress | None = None,
        number: int | None = None,
        arrived: Arrived[E] = lambda entries: None,
    ) -> Listing[E]:
        """All entries, or those of page `number`; raises what the client raises, and PartialAnswer.

        Of several pages `arrived` gets each, while the others are waited for.
        """
        reader = _Reader(self, source, parameters, deadline, progress, arrived)
        return reader.all(size) if number is None else reader.one(number, size)

    def each(
        self, work: Callable[[T], R], items: Iterable[T], deadline: Deadline, quick: Callable[[], bool] | None = None
    ) -> Iterator[tuple[T, R]]:
        """Each item with its result as it arrives; raises what the work raises first. While `quick`, two at a time."""

        def at_once() -> int:
            return min(2, self.concurrency) if quick and quick() else self.concurrency

        return several(self.workers, at_once, work, items, deadline)


class _Reader(Struct, Generic[E], frozen=True):
    """One listing being read."""

    lister: Lister
    source: Source[E]
    parameters: Mapping[str, str]
    deadline: Deadline
    progress: Progress | None
    arrived: Arrived[E]

    @property
    def asked(self) -> dict[str, str]:
        return {name: self.parameters[parameter] for name, parameter in self.source.repeats.items()}

    def one(self, number: int, size: int) -> Listing[E]:
        page = self._page(number, size)
        if not page.rows and (number - 1) * size < page.total:
            # A server that ignores PageSize serves other pages than asked for; the first one shows their real size.
            shown = len(self._page(1, size).rows)
            if (number - 1) * shown < page.total:
                raise PartialAnswer(
                    f"{self.source.action}: page {number} is empty, but TotalCount is {page.total}: try again"
                )
        return Listing(page.request_id, page.total, list(page.by_id.values()))

    def all(self, size: int) -> Listing[E]:
        with contextlib.suppress(_Moved):
            return self._walk(size)
        try:
            return self._walk(size)
        except _Moved as moved:
            raise PartialAnswer(
                f"{self.source.action}: {moved}, twice in a row. The jobs may be changing right now: try again; "
                "nothing partial is returned"
            ) from None

    def _walk(self, size: int) -> Listing[E]:
        first, waited = _timed(lambda: self._page(1, size))
        self._report(len(first.by_id), first.total)
        if len(first.by_id) > first.total:
            raise _Moved(f"page 1 has {len(first.by_id)} rows, but TotalCount is {first.total}")
        if len(first.by_id) < first.total:
            if not first.rows:
                raise _Moved(f"page 1 is empty, but TotalCount is {first.total}")
            # From here on in the size that the server showed: it divides the rows the same way whether the
            # server clamps PageSize, ignores it, or clamps the rows but not the offset.
            size = len(first.rows)
        last = -(-first.total // size)
        if last > MAX_PAGES and len(first.by_id) < first.total:
            raise PartialAnswer(
                f"{self.source.action}: {first.total} rows at {size} a page are {last} pages, more than {MAX_PAGES}: "
                f"raise {term('page size')}, or narrow {term('start')} and {term('end')}"
            )
        pages = self._rest(first, last, size, quick=waited <= _NOTHING_TO_WAIT_FOR)
        rows = dict(first.by_id)
        for number in sorted(pages.keys() - {last + 1}):
            for key, row in pages[number].by_id.items():
                if (other := rows.setdefault(key, row)) is not row and other != row:
                    raise _Moved(f"row {key} is there twice, on page {number} with other contents")
        if len(rows) != first.total:
            raise _Moved(f"the pages hold {len(rows)} different rows, but TotalCount is {first.total}")
        beyond = pages.get(last + 1, first)
        if not rows.keys() >= beyond.by_id.keys() or beyond.total != len(rows):
            raise _Moved(f"page {last + 1} has more rows, or TotalCount is no longer {len(rows)}")
        return Listing(first.request_id, first.total, list(rows.values()))

    def _rest(self, first: _Page[E], last: int, size: int, quick: bool) -> dict[int, _Page[E]]:
        """The other pages by number, and beside them the one after a full last one."""
        full = first.rows and first.total % size == 0
        seen = set(first.by_id)
        pages: dict[int, _Page[E]] = {}

        def read(number: int) -> tuple[_Page[E], float]:
            return _timed(lambda: self._page(number, size) if number <= last else self._beyond(number, size, first))

        # A server that ignores PageSize may have given everything on its first page.
        numbers = range(2 if len(seen) < first.total else last + 1, last + (2 if full else 1))
        if numbers:
            self.arrived(first.rows)
        for number, (page, waited) in self.lister.each(read, numbers, self.deadline, lambda: quick):  # noqa: B023
            quick = quick and waited < _SLOW
            pages[number] = page
            if number > last:
                continue
            if page.total != first.total:
                raise _Moved(f"TotalCount changed from {first.total} to {page.total} while the pages were read")
            new = page.by_id.keys() - seen
            if not new:
                raise _Moved(
                    f"page {number} of {last} {'repeats rows of others' if page.rows else 'is empty'}, "
                    f"but TotalCount is {first.total}"
                )
            seen |= new
            self.arrived(page.rows)
            self._report(len(seen), first.total)
        return pages

    def _beyond(self, number: int, size: int, first: _Page[E]) -> _Page[E]:
        """The page after a full last one; a row on it that is on no other means that TotalCount did not count all."""
        try:
            return self._page(number, size)
        except ApiError as error:
            # Whether a page beyond the end is an empty one or an error is not documented; what says anything else than
            # "no such page" (a refusal, throttling, a site that is gone) leaves it open whether there is more.
            if not error.meaning.of_input or error.http_status != 400 or error.retry_after is not None:
                raise
            return first

    def _page(self, number: int, size: int) -> _Page[E]:
        self.deadline.check()
        action, key, shape = self.source.action, self.source.key, self.source.shape
        parameters = {**self.parameters, "PageNumber": str(number), "PageSize": str(size)}
        with self.lister.span("page", {"esa.action": action, "esa.page": number, "esa.page_size": size}):
            body = self.lister.client.call(action, parameters, self.deadline, shape.page(key))
        total, rows = read_page(body, key, shape, self.asked, (number - 1) * size)
        by_id = dict(zip(map(shape.id_of, rows), rows, strict=True))
        return _Page(read_request_id(body), total, rows, by_id)

    def _report(self, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(done, total)


def _timed(read: Callable[[], T]) -> tuple[T, float]:
    """What is read, and for how many seconds it was waited for."""
    began, worked = time.perf_counter(), time.thread_time()
    found = read()
    return found, time.perf_counter() - began - (time.thread_time() - worked)
