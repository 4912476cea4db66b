"""What can go wrong between an input and its answer.

    EsaError
    ├── InvalidInput        the caller's values; found before anything is sent
    ├── CredentialsError    no usable credentials, or they could not be fetched
    ├── ApiError            the service answered with a code (the table is in codes.py)
    ├── TransportError      no answer: DNS, TCP, TLS, proxy, time-outs, cut connections
    ├── ResponseError       an answer that is not what the API documents
    ├── PartialAnswer       fewer jobs than the service announced, or pages that do not hold still
    ├── DriftFound          the jobs differ, and the caller wants that to be an error
    ├── DeadlineExceeded    the time for one call is used up
    └── Cancelled           the user or the engine asked to stop

`str(error)` is what a user reads: one line a fault, no traceback, no secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from .codes import Row, look_up
from .printable import printable


@dataclass(frozen=True)
class Fault:
    """One wrong input value: the property's path and what is wrong with it."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class EsaError(Exception):
    """Every error that this package raises on purpose."""


class InvalidInput(EsaError):
    """All faults of one set of inputs, each on its property."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class CredentialsError(EsaError):
    """No credentials, unusable ones, or a source of credentials that failed."""


class ApiError(EsaError):
    """An error the service answered with: action, code, message, HTTP status, request id, advice."""

    def __init__(
        self,
        *,
        action: str,
        code: str,
        message: str,
        http_status: int,
        request_id: str = "",
        attempts: int = 1,
        note: str = "",
        retry_after: float | None = None,
        server_date: datetime | None = None,
    ) -> None:
        self.action = action
        self.code = code
        self.message = message
        self.http_status = http_status
        self.request_id = request_id
        self.attempts = attempts
        self.note = note
        self.retry_after = retry_after
        self.server_date = server_date
        super().__init__(code, message)

    @property
    def row(self) -> Row:
        """The table's row for this error's code."""
        return look_up(self.code, self.http_status)

    def __str__(self) -> str:
        facts = [f"HTTP {self.http_status}", self.action]
        if self.attempts > 1:
            facts.append(f"{self.attempts} attempts")
        facts.append(f"RequestId {self.request_id or 'not given'}")
        advice = self.note or self.row.advice.replace("{action}", self.action)
        return f"{self.code}: {_sentence(self.message)} ({', '.join(facts)}) {advice}".strip()


class TransportError(EsaError):
    """The request or its answer did not get through."""

    def __init__(self, message: str, *, host: str, retryable: bool, timed_out: bool = False, attempts: int = 1) -> None:
        self.message = message
        self.host = host
        self.retryable = retryable
        self.timed_out = timed_out
        self.attempts = attempts
        super().__init__(message)

    def __str__(self) -> str:
        tries = f" (after {self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{self.host}: {self.message}{tries}"


class ResponseError(EsaError):
    """An answer that cannot be read as the API documents it; never taken for "no jobs"."""

    def __init__(
        self,
        message: str,
        *,
        retryable: bool = False,
        throttled: bool = False,
        retry_after: float | None = None,
        attempts: int = 1,
        request_id: str = "",
    ) -> None:
        self.message = message
        self.retryable = retryable
        self.throttled = throttled
        self.retry_after = retry_after
        self.attempts = attempts
        self.request_id = request_id
        super().__init__(message)

    def __str__(self) -> str:
        facts = [f"{self.attempts} attempts"] if self.attempts > 1 else []
        if self.request_id:
            facts.append(f"RequestId {self.request_id}")
        return f"unexpected answer: {self.message}" + (f" ({', '.join(facts)})" if facts else "")


class PartialAnswer(EsaError):
    """The pages do not add up to what the service announced."""


class DriftFound(EsaError):
    """The jobs are not as declared; the text is the summary."""


class DeadlineExceeded(EsaError):
    """`timeoutSeconds` passed before the answer was complete."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no complete answer within {seconds:g} seconds: raise timeoutSeconds, or ask for less")


class Cancelled(EsaError):
    """The engine asked to stop."""

    def __init__(self) -> None:
        super().__init__("cancelled")


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def one_line(text: str) -> str:
    """Text of somebody else, safe to print: a blank for line ends, control and direction characters."""
    return printable(" ".join("".join(char if char.isprintable() else " " for char in text).split()))
