"""How many requests at once and how fast, before and after the service says "too many"."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pulumi_resource_alicloud_esa.esa import pace as pace_module
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import Cancelled, DeadlineExceeded
from pulumi_resource_alicloud_esa.esa.pace import Pace
from pulumi_resource_alicloud_esa.esa.query import JobQuery
from pulumi_resource_alicloud_esa.esa.retry import PROCESS_BUDGET

from emulator import SITE_ID, Emulator, Glitch
from tests.support.clients import NewService


class Clock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    turned = Clock()
    monkeypatch.setattr(pace_module, "time", turned)
    return turned


def test_no_more_turns_at_once_than_the_limit() -> None:
    pace, most, now = Pace(3), 0, 0
    lock = threading.Lock()

    def work(_: int) -> None:
        nonlocal most, now
        with pace.turn(Deadline(10)):
            with lock:
                now += 1
                most = max(most, now)
            time.sleep(0.005)
            with lock:
                now -= 1

    with ThreadPoolExecutor(12) as callers:
        list(callers.map(work, range(36)))
    assert most == 3


def test_throttling_halves_and_good_answers_give_back_one_a_second(clock: Clock) -> None:
    pace = Pace(8)
    pace.throttled(0)
    assert pace.limit == 4
    # The other answers of the same burst are the same signal.
    pace.throttled(0)
    assert pace.limit == 4
    clock.now += 0.3
    pace.throttled(0)
    clock.now += 0.3
    pace.throttled(0)
    clock.now += 0.3
    pace.throttled(0)
    assert pace.limit == 1
    for _ in range(50):
        pace.succeeded()
    assert pace.limit == 1
    for expected in (2, 3, 4, 5, 6, 7, 8, 8):
        clock.now += 1.0
        pace.succeeded()
        assert pace.limit == expected


def test_many_good_answers_in_one_second_give_back_no_more_than_one(clock: Clock) -> None:
    pace = Pace(8)
    pace.throttled(0)
    clock.now += 1.0
    for _ in range(50):
        pace.succeeded()
    assert pace.limit == 5
    clock.now += 0.9
    pace.succeeded()
    assert pace.limit == 5
    clock.now += 0.1
    pace.succeeded()
    assert pace.limit == 6


def test_many_good_answers_in_one_second_raise_the_rate_once(clock: Clock) -> None:
    pace = Pace(8)
    pace.throttled(0)
    rates = []
    for _ in range(4):
        clock.now += 1.0
        for _ in range(50):
            pace.succeeded()
        rates.append(pace._rate)
    # From half of twice the concurrency, by a quarter a second.
    assert rates == [10.0, 12.5, 15.625, 19.53125]


def starts(pace: Pace, clock: Clock, count: int) -> list[float]:
    """When the next turns may begin, in seconds from now."""
    return [pytest.approx(pace._reserve() - clock.now) for _ in range(count)]


@pytest.mark.parametrize(("wait", "pause"), [(0.0, 0.0), (0.4, 0.4), (1.0, 1.0), (30.0, 1.0)])
def test_a_throttled_answer_holds_up_the_next_start_by_what_it_asks_for_up_to_a_second(
    clock: Clock, wait: float, pause: float
) -> None:
    pace = Pace(8)
    pace.throttled(wait)
    # Then at eight a second.
    assert starts(pace, clock, 4) == [pause, pause + 0.125, pause + 0.25, pause + 0.375]


def test_a_second_throttled_answer_of_the_burst_holds_up_no_less(clock: Clock) -> None:
    pace = Pace(8)
    pace.throttled(0.8)
    pace.throttled(0.1)
    assert starts(pace, clock, 1) == [0.8]


def test_requests_start_at_seven_tenths_of_the_rate_that_got_through(clock: Clock) -> None:
    pace = Pace(8)
    for _ in range(20):
        clock.now += 0.05
        pace.succeeded()
    pace.throttled(0.0)
    # Twenty in the last second: fourteen a second from now on.
    assert starts(pace, clock, 3) == [0.0, 1 / 14, 2 / 14]


def test_without_throttling_nothing_waits_and_nothing_grows(clock: Clock) -> None:
    pace = Pace(8)
    for _ in range(100):
        clock.now += 1.0
        pace.succeeded()
    assert pace.limit == 8
    assert starts(pace, clock, 3) == [0.0, 0.0, 0.0]
    # And the first throttled answer counts, however soon after a good one it comes.
    pace.throttled(0.0)
    assert pace.limit == 4


def test_the_rate_is_given_up_when_it_is_eight_times_what_was_throttled(clock: Clock) -> None:
    pace = Pace(2)
    pace.throttled(0.0)
    seconds = 0
    while pace._rate is not None:
        clock.now += 1.0
        seconds += 1
        pace.succeeded()
    # 1.25 to the tenth is more than eight, to the ninth it is less.
    assert seconds == 10


def test_after_throttling_the_rate_is_below_what_got_through_and_recovers(clock: Clock) -> None:
    pace = Pace(8)
    for _ in range(20):
        clock.now += 0.05
        pace.succeeded()
    pace.throttled(0)
    assert pace._rate == pytest.approx(0.7 * 20, abs=1)
    lowest = pace._rate
    clock.now += 1.0
    pace.succeeded()
    assert pace._rate == pytest.approx(lowest * 1.25)
    for _ in range(60):
        clock.now += 1.0
        pace.succeeded()
    assert pace._rate is None


def test_a_throttled_first_call_does_not_make_a_crawl_of_the_rest(clock: Clock) -> None:
    pace = Pace(8)
    rates = []
    for _ in range(5):
        pace.throttled(0)
        rates.append(pace._rate)
        clock.now += 0.3
    # Nothing got through, so it is halved from twice the concurrency, down to one a second.
    assert rates == [8, 4, 2, 1, 1]


def test_turns_start_no_faster_than_the_rate() -> None:
    pace = Pace(8)
    pace._rate = 50.0
    began = time.monotonic()
    for _ in range(11):
        with pace.turn(Deadline(10)):
            pass
    assert 0.19 < time.monotonic() - began < 2


@pytest.mark.parametrize("how", ["full", "rate"])
@pytest.mark.parametrize(("end", "error"), [("cancel", Cancelled), ("expire", DeadlineExceeded)])
def test_waiting_for_a_turn_ends_with_the_call_and_keeps_no_place(how: str, end: str, error: type[Exception]) -> None:
    pace, deadline = Pace(1), Deadline(30)
    with ThreadPoolExecutor(1) as other:
        if how == "rate":
            pace._next_start = time.monotonic() + 20
            threading.Timer(0.05, getattr(deadline, end)).start()
            with pytest.raises(error), pace.turn(deadline):
                pass
            pace._next_start = 0.0
        else:
            with pace.turn(Deadline(30)):
                threading.Timer(0.05, getattr(deadline, end)).start()

                def wait() -> None:
                    with pytest.raises(error), pace.turn(deadline):
                        pass

                began = time.monotonic()
                other.submit(wait).result(5)
                assert time.monotonic() - began < 1
    with pace.turn(Deadline(1)):
        pass


def test_an_error_in_a_turn_gives_the_place_back() -> None:
    pace = Pace(1)
    with pytest.raises(ValueError, match="x"), pace.turn(Deadline(1)):
        raise ValueError("x")
    with pace.turn(Deadline(1)):
        pass


def test_a_server_that_allows_twenty_a_second_is_read_completely(emulator: Emulator, new_service: NewService) -> None:
    emulator.store.generate(SITE_ID, 119)
    emulator.glitches.add(Glitch(rate=20))
    import random

    service = new_service(emulator.url, attempts=5, uniform=random.Random(7).uniform, budget=PROCESS_BUDGET)
    began = time.monotonic()
    listing = service.jobs(JobQuery(str(SITE_ID), page_size=2), Deadline(60))
    assert len({row.id for row in listing.rows}) == 119
    # 60 pages at 20 a second are 2 s at best, and a polite client does not waste many on being refused.
    assert time.monotonic() - began < 15
    assert sum(record.code == "TooManyRequests" for record in emulator.requests) < 30
