"""The retry contract: how long, how often, and the budget of the whole process."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from pulumi_resource_alicloud_esa.esa.codes import CODES, Retry
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import (
    ApiError,
    FailedAttempt,
    ResponseError,
    TransportError,
)
from pulumi_resource_alicloud_esa.esa.retry import PROCESS_BUDGET, RetryBudget, RetryPolicy

from tests.support.clients import NewClient
from tests.support.servers import RawServer


def api(code: str, retry_after: float | None = None) -> ApiError:
    return ApiError(action="A", code=code, message="m", http_status=400, retry_after=retry_after)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_retried_as_its_row_says(code: str) -> None:
    assert api(code).retry is CODES[code].retry


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (api("InvalidJob.NotFound", retry_after=1), Retry.BACKOFF),
        (api("Throttling", retry_after=1), Retry.THROTTLE),
        (TransportError("m", host="h", retry=Retry.TIMEOUT), Retry.TIMEOUT),
        (TransportError("m", host="h"), Retry.NEVER),
        (ResponseError("m", retry=Retry.BACKOFF), Retry.BACKOFF),
        (ResponseError("m"), Retry.NEVER),
    ],
)
def test_an_error_without_a_code_is_retried_by_its_kind(error: FailedAttempt, kind: Retry) -> None:
    assert error.retry is kind


@pytest.mark.parametrize(
    ("kind", "bounds"),
    [
        (Retry.BACKOFF, [0.5, 1, 2, 4, 8, 16, 20, 20]),
        (Retry.THROTTLE, [1, 2, 4, 8, 16, 20, 20, 20]),
    ],
)
def test_a_wait_is_drawn_between_nothing_and_a_bound_that_doubles(kind: Retry, bounds: list[float]) -> None:
    asked: list[tuple[float, float]] = []

    def uniform(low: float, high: float) -> float:
        asked.append((low, high))
        return high

    policy = RetryPolicy(uniform=uniform)
    assert [policy.wait(kind, attempt, None) for attempt in range(1, 9)] == bounds
    assert asked == [(0.0, bound) for bound in bounds]


def test_the_default_jitter_really_is_spread_over_the_whole_span() -> None:
    waits = [RetryPolicy().wait(Retry.BACKOFF, 3, None) for _ in range(400)]
    assert all(0 <= wait <= 2 for wait in waits)
    assert min(waits) < 0.3
    assert max(waits) > 1.7


@pytest.mark.parametrize(("asked", "wait"), [(0.25, 0.25), (60, 60), (61, 60), (1e12, 60)])
@pytest.mark.parametrize("kind", [Retry.BACKOFF, Retry.THROTTLE, Retry.NEW_NONCE])
def test_a_wait_that_the_service_asks_for_is_honoured_up_to_a_minute(kind: Retry, asked: float, wait: float) -> None:
    assert RetryPolicy().wait(kind, 1, asked) == wait


@pytest.mark.parametrize("kind", [Retry.NEW_NONCE, Retry.CLOCK, Retry.CREDENTIALS])
def test_a_correction_needs_no_wait(kind: Retry) -> None:
    assert RetryPolicy().wait(kind, 1, None) == 0


def test_the_budget_pays_for_retries_and_is_refilled_by_success() -> None:
    budget = RetryBudget(capacity=20, cost=5, timeout_cost=10, refund=1)
    assert [budget.take(Retry.BACKOFF) for _ in range(5)] == [True] * 4 + [False]
    for _ in range(5):
        budget.succeeded()
    assert budget.take(Retry.BACKOFF)
    for _ in range(100):
        budget.succeeded()
    assert [budget.take(Retry.TIMEOUT) for _ in range(3)] == [True, True, False]


def test_a_retry_costs_five_one_after_a_time_out_ten_and_a_success_gives_back_one() -> None:
    # As many as the default bucket of 200 holds; a retry that is throttled is free.
    for kind, held in ((Retry.BACKOFF, 40), (Retry.NEW_NONCE, 40), (Retry.TIMEOUT, 20)):
        budget = RetryBudget()
        assert all(budget.take(Retry.THROTTLE) for _ in range(500))
        assert [budget.take(kind) for _ in range(held + 1)] == [True] * held + [False]
        for _ in range(4):
            budget.succeeded()
        assert not budget.take(Retry.BACKOFF)
        budget.succeeded()
        assert budget.take(Retry.BACKOFF)
        assert not budget.take(Retry.BACKOFF)


def test_an_empty_budget_lets_a_throttled_call_be_tried_again() -> None:
    budget = RetryBudget(capacity=5)
    assert budget.take(Retry.BACKOFF)
    assert not budget.take(Retry.BACKOFF)
    assert budget.take(Retry.THROTTLE)


@pytest.mark.parametrize(
    ("error", "wait", "again"),
    [
        (TransportError("m", host="h", retry=Retry.BACKOFF), 1.0, True),
        (TransportError("m", host="h", retry=Retry.BACKOFF), 9.999, True),
        (TransportError("m", host="h", retry=Retry.BACKOFF), 10.0, False),
        (TransportError("m", host="h"), 0.0, False),
        (api("Throttling", retry_after=9.9), 9.9, True),
        (api("Throttling", retry_after=10.0), 1.0, False),
    ],
)
def test_no_attempt_is_made_that_would_begin_beyond_the_deadline(
    error: FailedAttempt, wait: float, again: bool
) -> None:
    policy = RetryPolicy(budget=RetryBudget())
    if again:
        policy.check(error, wait, remaining=10.0)
    else:
        with pytest.raises(type(error)):
            policy.check(error, wait, remaining=10.0)


@pytest.mark.parametrize(("made", "again"), [(1, True), (4, True), (5, False), (6, False)])
def test_five_attempts_are_made_unless_told_otherwise(made: int, again: bool) -> None:
    error = ResponseError("m", retry=Retry.BACKOFF)
    error.attempts = made
    policy = RetryPolicy(budget=RetryBudget())
    if again:
        policy.check(error, 0.0, 10.0)
    else:
        with pytest.raises(ResponseError):
            policy.check(error, 0.0, 10.0)


def test_the_process_has_one_budget() -> None:
    assert RetryPolicy().budget is RetryPolicy(max_attempts=2).budget is PROCESS_BUDGET


def test_fifty_calls_that_meet_a_dead_service_send_fewer_than_a_hundred_requests(new_client: NewClient) -> None:
    counted = 0
    lock = threading.Lock()

    with RawServer(lambda peer: None) as server:
        clients = [new_client(server.url, attempts=5, budget=PROCESS_BUDGET) for _ in range(5)]

        def call(number: int) -> str:
            nonlocal counted
            with pytest.raises(TransportError) as caught:
                clients[number % 5].call("A", {}, Deadline(20))
            with lock:
                counted += caught.value.attempts
            return str(caught.value)

        with ThreadPoolExecutor(50) as callers:
            texts = list(callers.map(call, range(50)))
        assert 50 < server.accepted < 100
        assert server.accepted == counted
    assert all(text.isprintable() for text in texts)
