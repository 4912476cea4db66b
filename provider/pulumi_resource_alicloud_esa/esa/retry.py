"""Whether, when and how often a failed attempt is tried again.

The contract: at most `max_attempts` attempts a request, full jitter (0.5 s doubling to 20 s; from 1 s when
throttled), a wait asked for by the service is honoured up to 60 s, no wait passes the call's deadline, and all
calls of the process share one budget, so that a dead service does not get a storm of retries.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

from msgspec import Struct

from .codes import Retry
from .errors import FailedAttempt

BASE_SECONDS = 0.5
THROTTLE_BASE_SECONDS = 1.0
CAP_SECONDS = 20.0
RETRY_AFTER_CAP_SECONDS = 60.0
ONCE = frozenset({Retry.NEW_NONCE, Retry.CLOCK, Retry.CREDENTIALS})


class RetryBudget:
    """A bucket of retries for the whole process; successes refill it slowly.

    With the defaults, 50 calls that meet a dead service at the same time send fewer than 100 requests.
    """

    def __init__(self, capacity: float = 200, cost: float = 5, timeout_cost: float = 10, refund: float = 1) -> None:
        self.capacity = capacity
        self.cost = cost
        self.timeout_cost = timeout_cost
        self.refund = refund
        self._left = capacity
        self._lock = threading.Lock()

    def take(self, kind: Retry) -> bool:
        """Pay for one retry; False when the bucket is empty."""
        # Throttled requests are slowed down by the pace, not by the budget: the service is alive.
        cost = {Retry.THROTTLE: 0.0, Retry.TIMEOUT: self.timeout_cost}.get(kind, self.cost)
        with self._lock:
            if self._left < cost:
                return False
            self._left -= cost
            return True

    def succeeded(self) -> None:
        """A request went through."""
        with self._lock:
            self._left = min(self.capacity, self._left + self.refund)


PROCESS_BUDGET = RetryBudget()


class RetryPolicy(Struct, frozen=True):
    """The retry settings of one client; `uniform` is random.uniform, injected by tests."""

    max_attempts: int = 5
    budget: RetryBudget = PROCESS_BUDGET
    uniform: Callable[[float, float], float] = random.SystemRandom().uniform

    def check(self, error: FailedAttempt, wait: float, remaining: float) -> None:
        """Raise the error unless another attempt may follow after `wait` seconds, with `remaining` left."""
        # If the service asks for a wait beyond the deadline, the call ends now, with the service's own error:
        # that says more than "time is up".
        too_late = max(wait, error.retry_after or 0.0) >= remaining
        if error.retry is Retry.NEVER or error.attempts >= self.max_attempts or too_late:
            raise error
        if not self.budget.take(error.retry):
            raise error

    def wait(self, kind: Retry, attempt: int, retry_after: float | None) -> float:
        """Seconds to wait after attempt number `attempt` (from 1)."""
        if retry_after is not None:
            return min(retry_after, RETRY_AFTER_CAP_SECONDS)
        if kind in ONCE:
            return 0.0
        base = THROTTLE_BASE_SECONDS if kind is Retry.THROTTLE else BASE_SECONDS
        return self.uniform(0.0, min(CAP_SECONDS, base * 2 ** (attempt - 1)))
