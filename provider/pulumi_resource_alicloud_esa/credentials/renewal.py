"""Keys that are fetched and renewed: one fetch for all calls that wait, and the last keys until they expire."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass

from ..esa.deadline import Deadline
from ..esa.errors import CredentialsError, DeadlineExceeded, EsaError, FailedAttempt
from ..esa.keys import Credentials, misfit
from ..esa.retry import RetryPolicy
from .messages import safe_text

# Keys are renewed this long before they expire, which leaves time for many attempts.
_RENEWAL_SECONDS = 15 * 60.0
# The pause before the next renewal when new keys expire just as soon, and after a renewal that failed.
_RECHECK_SECONDS = 1.0
_PAUSE_SECONDS = 30.0
# How much longer a fetch may take than the call that began it, which ends by its own deadline and says so.
_LATER_SECONDS = 1.0
_POLICY = RetryPolicy(max_attempts=3)
# What the library raises for an answer that it cannot read; these errors quote the value.
_SHAPES = (TypeError, AttributeError, LookupError, UnicodeError, json.JSONDecodeError, RecursionError)
_TIMES = ("time data ", "unconverted data ")
_CLEARER = {
    "No cached value was found.": "the keys that it gave have expired already; check its clock and this machine's"
}


class KeysTooLate(DeadlineExceeded):
    """The time for one call was used up by a source of keys, which is named."""

    def __init__(self, description: str, seconds: float) -> None:
        Exception.__init__(self, f"{description}: gave no keys within the {seconds:g} seconds of the call")


@dataclass(frozen=True)
class Fetched:
    """Keys, and when they expire in seconds since 1970; None where that is not known."""

    keys: Credentials
    ends: float | None = None


class Patience(Deadline):
    """The time limit of one fetch; once no call waits for it any more, what the fetch started is stopped."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self._stop: Callable[[], None] | None = None

    @contextlib.contextmanager
    def stopping(self, stop: Callable[[], None] | None) -> Iterator[None]:
        """Call `stop` when the fetch is cancelled, in the thread that cancels it."""
        self._stop = stop
        try:
            self.check()
            yield
        finally:
            self._stop = None

    def cancel(self) -> None:
        """End the fetch, and what it started."""
        # Looked up before it is cancelled: cancelling wakes the fetch, which then removes itself.
        stop = self._stop
        super().cancel()
        if stop is not None:
            stop()


class _Fetch:
    """A fetch under way, and how many calls wait for it."""

    def __init__(self, seconds: float) -> None:
        self.future: Future[Credentials] = Future()
        # A deadline of its own, not the caller's: that call may be cancelled while others wait for the same fetch.
        self.patience = Patience(seconds)
        self.waiting = 0


class RenewedSource:
    """Keys that are fetched, and renewed 15 minutes before they expire.

    One fetch at a time, in a thread of its own: all callers wait for the same one, each no longer than its
    deadline; it is stopped when no call waits for it any more. A first fetch is tried again as esa/retry.py says;
    when a renewal fails, the keys stay in use until they expire or the service rejects them.
    """

    def __init__(self, description: str, fetch: Callable[[Patience], Fetched]) -> None:
        self.description = description
        self._ask = fetch
        self._keys: Credentials | None = None
        self._ends: float | None = None
        self._recheck_at = 0.0
        self._fetch: _Fetch | None = None
        self._lock = threading.Lock()

    @property
    def ends(self) -> float | None:
        """When the current keys expire, in seconds since 1970; None where that is not known."""
        return self._ends

    def get(self, deadline: Deadline) -> Credentials:
        """The current keys; raises CredentialsError."""
        return self._current(deadline, None)

    def refresh(self, rejected: Credentials, deadline: Deadline) -> bool:
        """Fetch new keys, unless another thread has already replaced the rejected ones."""
        # Twice, because a fetch that was under way already may have been for the rejected keys.
        return any(self._current(deadline, rejected) != rejected for _ in range(2))

    def stop(self) -> None:
        """End the fetch that is under way, if one is, and what it started."""
        fetch = self._fetch
        if fetch is not None:
            fetch.patience.cancel()

    def _current(self, deadline: Deadline, rejected: Credentials | None) -> Credentials:
        with self._lock:
            if self._keys not in (None, rejected) and self._is_fresh():
                return self._keys
            fetch = self._fetch
            if fetch is None:
                fetch = _Fetch(deadline.remaining() + _LATER_SECONDS)
                if rejected is not None and self._keys == rejected:
                    self._keys = None
                threading.Thread(target=self._run, args=(fetch,), name="credentials", daemon=True).start()
                # Registered only once its thread runs: without one, callers would wait for ever.
                self._fetch = fetch
            fetch.waiting += 1
        try:
            return deadline.wait(fetch.future)
        except DeadlineExceeded:
            raise KeysTooLate(self.description, deadline.seconds) from None
        finally:
            self._leave(fetch)

    def _is_fresh(self) -> bool:
        lasting = self._ends is None or time.time() < self._ends - _RENEWAL_SECONDS
        return lasting or time.monotonic() < self._recheck_at

    def _leave(self, fetch: _Fetch) -> None:
        with self._lock:
            fetch.waiting -= 1
            abandoned = fetch.waiting == 0 and not fetch.future.done()
            if abandoned and self._fetch is fetch:
                # The next caller must not wait for a fetch that is being stopped.
                self._fetch = None
        if abandoned:
            fetch.patience.cancel()

    def _run(self, fetch: _Fetch) -> None:
        kept = self._keys
        found, fault = None, None
        try:
            found = _fitting(self._ask(fetch.patience) if kept else self._ask_patiently(fetch.patience))
        except Exception as error:  # the library raises bare exceptions of many families
            fault = CredentialsError(f"{self.description}: {_explained(error)}")
        pause = _RECHECK_SECONDS
        if found is None and kept is not None and (self._ends is None or time.time() < self._ends):
            # Keys of unknown expiry are used until the service rejects them.
            found, pause = Fetched(kept, self._ends), _PAUSE_SECONDS
        with self._lock:
            if self._fetch is fetch:
                self._keys, self._ends = (found.keys, found.ends) if found else (None, None)
                self._fetch = None
                self._recheck_at = time.monotonic() + pause
        if found is None:
            fetch.future.set_exception(fault or CredentialsError(f"{self.description}: gave no keys"))
        else:
            fetch.future.set_result(found.keys)

    def _ask_patiently(self, patience: Patience) -> Fetched:
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._ask(patience)
            except FailedAttempt as error:
                error.attempts = attempt
                wait = _POLICY.wait(error.retry, attempt, error.retry_after)
                _POLICY.check(error, wait, patience.remaining())
            patience.sleep(wait)


def _fitting(found: Fetched) -> Fetched:
    keys = found.keys
    for part in (keys.access_key_id, keys.access_key_secret, keys.security_token or "-"):
        wrong = misfit(part) if isinstance(part, str) else "is not text"
        if wrong is not None:
            raise CredentialsError(f"a key that it gave {wrong.replace('; copy it again', '')}")
    return found


def _explained(error: Exception) -> str:
    if isinstance(error, FailedAttempt):
        return str(error).removeprefix("unexpected answer: ")
    if isinstance(error, EsaError):
        return str(error)
    text = safe_text(error)
    if isinstance(error, _SHAPES) or text.startswith(_TIMES):
        return f"its answer is not in the form in which keys are given ({type(error).__name__})"
    return _CLEARER.get(text, text)
