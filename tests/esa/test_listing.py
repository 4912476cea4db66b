"""All pages or an error: against the emulator's lies about pages, and against any server behaviour in memory."""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import asdict
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import (
    ApiError,
    Cancelled,
    EsaError,
    PartialAnswer,
    ResponseError,
    TransportError,
)
from pulumi_resource_alicloud_esa.esa.listing import MAX_PAGES, Lister, Listing
from pulumi_resource_alicloud_esa.esa.models import Job
from pulumi_resource_alicloud_esa.esa.query import JobQuery, read_job_query
from pulumi_resource_alicloud_esa.esa.service import Service

from emulator import EMPTY_SITE_ID, EXAMPLE_SITE_ID, FOREIGN_SITE_ID, SITE_ID, Emulator, Glitch
from tests.support.clients import NewService
from tests.support.documented import EXAMPLE
from tests.support.servers import JsonServer, RawServer, http, page

SITE = str(SITE_ID)


def read(
    service: Service, *, size: int = 50, number: int | None = None, seconds: float = 20, **more: Any
) -> Listing[Job]:
    query = JobQuery(SITE, page_size=size, page_number=number)
    return service.jobs(query, Deadline(seconds), **more)


def stored(emulator: Emulator) -> list[str]:
    return [job.id for job in emulator.store.jobs(SITE_ID)]


def ids(listing: Listing[Job]) -> list[str]:
    return [row.id for row in listing.rows]


# --- honest servers ---


@pytest.mark.parametrize("size", [1, 7, 22, 23, 44, 45, 46, 50, 1000])
@pytest.mark.parametrize("concurrency", [1, 8])
def test_all_jobs_come_in_the_services_order_whatever_the_page_size(
    shared: Emulator, new_service: NewService, size: int, concurrency: int
) -> None:
    listing = read(new_service(shared.url, concurrency=concurrency), size=size)
    assert ids(listing) == stored(shared)
    assert listing.total_count == 45
    # After a last page that is full one more is asked for: TotalCount alone is not believed.
    assert len(shared.requests) == 45 // size + 1


def test_every_page_is_asked_for_once_with_the_same_window(shared: Emulator, new_service: NewService) -> None:
    query = read_job_query(
        {"siteId": SITE, "startTime": "2024-05-01T00:00:00Z", "endTime": "2024-07-31T00:00:00Z", "pageSize": 10}
    )
    new_service(shared.url).jobs(query, Deadline(20))
    window = {(p["StartTime"], p["EndTime"], p["SiteId"]) for p in (record.params for record in shared.requests)}
    assert window == {("1714521600000", "1722384000000", SITE)}
    assert sorted(int(r.params["PageNumber"]) for r in shared.requests) == list(range(1, len(shared.requests) + 1))
    assert len(shared.requests) >= 4


@pytest.mark.parametrize(("size", "expected"), [(50, []), (45, [45]), (20, [20, 20, 5])])
def test_entries_of_several_pages_are_handed_on_as_they_arrive(
    shared: Emulator, new_service: NewService, size: int, expected: list[int]
) -> None:
    arrived: list[list[Job]] = []
    listing = read(new_service(shared.url, concurrency=1), size=size, arrived=lambda rows: arrived.append([*rows]))
    assert [len(rows) for rows in arrived] == expected
    assert [row for rows in arrived for row in rows] == (listing.rows if expected else [])


def test_an_empty_site_is_an_empty_list_and_one_request(shared: Emulator, new_service: NewService) -> None:
    listing = new_service(shared.url).jobs(JobQuery(str(EMPTY_SITE_ID)), Deadline(5))
    assert (listing.rows, listing.total_count, len(shared.requests)) == ([], 0, 1)


def test_a_foreign_site_is_an_error_never_an_empty_list(shared: Emulator, new_service: NewService) -> None:
    with pytest.raises(ApiError, match="PermissionDenied"):
        new_service(shared.url).jobs(JobQuery(str(FOREIGN_SITE_ID)), Deadline(5))


@pytest.mark.parametrize(("number", "expected"), [(1, slice(0, 20)), (3, slice(40, 60)), (4, slice(0, 0))])
def test_a_page_number_gives_exactly_that_page(
    shared: Emulator, new_service: NewService, number: int, expected: slice
) -> None:
    listing = read(new_service(shared.url), size=20, number=number)
    assert ids(listing) == stored(shared)[expected]
    assert listing.total_count == 45
    assert [(r.params["PageNumber"], r.params["PageSize"]) for r in shared.requests] == [(str(number), "20")]


