"""One call of one action: corrected clock, throttling, expired keys, and an end within a second."""

from __future__ import annotations

import contextlib
import itertools
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.esa import client as client_module
from pulumi_resource_alicloud_esa.esa.client import EsaClient
from pulumi_resource_alicloud_esa.esa.codes import Retry
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import ApiError, Cancelled, DeadlineExceeded, EsaError, TransportError
from pulumi_resource_alicloud_esa.esa.keys import Credentials
from pulumi_resource_alicloud_esa.esa.query import JobQuery
from pulumi_resource_alicloud_esa.esa.retry import RetryBudget, RetryPolicy

from emulator import SITE_ID, Emulator, Glitch, RawAnswer
from tests.support.clients import FixedSource, NewClient, NewService
from tests.support.servers import JsonServer, Peer, RawServer, closing, page

SITE = {"SiteId": str(SITE_ID)}


def call(client: EsaClient, seconds: float = 20) -> dict[str, Any]:
    return client.call("ListScheduledPreloadJobs", SITE, Deadline(seconds))


# --- the clock ---


@pytest.mark.parametrize("minutes", [-20, 20, -60 * 24 * 400, 60 * 24 * 400])
def test_a_wrong_clock_is_corrected_once_and_for_all_calls(
    shared: Emulator, new_client: NewClient, minutes: int
) -> None:
    shared.clock_offset = minutes * 60
    client = new_client(shared.url)
    assert call(client)["Jobs"]
    assert [record.code for record in shared.requests] == ["InvalidTimeStamp.Expired", ""]
    assert call(client)["Jobs"]
    assert len(shared.requests) == 3


def test_a_clock_within_the_tolerance_needs_no_correction(shared: Emulator, new_client: NewClient) -> None:
    shared.clock_offset = 14 * 60
    call(new_client(shared.url))
    assert len(shared.requests) == 1


def test_a_clock_that_cannot_be_corrected_says_by_how_much_it_is_off(shared: Emulator, new_client: NewClient) -> None:
    shared.clock_offset = 20 * 60
    shared.glitches.add(Glitch(code="InvalidTimeStamp.Expired"))
    with pytest.raises(ApiError, match=r"This machine's clock is off by 20 minutes: set it \(NTP\)\."):
        call(new_client(shared.url))
    assert len(shared.requests) == 2


def test_a_clock_that_is_set_right_later_is_corrected_again(shared: Emulator, new_client: NewClient) -> None:
    client = new_client(shared.url)
    for offset in (1200, 0, -1200):
        shared.clock_offset = offset
        assert call(client)["Jobs"]
    assert [record.code for record in shared.requests] == ["InvalidTimeStamp.Expired", ""] * 3


def test_a_clock_is_learnt_even_where_no_second_attempt_is_allowed(shared: Emulator, new_client: NewClient) -> None:
    shared.clock_offset = 20 * 60
    client = new_client(shared.url, attempts=1)
    with pytest.raises(ApiError, match=r"This machine's clock is off by 20 minutes: set it \(NTP\)\."):
        call(client)
    assert call(client)["Jobs"]
    assert [record.code for record in shared.requests] == ["InvalidTimeStamp.Expired", ""]


@pytest.mark.parametrize("attempts", [1, 3])
def test_a_date_that_was_wrong_is_forgotten_at_the_first_refusal_without_any(
    new_client: NewClient, attempts: int
) -> None:
    first = True

    def respond(peer: Peer) -> None:
        nonlocal first
        sent = datetime.strptime(
            re.findall(r"x-acs-date: (\S+)", peer.read_request().decode())[0], "%Y-%m-%dT%H:%M:%S%z"
        )
        if abs(sent - datetime.now(timezone.utc)) < timedelta(minutes=15) and not first:
            peer.send(closing(page()))
            return
        date = {"Date": "Tue, 01 Jan 2030 00:00:00 GMT"} if first else {}
        first = False
        peer.send(closing(b'{"Code": "InvalidTimeStamp.Expired", "Message": "m"}', 400, date))

    with RawServer(respond) as server:
        client = new_client(server.url, attempts=attempts)
        results = []
        for _ in range(4):
            try:
                results.append(bool(call(client)))
            except ApiError:
                results.append(False)
        # With one attempt a call, one call learns the wrong time and one forgets it.
        assert results == ([False, False, True, True] if attempts == 1 else [False, True, True, True])


