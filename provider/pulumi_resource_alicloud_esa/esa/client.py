"""One call of one action: sign, send, read the answer, try again where that helps."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from .answer import interpret
from .codes import Retry
from .deadline import Deadline
from .errors import ApiError, EsaError, ResponseError, TransportError
from .keys import Credentials, CredentialSource
from .pace import Pace
from .retry import ONCE, RetryPolicy
from .signing import canonical_query, signed_headers
from .span import SpanHook, no_span

if TYPE_CHECKING:
    # Not at run time: `requests` is loaded with the first call, not when the plugin starts.
    from .transport import Transport

API_VERSION = "2024-09-10"
# A clock may start at 1970; a Date header beyond that is nonsense, and adding it to a date could overflow.
_MAX_SKEW = timedelta(days=100 * 365)


class EsaClient:
    """Calls actions of the ESA API at one endpoint with one source of credentials; safe to share between threads."""

    def __init__(
        self,
        transport: Transport,
        credentials: CredentialSource,
        pace: Pace,
        policy: RetryPolicy,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        nonce: Callable[[], str] = lambda: secrets.token_hex(16),
        span: SpanHook = no_span,
        debug: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.pace = pace
        self._transport = transport
        self._credentials = credentials
        self._policy = policy
        self._now = now
        self._nonce = nonce
        self._span = span
        self._debug = debug
        self._skew = timedelta(0)

    def call(self, action: str, parameters: Mapping[str, str], deadline: Deadline) -> dict[str, Any]:
        """The JSON object that the service answered with.

        Raises ApiError, TransportError, ResponseError, CredentialsError, DeadlineExceeded or Cancelled.
        """
        query = canonical_query(parameters)
        recovered: set[Retry] = set()
        attempt = 0
        while True:
            attempt += 1
            deadline.check()
            credentials = self._credentials.get(deadline)
            try:
                with self.pace.turn(deadline), self._span("attempt", {"esa.action": action, "esa.attempt": attempt}):
                    answer = self._attempt(action, query, credentials, deadline)
            except (ApiError, TransportError, ResponseError) as error:
                error.attempts = attempt
                self._prepare_retry(error, credentials, recovered, deadline)
            else:
                self.pace.succeeded()
                self._policy.budget.succeeded()
                return answer

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()

    def _attempt(self, action: str, query: str, credentials: Credentials, deadline: Deadline) -> dict[str, Any]:
        headers = signed_headers(
            host=self._transport.endpoint.host,
            query=query,
            action=action,
            version=API_VERSION,
            access_key_id=credentials.access_key_id,
            access_key_secret=credentials.access_key_secret,
            security_token=credentials.security_token,
            date=self._now() + self._skew,
            nonce=self._nonce(),
        )
        hidden = (credentials.access_key_secret, credentials.security_token)
        return interpret(action, self._transport.get(query, headers, deadline), hidden)

    def _prepare_retry(
        self,
        error: ApiError | TransportError | ResponseError,
        credentials: Credentials,
        recovered: set[Retry],
        deadline: Deadline,
    ) -> None:
        """Return when the request may be sent again; raise the error when it may not."""
        kind = self._policy.kind(error)
        skew = self._measure_skew(error) if kind is Retry.CLOCK else None
        if kind is Retry.NEVER or error.attempts >= self._policy.max_attempts:
            raise error
        if kind in ONCE:
            if kind in recovered:
                raise error
            recovered.add(kind)
            if kind is Retry.CREDENTIALS and not self._credentials.refresh(credentials, deadline):
                raise error
            if kind is Retry.CLOCK:
                if skew is None:
                    raise error
                self._skew = skew
        asked = None if isinstance(error, TransportError) else error.retry_after
        wait = self._policy.wait(kind, error.attempts, asked)
        if kind is Retry.THROTTLE:
            self.pace.throttled(wait)
        if wait >= deadline.remaining():
            # The error says more than "time is up" would.
            raise error
        # Throttled requests are slowed down by the pace, not by the budget: the service is alive.
        if kind is not Retry.THROTTLE and not self._policy.budget.take(
            timed_out=isinstance(error, TransportError) and error.timed_out
        ):
            raise error
        self._debug(f"attempt {error.attempts} of {self._policy.max_attempts}, again in {wait:.1f} s: {error}")
        deadline.sleep(wait)

    def _measure_skew(self, error: EsaError) -> timedelta | None:
        """How far this machine's clock is from the Date header of the answer; also said in the error."""
        if not isinstance(error, ApiError) or error.server_date is None:
            return None
        skew = error.server_date - self._now()
        if abs(skew) > _MAX_SKEW:
            return None
        seconds = round(abs(skew.total_seconds()))
        if seconds >= 60:
            error.note = f"This machine's clock is off by {_duration(seconds)}: set it (NTP)."
        return skew


def _duration(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"