def test_the_filters_come_after_the_count(shared: Emulator, new_service: NewService) -> None:
    query = read_job_query({"siteId": SITE, "pageSize": 10, "hasError": True})
    listing = new_service(shared.url).jobs(query, Deadline(20))
    assert listing.total_count == 45
    assert 0 < len(listing.rows) < 45
    assert all(row.errorInfo for row in listing.rows)


def test_no_more_pages_are_under_way_than_the_concurrency(emulator: Emulator, new_service: NewService) -> None:
    emulator.delay = 0.03
    read(new_service(emulator.url, concurrency=3), size=2)
    assert 2 <= emulator.max_in_flight <= 3


def test_many_listings_at_once_share_that_bound(emulator: Emulator, new_service: NewService) -> None:
    emulator.delay = 0.01
    service = new_service(emulator.url, concurrency=4)
    with ThreadPoolExecutor(16) as callers:
        answers = list(callers.map(lambda _: ids(read(service, size=10)), range(16)))
    assert answers == [stored(emulator)] * 16
    assert emulator.max_in_flight <= 4
    assert emulator.connections <= 4


def test_twenty_pages_in_a_row_are_one_connection(emulator: Emulator, new_service: NewService) -> None:
    emulator.store.generate(SITE_ID, 99)
    read(new_service(emulator.url, concurrency=1), size=5)
    assert len(emulator.requests) == 20
    assert emulator.connections == 1


def test_a_kept_connection_that_the_server_closed_is_replaced(emulator: Emulator, new_service: NewService) -> None:
    emulator.glitches.add(Glitch(hang_up=True))
    assert ids(read(new_service(emulator.url, concurrency=1), size=10)) == stored(emulator)
    assert emulator.connections == len(emulator.requests) == 5


def test_a_kept_connection_that_is_reset_under_the_next_request_is_retried(new_service: NewService) -> None:
    rows = [{"Id": "a"}, {"Id": "b"}]

    def dies_on_the_second(peer: Any) -> None:
        peer.read_request()
        peer.send(http(page(rows[0], total="2")))
        peer.read_request()
        peer.reset()

    def answers(peer: Any) -> None:
        peer.read_request()
        peer.send(http(page(rows[1], total="2")))
        peer.read_request()
        peer.send(http(page(total="2")))

    with RawServer(dies_on_the_second, answers) as server:
        assert ids(read(new_service(server.url, concurrency=1), size=1)) == ["a", "b"]
        assert server.accepted == 2


def test_progress_tells_how_many_of_how_many(shared: Emulator, new_service: NewService) -> None:
    told: list[tuple[int, int]] = []
    read(new_service(shared.url), size=10, progress=lambda done, total: told.append((done, total)))
    assert [total for _, total in told] == [45] * 5
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (45, 45)


# --- servers with a mind of their own ---