def test_threads_that_were_refused_together_for_a_wrong_date_all_come_back(new_client: NewClient) -> None:
    together = threading.Barrier(4)
    count = itertools.count()

    def respond(peer: Peer) -> None:
        sent = datetime.strptime(
            re.findall(r"x-acs-date: (\S+)", peer.read_request().decode())[0], "%Y-%m-%dT%H:%M:%S%z"
        )
        number = next(count)
        if 1 <= number <= 4:
            together.wait(5)
        if number and abs(sent - datetime.now(timezone.utc)) < timedelta(minutes=15):
            peer.send(closing(page()))
            return
        date = {} if number else {"Date": "Tue, 01 Jan 2030 00:00:00 GMT"}
        peer.send(closing(b'{"Code": "InvalidTimeStamp.Expired", "Message": "m"}', 400, date))

    with RawServer(respond) as server, ThreadPoolExecutor(4) as callers:
        client = new_client(server.url)
        client._policy = RetryPolicy(1, client._policy.budget)
        with pytest.raises(ApiError):
            call(client)
        client._policy = RetryPolicy(3, client._policy.budget, lambda low, high: 0.0)
        assert [body["TotalCount"] for body in callers.map(lambda _: call(client), range(4))] == ["0"] * 4


@pytest.mark.parametrize("hours", [0, 2], ids=["year 9999", "believable"])
def test_a_date_of_the_year_9999_is_not_believed(shared: Emulator, new_client: NewClient, hours: int) -> None:
    # Two answers of one kind, the date apart: that the other is believed shows that the date was read.
    there = datetime.now(timezone.utc) + timedelta(hours=hours)
    date = format_datetime(there, usegmt=True) if hours else "Fri, 31 Dec 9999 23:59:59 GMT"
    body = b'{"Code":"InvalidTimeStamp.Expired","Message":"m"}'
    shared.glitches.add(Glitch(raw=RawAnswer(status=400, headers={"date": date}, body=body), times=1))
    client = new_client(shared.url)
    with pytest.raises(ApiError, match="InvalidTimeStamp"):
        call(client)
    assert call(client)["Jobs"]
    signed = datetime.fromisoformat(shared.requests[1].headers["x-acs-date"].replace("Z", "+00:00"))
    assert abs(signed - there) < timedelta(minutes=1)


# --- throttling ---


def test_a_wait_that_the_service_asks_for_is_waited_for(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="Throttling.User", retry_after=400, times=1))
    began = time.monotonic()
    call(new_client(shared.url))
    assert 0.4 <= time.monotonic() - began < 1.5


@pytest.mark.parametrize("retry_after", ["soon", "0", "-5", "1e3", ""])
@pytest.mark.parametrize("code", ["TooManyRequests", "ServiceUnavailable"])
def test_a_wait_that_makes_no_sense_is_replaced_by_jitter(
    shared: Emulator, new_client: NewClient, code: str, retry_after: str
) -> None:
    shared.glitches.add(Glitch(code=code, retry_after=retry_after, times=1))
    asked: list[float] = []
    call(new_client(shared.url, uniform=lambda low, high: asked.append(high) or 0.0))
    assert asked == [1.0 if code == "TooManyRequests" else 0.5]


def test_a_wait_beyond_the_deadline_is_the_services_error_at_once(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="Throttling", retry_after=999_999_999))
    began = time.monotonic()
    with pytest.raises(ApiError, match=r"Throttling: .*lower the number of requests at once"):
        call(new_client(shared.url), seconds=5)
    assert time.monotonic() - began < 1
    assert len(shared.requests) == 1


