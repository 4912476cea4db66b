"""The log of the requests that came in, and how many were under way at once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# Bounds the memory of the log: room for 100,000 requests of the usual size.
KEPT_BYTES = 100 * 2**20
_RECORD_BYTES = 800
_LONGEST = 1000
# Never Authorization or the security token: the log is shown to people.
_HEADERS = ("host", "user-agent", "accept", "accept-encoding", "content-type", "x-acs-date", "x-acs-version")


@dataclass
class RequestRecord:
    """One request to the API; `status` stays 0 for one that never got an answer."""

    number: int
    action: str
    method: str
    params: dict[str, str]
    headers: dict[str, str]
    nonce: str
    client_port: int
    access_key_id: str = ""
    has_token: bool = False
    status: int = 0
    code: str = ""
    glitches: int = 0
    milliseconds: float = field(default=0.0, compare=False)

    def size(self) -> int:
        """Roughly its size in memory."""
        texts = (*self.params, *self.params.values(), *self.headers.values(), self.action, self.nonce)
        return _RECORD_BYTES + sum(map(len, texts))


def shown_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers worth showing, without those that carry a secret."""
    return {name: shown(headers[name]) for name in _HEADERS if name in headers}


def shown(text: str) -> str:
    """As much of a text as the log keeps."""
    return text[:_LONGEST]


class RequestLog:
    """Records requests as they begin and end; may be read from any thread."""

    def __init__(self, on_end: Callable[[RequestRecord], None] | None = None) -> None:
        self._lock = threading.Lock()
        self._records: deque[RequestRecord] = deque()
        self._bytes = 0
        self._on_end = on_end
        self._in_flight = 0
        self._count = 0
        self.max_in_flight = 0

    def begin(self, record: RequestRecord) -> None:
        """Numbers and keeps a request, and counts it as under way."""
        with self._lock:
            self._count += 1
            record.number = self._count
            self._records.append(record)
            self._bytes += record.size()
            while self._bytes > KEPT_BYTES:
                self._bytes -= self._records.popleft().size()
            self._in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self._in_flight)

    def end(self, record: RequestRecord) -> None:
        """Counts a request as over, answered or not."""
        with self._lock:
            self._in_flight -= 1
        if self._on_end is not None:
            self._on_end(record)

    def records(self) -> list[RequestRecord]:
        """A copy of the log, oldest first."""
        with self._lock:
            return list(self._records)

    def clear(self) -> None:
        """Empties the log; requests under way stay counted."""
        with self._lock:
            self._records.clear()
            self._bytes = 0
            self._count = 0
            self.max_in_flight = self._in_flight