@pytest.mark.parametrize(
    "glitch",
    [
        Glitch(clamp_page_size=7),
        Glitch(clamp_page_size=1),
        Glitch(ignore_page_size=True),
        Glitch(total_count="number"),
        Glitch(numbers_as_text=True),
        Glitch(clamp_page_size=10, total_count="number", numbers_as_text=True),
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [3, 50])
def test_a_server_that_decides_the_page_size_is_followed(
    shared: Emulator, new_service: NewService, glitch: Glitch, size: int
) -> None:
    shared.glitches.add(glitch)
    assert ids(read(new_service(shared.url), size=size)) == stored(shared)


@pytest.mark.parametrize("spelling", ["missing", "empty", "abc"])
@pytest.mark.parametrize("number", [None, 1])
def test_a_total_that_is_no_count_is_an_error(
    shared: Emulator, new_service: NewService, spelling: Any, number: int | None
) -> None:
    shared.glitches.add(Glitch(total_count=spelling))
    with pytest.raises(ResponseError, match="TotalCount"):
        read(new_service(shared.url), number=number)


@pytest.mark.parametrize("size", [10, 45, 50])
def test_a_total_that_is_too_high_is_an_error(shared: Emulator, new_service: NewService, size: int) -> None:
    shared.glitches.add(Glitch(total_count="wrong"))
    with pytest.raises(PartialAnswer, match="twice in a row"):
        read(new_service(shared.url), size=size)


def test_a_server_that_repeats_page_one_is_an_error_after_one_restart(
    shared: Emulator, new_service: NewService
) -> None:
    shared.glitches.add(Glitch(repeat_first_page=True))
    with pytest.raises(PartialAnswer, match="page 2 of 5 repeats rows of others, but TotalCount is 45"):
        read(new_service(shared.url, concurrency=1), size=10)
    assert [r.params["PageNumber"] for r in shared.requests] == ["1", "2", "1", "2"]


@pytest.mark.parametrize("shift", ["insert", "delete"])
@pytest.mark.parametrize("at_page", [1, 2, 3])
def test_jobs_that_move_once_are_read_anew(shared: Emulator, new_service: NewService, shift: Any, at_page: int) -> None:
    shared.glitches.add(Glitch(shift=shift, page=at_page, times=1))
    listing = read(new_service(shared.url, concurrency=1), size=10)
    assert ids(listing) == stored(shared)
    assert listing.total_count == (46 if shift == "insert" else 44)


@pytest.mark.parametrize("shift", ["insert", "delete"])
def test_jobs_that_keep_moving_are_an_error_that_says_so(shared: Emulator, new_service: NewService, shift: Any) -> None:
    shared.glitches.add(Glitch(shift=shift))
    with pytest.raises(PartialAnswer) as caught:
        read(new_service(shared.url), size=10)
    assert "TotalCount changed from" in str(caught.value)
    assert "nothing partial is returned" in str(caught.value)


def test_a_first_page_without_rows_is_not_an_empty_site() -> None:
    with pytest.raises(PartialAnswer, match="page 1 is empty, but TotalCount is 3"):
        read_from(Server([], total=3))


def test_a_single_page_without_the_rows_that_it_must_have_is_an_error() -> None:
    with pytest.raises(PartialAnswer, match="page 2 is empty, but TotalCount is 45"):
        read_from(Server([], total=45), size=20, number=2)
    assert read_from(Server([], total=45), size=20, number=4).rows == []


def test_a_page_beyond_the_end_of_a_server_that_ignores_page_size_is_empty() -> None:
    assert read_from(Server(names(45), ignore_size=50), size=10, number=2).rows == []
    assert len(read_from(Server(names(45), ignore_size=50), size=10, number=1).rows) == 45


def test_too_many_pages_are_an_error_before_they_are_read() -> None:
    server = Server(names(3), clamp_rows=1, total=MAX_PAGES + 1)
    with pytest.raises(PartialAnswer, match="raise PageSize, or narrow StartTime and EndTime"):
        read_from(server)
    assert server.calls == 1


def test_a_fault_on_one_page_is_the_fault_of_the_listing(shared: Emulator, new_service: NewService) -> None:
    shared.glitches.add(Glitch(code="Forbidden.RAM", page=3))
    with pytest.raises(ApiError, match="RAM"):
        read(new_service(shared.url), size=10)


def test_rows_of_the_wrong_shape_name_their_path(new_service: NewService) -> None:
    body = json.dumps({"TotalCount": "2", "Jobs": [{"Id": "a"}, {"Id": "b", "UrlCount": []}]}).encode()
    with (
        JsonServer(lambda _: (200, {}, body)) as server,
        pytest.raises(ResponseError, match=r"Jobs\[1\]\.UrlCount is a list"),
    ):
        read(new_service(server.url))


# --- any server, in memory ---


def names(count: int) -> list[str]:
    return [f"{number:024x}" for number in range(count)]


@dataclass
class Server:
    """A listing in memory with the behaviours that servers have been seen to have.

    `before` is called with the number of each page that is asked for, and may raise; `totals` are what pages say.
    """

    jobs: list[str]
    clamp: int | None = None
    ignore_size: int | None = None
    clamp_rows: int | None = None
    total: int | None = None
    duplicate: int | None = None
    repeat_first: bool = False
    edit_at: int | None = None
    edit: tuple[str, int] = ("insert", 0)
    before: Callable[[int], object] = lambda number: None
    totals: Mapping[int, str] = field(default_factory=dict)
    calls: int = 0
    states: list[list[str]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.states.append(list(self.jobs))

    def call(self, action: str, parameters: Mapping[str, str], deadline: Deadline, _: Any = None) -> dict[str, Any]:
        number, size = int(parameters["PageNumber"]), int(parameters["PageSize"])
        self.before(number)
        with self._lock:
            self.calls += 1
            if self.calls == self.edit_at:
                self._edit()
            said = self.totals.get(number)
            size = self.ignore_size or min(size, self.clamp or size)
            number = 1 if self.repeat_first else number
            rows = self.jobs[(number - 1) * size : number * size][: self.clamp_rows]
            if self.duplicate is not None and rows:
                rows = [*rows[:-1], rows[self.duplicate % len(rows)]]
            total = said or (len(self.jobs) if self.total is None else self.total)
            return {"RequestId": f"R{number}", "TotalCount": str(total), "Jobs": [{"Id": row + "\n"} for row in rows]}

    def _edit(self) -> None:
        kind, place = self.edit
        if kind == "insert":
            self.jobs.insert(place % (len(self.jobs) + 1), "f" * 24)
        elif self.jobs:
            self.jobs.pop(place % len(self.jobs))
        self.states.append(list(self.jobs))


_POOL = ThreadPoolExecutor(4)


@pytest.fixture(autouse=True, scope="module")
def _end_the_pool() -> Iterator[None]:
    yield
    _POOL.shutdown()


def read_from(server: Server, *, size: int = 50, number: int | None = None, concurrency: int = 4) -> Listing[Job]:
    return read(Service(Lister(server, _POOL, concurrency)), size=size, number=number)


counts, sizes = st.integers(0, 40), st.integers(1, 45)
maybe = st.none() | st.integers(1, 12)


@pytest.mark.fuzz
@given(counts, sizes, st.integers(1, 4), maybe, maybe, maybe)
@example(count=2, size=1, concurrency=1, clamp=None, ignore=2, clamp_rows=None)
def test_any_page_size_a_server_chooses_gives_exactly_all_jobs(
    count: int, size: int, concurrency: int, clamp: int | None, ignore: int | None, clamp_rows: int | None
) -> None:
    server = Server(names(count), clamp=clamp, ignore_size=ignore, clamp_rows=clamp_rows)
    try:
        assert ids(read_from(server, size=size, concurrency=concurrency)) == names(count)
    except PartialAnswer:
        # A server that ignores the size and gives fewer rows than that size skips jobs: they cannot be had.
        assert clamp_rows is not None
        assert ignore is not None
        assert clamp_rows < ignore


lies = st.one_of(
    st.fixed_dictionaries({"total": st.integers(-3, 60)}),
    st.fixed_dictionaries({"duplicate": st.integers(0, 5)}),
    st.just({"repeat_first": True}),
)


@pytest.mark.fuzz
@given(counts, sizes, maybe, lies)
def test_a_server_that_lies_gives_all_jobs_or_an_error(
    count: int, size: int, clamp: int | None, lie: dict[str, Any]
) -> None:
    try:
        listing = read_from(Server(names(count), clamp=clamp, **lie), size=size)
    except EsaError:
        return
    # The one lie that cannot be noticed: a total that makes the first page look like the only one.
    hidden = lie.get("total") == len(listing.rows) < size
    assert ids(listing) == (names(count)[: lie["total"]] if hidden else names(count))


@pytest.mark.parametrize(("jobs", "total"), [(30, 20), (30, 10), (11, 10)])
def test_a_total_that_is_capped_at_a_full_page_is_an_error(jobs: int, total: int) -> None:
    with pytest.raises(PartialAnswer, match="has more rows"):
        read_from(Server(names(jobs), total=total), size=10)


def failing_on_page_3(error: EsaError) -> Callable[[int], None]:
    def before(number: int) -> None:
        if number == 3:
            raise error

    return before


@pytest.mark.parametrize("code", ["InvalidParameter.ObjectId", "InvalidPageNumber"])
def test_a_server_that_refuses_a_page_beyond_the_end_is_understood(code: str) -> None:
    refusing = failing_on_page_3(refused(code, 400))
    assert ids(read_from(Server(names(20), before=refusing), size=10)) == names(20)


def refused(code: str, status: int, retry_after: float | None = None) -> ApiError:
    return ApiError(action="A", code=code, message="no", http_status=status, retry_after=retry_after)


@pytest.mark.parametrize(
    "error",
    [
        refused("Forbidden.RAM", 403),
        refused("InvalidUid.PermissionDenied", 403),
        refused("NeverHeardOf", 403),
        refused("NeverHeardOf", 404),
        refused("NeverHeardOf", 400, retry_after=5.0),
        refused("SiteNotFound", 400),
        refused("Throttling.User", 400),
        refused("TooManyRequests", 400),
        refused("ServiceUnavailable", 503),
        refused("InvalidSecurityToken.Expired", 400),
        TransportError("connection reset", host="h"),
        ResponseError("HTTP 200 with 5 bytes that is not JSON"),
    ],
    ids=str,
)
@pytest.mark.parametrize("jobs", [20, 30])
def test_an_error_on_the_page_after_a_full_last_one_is_raised(error: EsaError, jobs: int) -> None:
    # With 30 jobs the total is capped: that page alone would tell.
    with pytest.raises(type(error)) as caught:
        read_from(Server(names(jobs), total=20, before=failing_on_page_3(error)), size=10)
    assert caught.value is error


@pytest.mark.parametrize("total", ["0", "19", "40"])
def test_a_total_that_moves_on_the_page_after_a_full_last_one_is_not_the_end(total: str) -> None:
    with pytest.raises(PartialAnswer, match="TotalCount is no longer 20, twice in a row"):
        read_from(Server(names(20), totals={3: total}), size=10)


def test_two_thousand_pages_are_read() -> None:
    assert MAX_PAGES == 2000
    server = Server(names(2000))
    assert ids(read_from(server, size=1)) == names(2000)
    # One more than the pages: the last one was full, so the page after it is asked for.
    assert server.calls == 2001


@pytest.mark.fuzz
@given(
    st.integers(1, 40),
    sizes,
    st.integers(1, 4),
    st.integers(1, 12),
    st.tuples(st.sampled_from(["insert", "delete"]), st.integers(0, 40)),
)
def test_a_change_in_mid_walk_gives_the_jobs_before_or_after_it(
    count: int, size: int, concurrency: int, edit_at: int, edit: tuple[str, int]
) -> None:
    server = Server(names(count), edit_at=edit_at, edit=edit)
    listing = read_from(server, size=size, concurrency=concurrency)
    assert ids(listing) in server.states
    assert listing.total_count == len(listing.rows)


@pytest.mark.parametrize(
    ("waited", "concurrency", "at_once"),
    [(0.0, 8, 2), (0.002, 8, 2), (0.004, 8, 8), (0.004, 3, 3), (0.0, 1, 1)],
)
def test_pages_that_need_not_be_waited_for_are_read_two_at_a_time(
    monkeypatch: pytest.MonkeyPatch, waited: float, concurrency: int, at_once: int
) -> None:
    under_way, most = 0, 0
    lock = threading.Lock()

    def watch(number: int) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.02)
        with lock:
            under_way -= 1

    # The clock, as the first page is read: whatever it took, so much of it was waiting.
    clock = itertools.count()
    monkeypatch.setattr(time, "perf_counter", lambda: next(clock) * waited)
    monkeypatch.setattr(time, "thread_time", lambda: 0.0)
    with ThreadPoolExecutor(8) as workers:
        listing = read(Service(Lister(Server(names(40), before=watch), workers, concurrency)), size=2)
    assert ids(listing) == names(40)
    assert most == at_once


def test_pages_that_turn_out_slow_are_read_as_many_at_a_time_as_allowed() -> None:
    under_way: set[int] = set()
    together: dict[int, int] = {}

    def only_the_first_is_at_hand(number: int) -> None:
        if number > 1:
            under_way.add(number)
            time.sleep(0.05)
            together[number] = len(under_way)
            under_way.discard(number)

    with ThreadPoolExecutor(8) as workers:
        listing = read(Service(Lister(Server(names(80), before=only_the_first_is_at_hand), workers, 8)), size=2)
    assert ids(listing) == names(80)
    assert max(together.values()) == 8


def test_the_page_after_a_full_last_one_is_asked_for_beside_the_others() -> None:
    together = threading.Barrier(4, timeout=5)

    def gate(number: int) -> None:
        time.sleep(0.01)
        if number > 1:
            together.wait()

    # Pages 2 to 4, and the fifth, which must be empty.
    assert ids(read_from(Server(names(8), before=gate), size=2)) == names(8)


def test_one_page_keeps_one_of_each_id() -> None:
    assert ids(read_from(Server(names(5), duplicate=0), number=1)) == names(4)


def test_a_cancelled_walk_ends_with_cancelled() -> None:
    deadline = Deadline(10)
    server = Server(names(40), before=lambda number: server.calls == 2 and deadline.cancel())
    with pytest.raises(Cancelled):
        Service(Lister(server, _POOL, 2)).jobs(JobQuery(SITE, page_size=2), deadline)


def test_the_example_of_the_documentation_is_read_field_by_field(shared: Emulator, new_service: NewService) -> None:
    (row,) = new_service(shared.url).jobs(JobQuery(str(EXAMPLE_SITE_ID)), Deadline(5)).rows
    assert asdict(row) == EXAMPLE