def test_any_code_with_a_wait_is_tried_again(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="InvalidParameter", retry_after=10, times=1))
    assert call(new_client(shared.url))["Jobs"]


@pytest.mark.parametrize("milliseconds", [20_000, 61_000, 119_999, 10**17])
@pytest.mark.parametrize("code", ["Throttling", "ServiceUnavailable", "InvalidSecurityToken.Expired", "NoPermission"])
def test_a_wait_beyond_a_long_deadline_ends_the_call_at_once_too(
    shared: Emulator, new_client: NewClient, code: str, milliseconds: int
) -> None:
    # The deadline leaves room, but no more than a minute is ever waited.
    shared.glitches.add(Glitch(code=code, retry_after=milliseconds))
    seconds = 10 if milliseconds < 60_000 else 60.9 if milliseconds == 61_000 else 119.9
    began = time.monotonic()
    with pytest.raises(ApiError, match=code):
        call(new_client(shared.url), seconds=seconds)
    assert time.monotonic() - began < 1
    assert len(shared.requests) == 1


@pytest.mark.parametrize("status", [408, 425])
@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"Code": "Whatever", "Message": "m"}'])
def test_a_request_that_came_at_the_wrong_time_is_sent_again(new_client: NewClient, status: int, body: bytes) -> None:
    answers = iter([(status, {"Connection": "close"}, body), (200, {"Connection": "close"}, page())])
    with JsonServer(lambda _: next(answers)) as server:
        assert call(new_client(server.url))["TotalCount"] == "0"
        assert len(server.requests) == 2


@pytest.mark.parametrize("body", [b"<html>slow down</html>", b"[]", b"{}"])
def test_a_429_that_is_not_the_services_is_throttled_too(new_client: NewClient, body: bytes) -> None:
    answers = iter([(429, {"Retry-After": "1"}, body), (200, {}, page())])
    with JsonServer(lambda _: next(answers)) as server:
        client = new_client(server.url)
        began = time.monotonic()
        call(client)
        assert 0.9 < time.monotonic() - began < 2
        # Halved, and one given back after a second.
        assert client.pace.limit <= 5
        client.close()


class Bucket(RetryBudget):
    """Counts what is paid and given back."""

    def __init__(self, capacity: float = 200) -> None:
        super().__init__(capacity)
        self.paid: list[Retry] = []
        self.refunds = 0

    def take(self, kind: Retry) -> bool:
        self.paid.append(kind)
        return super().take(kind)

    def succeeded(self) -> None:
        self.refunds += 1
        super().succeeded()


# The smaller is not enough for a single retry of another kind.
@pytest.mark.parametrize("capacity", [4, 100])
def test_throttling_spends_nothing_of_the_budget_of_retries(
    shared: Emulator, new_client: NewClient, capacity: int
) -> None:
    shared.glitches.add(Glitch(code="TooManyRequests", retry_after=1, times=4))
    bucket = Bucket(capacity)
    assert call(new_client(shared.url, attempts=6, budget=bucket))["Jobs"]
    assert len(shared.requests) == 5
    assert (bucket._left, bucket.refunds) == (capacity, 1)


def test_other_retries_are_paid_for_and_a_good_answer_gives_something_back(
    shared: Emulator, new_client: NewClient
) -> None:
    shared.glitches.add(Glitch(code="InternalError", times=2))
    bucket = Bucket(capacity=100)
    call(new_client(shared.url, attempts=6, budget=bucket))
    assert bucket.paid == [Retry.BACKOFF, Retry.BACKOFF]
    assert bucket._left == 100 - 2 * 5 + 1


def test_an_empty_budget_is_the_services_error_at_once(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="InternalError"))
    with pytest.raises(ApiError, match="InternalError"):
        call(new_client(shared.url, attempts=6, budget=Bucket(capacity=4)))
    assert len(shared.requests) == 1


