"""What can go wrong between an input and its answer.

    EsaError
    ├── InvalidInput        the caller's values; found before anything is sent
    ├── CredentialsError    no usable credentials, or they could not be fetched
    ├── FailedAttempt       one request that failed; says how it may be made again
    │   ├── ApiError        the service answered with a code (the table is in codes.py)
    │   ├── TransportError  no answer: DNS, TCP, TLS, proxy, time-outs, cut connections
    │   └── ResponseError   an answer that is not what the API documents
    ├── PartialAnswer       fewer jobs than the service announced, or pages that do not hold still
    ├── DriftFound          the jobs differ, and the caller wants that to be an error
    ├── DeadlineExceeded    the time for one call is used up
    ├── Cancelled           the user or the engine asked to stop
    └── OutOfThreads        the system lets this process start no more of them

`error.told(names)` is what a user reads: one line for each fault, no traceback, no secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from .codes import Meaning, Retry, look_up
from .printable import printable
from .terms import NEUTRAL, spelled, term


class Fault(NamedTuple):
    """One wrong input value: its path and what is wrong with it."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class EsaError(Exception):
    """Every error that this package raises on purpose."""

    def told(self, names: Mapping[str, str]) -> str:
        """The text with the settings under these names (the keys are in terms.py)."""
        return spelled(self._text(), names)

    def __str__(self) -> str:
        return self.told(NEUTRAL)

    def _text(self) -> str:
        return super().__str__()


class InvalidInput(EsaError):
    """All faults of one set of inputs, each on its property."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class CredentialsError(EsaError):
    """No credentials, unusable ones, or a source of credentials that failed."""


class OutOfThreads(EsaError):
    """The system lets this process start no more threads."""

    def __init__(self) -> None:
        super().__init__(
            "the system lets this process start no more threads: raise its limit (`ulimit -u`, or a container's limit "
            f"of pids), or lower {term('concurrency')}"
        )


def explained(error: Exception) -> Exception:
    """The error, or where it is Python's for a thread that cannot be started, one that says what to do."""
    out_of_threads = isinstance(error, RuntimeError) and "start new thread" in str(error)
    return OutOfThreads() if out_of_threads else error


class FailedAttempt(EsaError):
    """A request that failed: `retry` is how it may be made again, `retry_after` the seconds that the service asks for.

    `attempts` is how many were made, this one included.
    """

    def __init__(self, *texts: str, retry: Retry, retry_after: float | None = None) -> None:
        self.retry = retry
        self.retry_after = retry_after
        self.attempts = 1
        super().__init__(*texts)

    @property
    def why(self) -> str:
        """Why in a few words: the service's code, else the message."""
        return spelled(str(self.args[0]))


class ApiError(FailedAttempt):
    """An error the service answered with: action, code, message, HTTP status, request id, advice."""

    def __init__(
        self,
        *,
        action: str,
        code: str,
        message: str,
        http_status: int,
        request_id: str = "",
        note: str = "",
        retry_after: float | None = None,
        server_date: datetime | None = None,
    ) -> None:
        self.action = action
        self.code = code
        self.message = message
        self.http_status = http_status
        self.request_id = request_id
        self.note = note
        self.server_date = server_date
        retry = self.meaning.retry
        # If the service asks for a wait, a retry after it is welcome, whatever the code.
        invited = retry is Retry.NEVER and retry_after is not None
        super().__init__(code, message, retry=Retry.BACKOFF if invited else retry, retry_after=retry_after)

    @property
    def meaning(self) -> Meaning:
        """What the table says of this error's code."""
        return look_up(self.code, self.http_status)

    def _text(self) -> str:
        facts = [f"HTTP {self.http_status}", self.action]
        if self.attempts > 1:
            facts.append(f"{self.attempts} attempts")
        facts.append(f"RequestId {self.request_id or 'not given'}")
        return f"{self.code}: {_sentence(self.message)} ({', '.join(facts)}) {self._advice()}".strip()

    def advice(self, names: Mapping[str, str]) -> str:
        """What to do about it, the end of the text."""
        return spelled(self._advice(), names)

    def _advice(self) -> str:
        return self.note or self.meaning.advice.replace("{action}", self.action)


class TransportError(FailedAttempt):
    """The request or its answer did not get through."""

    def __init__(self, message: str, *, host: str, retry: Retry = Retry.NEVER) -> None:
        self.message = message
        self.host = host
        super().__init__(message, retry=retry)

    def _text(self) -> str:
        tries = f" (after {self.attempts} attempts)" if self.attempts > 1 else ""
        return f"{self.host}: {self.message}{tries}"


class ResponseError(FailedAttempt):
    """An answer that cannot be read as the API documents it; never taken for "no jobs"."""

    def __init__(
        self,
        message: str,
        *,
        retry: Retry = Retry.NEVER,
        retry_after: float | None = None,
        request_id: str = "",
    ) -> None:
        self.message = message
        self.request_id = request_id
        super().__init__(message, retry=retry, retry_after=retry_after)

    def _text(self) -> str:
        facts = [f"{self.attempts} attempts"] if self.attempts > 1 else []
        if self.request_id:
            facts.append(f"RequestId {self.request_id}")
        return f"unexpected answer: {self.message}" + (f" ({', '.join(facts)})" if facts else "")


class PartialAnswer(EsaError):
    """The pages do not add up to what the service announced."""


class DriftFound(EsaError):
    """The jobs are not as declared; the text is the summary."""


class DeadlineExceeded(EsaError):
    """The call's time passed before the answer was complete."""

    def __init__(self, seconds: float, wait: float | None = None) -> None:
        # The call ended before the limit because the next wait would have passed it; the message says so.
        why = "" if wait is None else f"the next request has to wait {wait:.1f} seconds, which is beyond that; "
        advice = f"raise {term('time limit')}, or ask for less"
        super().__init__(f"no complete answer within {seconds:g} seconds: {why}{advice}")


class Cancelled(EsaError):
    """Somebody asked to stop."""

    def __init__(self) -> None:
        super().__init__("cancelled")


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?")) else f"{text}."


def one_line(text: str) -> str:
    """Text from outside, safe to print: a blank for line ends, control and direction characters."""
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    return printable(" ".join(text.split()))
