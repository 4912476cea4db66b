"""One call of one action: sign, send, read the answer, try again where that helps."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from .answer import interpret, server_date
from .clock import ServiceClock
from .codes import Retry
from .deadline import Deadline
from .errors import ApiError, FailedAttempt
from .json_text import ExactPage
from .keys import Credentials, CredentialSource
from .masking import Mask
from .pace import Pace
from .retry import ONCE, RetryPolicy
from .signing import canonical_query, signed_headers
from .span import SpanHook, no_span

if TYPE_CHECKING:
    # Not at run time: `urllib3` is loaded with the first call, not when the plugin starts.
    from .transport import Transport

API_VERSION = "2024-09-10"
# A machine's clock may start at 1970; a larger difference is nonsense, and adding it to a date could overflow.
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
        paused: Callable[[FailedAttempt, float], None] = lambda error, seconds: None,
    ) -> None:
        """`debug` gets a line for each attempt that failed, `paused` why the next one is so many seconds away."""
        self.pace = pace
        self.clock = ServiceClock()
        self._transport = transport
        self._credentials = credentials
        self._policy = policy
        self._now = now
        self._nonce = nonce
        self._span = span
        self._debug = debug
        self._paused = paused
        self._skew = timedelta(0)

    def call(
        self, action: str, parameters: Mapping[str, str], deadline: Deadline, page: ExactPage | None = None
    ) -> dict[str, Any]:
        """The JSON object that the service answered with; the rows come typed where it is exactly such a `page`.

        Raises ApiError, TransportError, ResponseError, CredentialsError, DeadlineExceeded or Cancelled.
        """
        query = canonical_query(parameters)
        recovered: set[Retry] = set()
        attempt = 0
        while True:
            attempt += 1
            deadline.check()
            credentials = self._credentials.get(deadline)
            skew = self._skew
            try:
                with (
                    self.pace.turn(deadline) as answered,
                    self._span("attempt", {"esa.action": action, "esa.attempt": attempt}),
                ):
                    date = self._now() + skew
                    headers, mask = self._signed(action, query, credentials, date)
                    answer = self._transport.get(query, headers, deadline)
                    # The next request is on its way while this answer is read.
                    answered()
                    body = interpret(action, answer, mask, page)
                    self.clock.saw(server_date(answer.headers), date)
            except FailedAttempt as error:
                error.attempts = attempt
                self._prepare_retry(error, credentials, skew, recovered, deadline)
            else:
                self.pace.succeeded()
                self._policy.budget.succeeded()
                return body

    def close(self) -> None:
        """Close idle connections."""
        self._transport.close()

    def _signed(self, action: str, query: str, credentials: Credentials, date: datetime) -> tuple[dict[str, str], Mask]:
        """The headers of a request, and what hides the secrets in them."""
        headers = signed_headers(
            host=self._transport.endpoint.host,
            query=query,
            action=action,
            version=API_VERSION,
            access_key_id=credentials.access_key_id,
            access_key_secret=credentials.access_key_secret,
            security_token=credentials.security_token,
            date=date,
            nonce=self._nonce(),
        )
        signature = headers["Authorization"].rpartition("=")[2]
        return headers, Mask(
            (credentials.access_key_secret, credentials.security_token, signature), self._transport.logins
        )

    def _prepare_retry(
        self,
        error: FailedAttempt,
        credentials: Credentials,
        skew: timedelta,
        recovered: set[Retry],
        deadline: Deadline,
    ) -> None:
        """Return when the request may be sent again; raise the error when it may not."""
        kind = error.retry
        learnt = kind is Retry.CLOCK and self._learn_clock(error, skew)
        wait = self._policy.wait(kind, error.attempts, error.retry_after)
        if kind is Retry.THROTTLE:
            self.pace.throttled(wait)
        if kind in recovered or (kind is Retry.CLOCK and not learnt):
            raise error
        self._policy.check(error, wait, deadline.remaining())
        if kind in ONCE:
            recovered.add(kind)
        if kind is Retry.CREDENTIALS and not self._credentials.refresh(credentials, deadline):
            raise error
        self._debug(f"attempt {error.attempts} of {self._policy.max_attempts}, again in {wait:.1f} s: {error}")
        self._paused(error, wait)
        deadline.sleep(wait)

    def _learn_clock(self, error: FailedAttempt, used: timedelta) -> bool:
        """Take the Date of the answer for the time, and say in the error how far off this machine's clock is.

        A refusal without a Date still shows that the correction used for the request was wrong. False: nothing learnt.
        """
        moment = error.server_date if isinstance(error, ApiError) else None
        skew = None if moment is None else moment - self._now()
        if skew is None or abs(skew) > _MAX_SKEW:
            if self._skew == used:
                self._skew = timedelta(0)
            return self._skew != used
        self._skew = skew
        seconds = round(abs(skew.total_seconds()))
        if seconds >= 60 and isinstance(error, ApiError):
            error.note = f"This machine's clock is off by {_duration(seconds)}: set it (NTP)."
        return True


def _duration(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