def test_a_time_out_is_paid_for_as_one(new_client: NewClient) -> None:
    bucket = Bucket()
    with (
        RawServer(lambda peer: (peer.read_request(), peer.stall())) as server,  # type: ignore[arg-type]
        pytest.raises(TransportError, match="no answer in time"),
    ):
        call(new_client(server.url, attempts=2, read=0.1, budget=bucket))
    assert bucket.paid == [Retry.TIMEOUT]


def test_a_throttled_call_slows_the_others_down_even_where_it_is_not_tried_again(
    shared: Emulator, new_client: NewClient
) -> None:
    shared.glitches.add(Glitch(code="TooManyRequests", times=1))
    client = new_client(shared.url, attempts=1, uniform=lambda low, high: 0.5)
    with pytest.raises(ApiError):
        call(client)
    assert client.pace.limit == 4
    began = time.monotonic()
    call(client)
    assert 0.3 < time.monotonic() - began < 3
    # What got through is what the pace grows by.
    assert len(client.pace._successes) == 1


def test_attempts_are_bounded_and_told(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="ServiceUnavailable"))
    with pytest.raises(ApiError, match="6 attempts"):
        call(new_client(shared.url, attempts=6))
    assert len(shared.requests) == 6
    with pytest.raises(ApiError) as caught:
        call(new_client(shared.url, attempts=1))
    assert "attempts" not in str(caught.value)


# --- keys ---


def test_the_nonce_of_a_hidden_resend_is_replaced(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="SignatureNonceUsed", times=1))
    assert call(new_client(shared.url))["Jobs"]
    assert len({record.nonce for record in shared.requests}) == 2


