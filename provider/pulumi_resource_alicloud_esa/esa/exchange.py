"""One HTTP exchange over pooled connections: bytes out, a bounded and timed answer back, or a TransportError.

Straight to requests' adapter, below its Session: a Session prepares to follow a redirect even when told not to
(it reads the whole body, whatever its size), would resend the security token to the new host, and reads netrc,
where an entry replaces our Authorization header. TLS is always verified and there is no switch for it.
"""

from __future__ import annotations

import contextlib
import os
import re

import requests
from urllib3.exceptions import HTTPError

from .adapter import LendingAdapter, Loan, MisplacedAnswer, lend
from .answer import Answer
from .causes import explain
from .deadline import Deadline
from .endpoints import Endpoint
from .errors import ResponseError
from .proxy import choose_proxy
from .trust import NotTrustable, Trust, choose_trust

_CHUNK_BYTES = 64 * 1024
_REQUEST_ID = re.compile(rb'"RequestId"\s{0,9}:\s{0,9}"[^"\s]{1,100}"', re.IGNORECASE)


class Exchange:
    """The connections to one endpoint, shared by all threads."""

    def __init__(
        self, endpoint: Endpoint, *, connections: int, timeouts: tuple[float, float], max_bytes: int, too_large: str
    ) -> None:
        """`timeouts` are the seconds to connect and between two reads; more than `max_bytes` fails as `too_large`."""
        self.endpoint = endpoint
        self._timeouts = timeouts
        self._max_bytes = max_bytes
        self._too_large = too_large
        # Looked up once: requests would read the environment and the proxy settings again for every request.
        self.proxy = choose_proxy(endpoint)
        self._trust = self._choose_trust()
        self._adapter = LendingAdapter(connections, self._trust.context if self._trust else None)

    def send(self, prepared: requests.PreparedRequest, deadline: Deadline) -> Answer:
        """The answer to this very request; raises TransportError, and ResponseError for one that is too large."""
        connect, read = self._timeouts
        left = max(0.001, deadline.remaining())
        proxies = {self.endpoint.scheme: self.proxy.url} if self.proxy else {}
        timeouts = (min(connect, left), min(read, left))
        try:
            with (
                lend(deadline) as loan,
                contextlib.closing(
                    self._adapter.send(prepared, stream=True, timeout=timeouts, proxies=proxies)
                ) as response,
            ):
                return self._receive(response, loan, deadline)
        except (requests.RequestException, HTTPError, MisplacedAnswer, OSError, ValueError) as error:
            deadline.check()
            trusted = self._trust.variables if self._trust else ()
            raise explain(error, self.endpoint.host, self.proxy, trusted) from None

    def close(self) -> None:
        """Close idle connections."""
        self._adapter.close()

    def _choose_trust(self) -> Trust | None:
        if self.endpoint.scheme != "https":
            return None
        try:
            return choose_trust(os.environ)
        except NotTrustable as error:
            raise explain(error, self.endpoint.host, self.proxy, error.variables) from None

    def _receive(self, response: requests.Response, loan: Loan, deadline: Deadline) -> Answer:
        # A redirect is an error whatever its body says.
        redirect = 300 <= response.status_code < 400
        body = b"" if redirect else self._read(response, deadline)
        # A socket that the deadline shut down looks like the regular end of a head or a body.
        deadline.check()
        # Answers without a RequestId may be identical.
        request_id = response.headers.get("x-acs-request-id")
        named = request_id or _REQUEST_ID.search(body)
        loan.judge(hash((response.status_code, request_id, body)) if named else None)
        return Answer(response.status_code, response.headers, body)

    def _read(self, response: requests.Response, deadline: Deadline) -> bytes:
        """The decoded body; stops at the bound, and between chunks at the deadline."""
        announced = response.headers.get("Content-Length", "")
        # Collected in one buffer: a list of chunks of two bytes takes fifty times their size.
        body = bytearray()
        for chunk in response.iter_content(_CHUNK_BYTES):
            deadline.check()
            body += chunk
            if len(body) > self._max_bytes:
                raise ResponseError(f"more than {self._max_bytes // 2**20} MiB {self._too_large}")
        if announced.isdigit() and not response.headers.get("Content-Encoding") and len(body) < int(announced[:18]):
            raise requests.exceptions.ChunkedEncodingError
        return bytes(body)
