"""Keys that are fetched and renewed: one fetch for all who wait, and the last keys for as long as they are good."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from ..esa.deadline import Deadline
from ..esa.errors import CredentialsError, FailedAttempt
from ..esa.keys import Credentials
from ..esa.retry import RetryPolicy
from .messages import safe_text

_RECHECK_SECONDS = 1.0
# After a renewal that failed. The first is tried 15 minutes before the keys expire: time for many.
_PAUSE_SECONDS = 30.0
_POLICY = RetryPolicy(max_attempts=3)
# How the library fails at an answer that it cannot read, quoting the value.
_SHAPES = (TypeError, AttributeError, LookupError, UnicodeError, json.JSONDecodeError)
_TIMES = ("time data ", "unconverted data ")
_CLEARER = {
    "No cached value was found.": "the keys that it gave have expired already; check its clock and this machine's"
}


class LibrarySource:
    """Keys that the library fetches and renews 15 minutes before they expire.

    One fetch at a time, in a thread of its own: all callers wait for the same one, each no longer than its
    deadline. A first fetch is tried again as esa/retry.py says; a renewal that fails leaves the keys there are, until
    they expire or the service rejects them.
    """

    def __init__(self, description: str, build: Callable[[], Any]) -> None:
        self.description = description
        self._build = build
        self._provider: Any = None
        self._keys: Credentials | None = None
        self._expires_at: float | None = None
        self._recheck_at = 0.0
        self._fetch: Future[Credentials] | None = None
        self._lock = threading.Lock()

    def get(self, deadline: Deadline) -> Credentials:
        """The current keys; raises CredentialsError."""
        return self._current(deadline, None)

    def refresh(self, rejected: Credentials, deadline: Deadline) -> bool:
        """Fetch anew unless another thread did so already."""
        # Twice, because a fetch that was under way already may have been for the rejected keys.
        return any(self._current(deadline, rejected) != rejected for _ in range(2))

    def _current(self, deadline: Deadline, rejected: Credentials | None) -> Credentials:
        with self._lock:
            # The library knows when its keys get stale, but need not be asked for every request.
            if self._keys not in (None, rejected) and time.monotonic() < self._recheck_at:
                return self._keys
            fetch = self._fetch
            if fetch is None:
                fetch = Future()
                if rejected is not None and self._keys == rejected:
                    self._keys = self._provider = None
                # Not the caller's own: he may be cancelled, and others wait for the same fetch.
                patience = Deadline(deadline.remaining())
                threading.Thread(target=self._run, args=(fetch, patience), name="credentials", daemon=True).start()
                # Only now: without a thread nobody would ever answer those who wait for it.
                self._fetch = fetch
        return deadline.wait(fetch)

    def _run(self, fetch: Future[Credentials], patience: Deadline) -> None:
        kept = self._keys
        keys, expires_at, fault = None, None, None
        try:
            keys, expires_at = self._ask() if kept else self._ask_patiently(patience)
        except CredentialsError as error:
            fault = error
        except Exception as error:  # the library raises bare exceptions of many families
            fault = CredentialsError(f"{self.description}: {_explained(error)}")
        pause = _RECHECK_SECONDS
        if keys is None and kept is not None and (self._expires_at is None or time.time() < self._expires_at):
            # The service has the last word on keys whose end is not known.
            keys, expires_at, pause = kept, self._expires_at, _PAUSE_SECONDS
        with self._lock:
            self._keys, self._expires_at, self._fetch = keys, expires_at, None
            self._recheck_at = time.monotonic() + pause
        if keys is None:
            fetch.set_exception(fault or CredentialsError(f"{self.description}: gave no keys"))
        else:
            fetch.set_result(keys)

    def _ask_patiently(self, patience: Deadline) -> tuple[Credentials | None, float | None]:
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._ask()
            except FailedAttempt as error:
                error.attempts = attempt
                wait = _POLICY.wait(error.retry, attempt, error.retry_after)
                _POLICY.check(error, wait, patience.remaining())
            patience.sleep(wait)

    def _ask(self) -> tuple[Credentials | None, float | None]:
        if self._provider is None:
            self._provider = self._build()
        found = self._provider.get_credentials()
        key, secret = found.get_access_key_id(), found.get_access_key_secret()
        if not key or not secret:
            return None, None
        # A number that is no time stands for "not known" too.
        expires_at = max(0, found.get_expiration() or 0) or None
        return Credentials(key, secret, found.get_security_token() or None), expires_at


def _explained(error: Exception) -> str:
    if isinstance(error, FailedAttempt):
        return str(error).removeprefix("unexpected answer: ")
    text = safe_text(error)
    if isinstance(error, _SHAPES) or text.startswith(_TIMES):
        return f"its answer is not in the form in which keys are given ({type(error).__name__})"
    return _CLEARER.get(text, text)