class Issuer:
    """A source of STS keys that the emulator knows; counts what is fetched."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._lock = threading.Lock()
        self.issued = 0
        self._keys = self._issue()

    def _issue(self) -> Credentials:
        self.issued += 1
        keys = Credentials(f"STS.{self.issued}", f"secret-{self.issued}", f"token-{self.issued}")
        self._emulator.keys.add(keys.access_key_id, keys.access_key_secret, keys.security_token or "")
        return keys

    def get(self, deadline: Any = None) -> Credentials:
        with self._lock:
            return self._keys

    def refresh(self, rejected: Credentials, deadline: Any = None) -> bool:
        with self._lock:
            if self._keys == rejected:
                self._keys = self._issue()
            return True


def test_keys_that_expire_in_mid_walk_are_refreshed_once_for_all_pages(
    emulator: Emulator, new_service: NewService
) -> None:
    emulator.store.generate(SITE_ID, 199)
    emulator.glitches.add(Glitch(expire_token=True, from_request=5, times=1))
    issuer = Issuer(emulator)
    listing = new_service(emulator.url, source=issuer).jobs(JobQuery(str(SITE_ID), page_size=10), Deadline(20))
    assert len(listing.rows) == 199
    assert issuer.issued == 2


# --- an end within a second ---


def hold(client: EsaClient, deadline: Deadline) -> None:
    with contextlib.suppress(Cancelled):
        client.call("A", {}, deadline)


@pytest.mark.parametrize("end", ["cancel", "expire"])
@pytest.mark.parametrize("where", ["sleep", "head", "body", "turn"])
def test_a_call_ends_within_a_second_wherever_it_is(new_client: NewClient, where: str, end: str) -> None:
    kind = Cancelled if end == "cancel" else DeadlineExceeded
    deadline = Deadline(60)

    def respond(peer: Any) -> None:
        peer.read_request()
        if where == "sleep":
            peer.send(b"HTTP/1.1 503 X\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            return
        if where == "body":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        peer.stall()

    with RawServer(respond) as server:
        client = new_client(server.url, read=30, uniform=lambda low, high: 30.0, concurrency=1)
        if where == "turn":
            other = Deadline(60)
            holder = threading.Thread(target=hold, args=(client, other))
            holder.start()
            time.sleep(0.1)
        threading.Timer(0.2, getattr(deadline, end)).start()
        began = time.monotonic()
        with pytest.raises(kind):
            client.call("A", {}, deadline)
        assert time.monotonic() - began < 1
        if where == "turn":
            other.cancel()
            holder.join(5)


def test_a_cancelled_call_does_not_spoil_the_connections_of_others(emulator: Emulator, new_client: NewClient) -> None:
    client = new_client(emulator.url, concurrency=4)
    emulator.glitches.add(Glitch(stall=True, times=2))
    stalled = [Deadline(30), Deadline(30)]
    with ThreadPoolExecutor(6) as callers:
        doomed = [callers.submit(client.call, "ListScheduledPreloadJobs", SITE, deadline) for deadline in stalled]
        time.sleep(0.2)
        fine = [callers.submit(call, client) for _ in range(10)]
        for deadline in stalled:
            deadline.cancel()
        assert all(future.result(10)["Jobs"] for future in fine)
        assert all(isinstance(future.exception(10), Cancelled) for future in doomed)
    assert call(client)["Jobs"]


def test_a_mixed_storm_gives_right_answers_or_clean_errors(emulator: Emulator, new_service: NewService) -> None:
    for number, fault in enumerate(
        [
            Glitch(code="ServiceUnavailable", probability=0.04),
            Glitch(code="TooManyRequests", retry_after=20, every=50),
            Glitch(reset=True, probability=0.03),
            Glitch(cut=100, probability=0.03),
            Glitch(raw=RawAnswer.html(502), probability=0.03),
            Glitch(hang_up=True, probability=0.05),
        ]
    ):
        emulator.glitches.add(Glitch(**{**fault.__dict__, "random_seed": number}))
    before = threading.active_count()
    service = new_service(emulator.url, attempts=6)
    expected = [job.id for job in emulator.store.jobs(SITE_ID)]
    right = 0

    def read(_: int) -> None:
        nonlocal right
        try:
            listing = service.jobs(JobQuery(str(SITE_ID), page_size=10), Deadline(60))
        except EsaError as error:
            assert str(error).isprintable()  # noqa: PT017  # both ways out are right
            return
        assert [row.id for row in listing.rows] == expected
        right += 1

    with ThreadPoolExecutor(10) as callers:
        list(callers.map(read, range(40)))
    assert right >= 38
    assert threading.active_count() <= before + 8


def test_the_next_request_leaves_while_an_answer_is_read(
    emulator: Emulator, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, together = client_module.interpret, threading.Barrier(2, timeout=10)

    def wait_and_read(*args: Any) -> dict[str, Any]:
        together.wait()
        return read(*args)

    monkeypatch.setattr(client_module, "interpret", wait_and_read)
    client = new_client(emulator.url, concurrency=1)
    with ThreadPoolExecutor(2) as callers:
        assert all(body["Jobs"] for body in callers.map(lambda _: call(client), range(2)))
    assert emulator.max_in_flight == 1


def test_the_date_is_taken_when_the_request_leaves_not_when_it_queues(shared: Emulator, new_client: NewClient) -> None:
    start = datetime(2030, 1, 1, tzinfo=timezone.utc)
    shared.clock_offset = (start - datetime.now(timezone.utc)).total_seconds()
    moments = iter([start, start + timedelta(seconds=1), start + timedelta(seconds=2)])
    shared.glitches.add(Glitch(code="InternalError", times=2))
    call(new_client(shared.url, now=lambda: next(moments)))
    assert [record.headers["x-acs-date"] for record in shared.requests] == [
        f"2030-01-01T00:00:0{second}Z" for second in range(3)
    ]


def test_a_source_without_successors_is_asked_no_second_time(shared: Emulator, new_client: NewClient) -> None:
    source = FixedSource(Credentials("STS.testAccessKeyId", "testStsAccessKeySecret", "testSecurityToken+/="))
    shared.keys.expire_token("STS.testAccessKeyId")
    with pytest.raises(ApiError, match="The temporary keys have expired"):
        call(new_client(shared.url, source=source))
    assert source.refreshes == 1
