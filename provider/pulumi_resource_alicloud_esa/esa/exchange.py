"""One HTTP exchange over kept connections: bytes out, a bounded and timed answer back, or a TransportError.

On urllib3's connections, below its pools and requests' sessions: nothing here follows a redirect, which would carry the
security token to another host, keeps a cookie, or reads netrc, where an entry replaces our Authorization header. TLS is
always verified and there is no switch for it.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
from collections.abc import Mapping

from urllib3 import HTTPHeaderDict
from urllib3.exceptions import HTTPError, ProtocolError
from urllib3.response import HTTPResponse

from .answer import Answer
from .causes import explain
from .connections import Connection, Connections, MisplacedAnswer
from .deadline import Deadline
from .endpoints import Endpoint
from .errors import ResponseError
from .proxy import choose_proxy
from .trust import NotTrustable, Trust, choose_trust

_CHUNK_BYTES = 64 * 1024
_REQUEST_ID = re.compile(rb'"RequestId"\s{0,9}:\s{0,9}"[^"\s]{1,100}"', re.IGNORECASE)


class Exchange:
    """The connections to one endpoint, shared by all threads."""

    def __init__(self, endpoint: Endpoint, *, timeouts: tuple[float, float], max_bytes: int, too_large: str) -> None:
        """`timeouts` are the seconds to connect and between two reads; more than `max_bytes` fails as `too_large`."""
        self.endpoint = endpoint
        self._timeouts = timeouts
        self._max_bytes = max_bytes
        self._too_large = too_large
        self.proxy = choose_proxy(endpoint)
        self._trust = self._choose_trust()
        self._connections = Connections(endpoint, self.proxy, self._trust.context if self._trust else None)

    def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        deadline: Deadline,
        body: bytes | str | None = None,
    ) -> Answer:
        """The answer to this very request; raises TransportError, and ResponseError for one that is too large."""
        sent = body.encode() if isinstance(body, str) else body
        left = max(0.001, deadline.remaining())
        connect, read = self._timeouts
        try:
            with (
                self._connections.lend(deadline) as connection,
                contextlib.closing(
                    connection.ask(method, target, headers, sent, (min(connect, left), min(read, left)))
                ) as response,
            ):
                return self._receive(response, connection, deadline)
        except (HTTPError, http.client.HTTPException, MisplacedAnswer, OSError, ValueError) as error:
            deadline.check()
            trusted = self._trust.variables if self._trust else ()
            raise explain(error, self.endpoint.host, self.proxy, trusted) from None

    def close(self) -> None:
        """Close idle connections."""
        self._connections.close()

    def _choose_trust(self) -> Trust | None:
        if self.endpoint.scheme != "https":
            return None
        try:
            return choose_trust(os.environ)
        except NotTrustable as error:
            raise explain(error, self.endpoint.host, self.proxy, error.variables) from None

    def _receive(self, response: http.client.HTTPResponse, connection: Connection, deadline: Deadline) -> Answer:
        # One name may come twice, and in any case.
        headers = HTTPHeaderDict((name, str(value)) for name, value in response.msg.items())
        # A redirect is an error whatever its body says.
        body = b"" if 300 <= response.status < 400 else self._read(response, headers, deadline)
        # A socket that the deadline shut down looks like the regular end of a head or a body.
        deadline.check()
        # Answers without a RequestId may be identical.
        request_id = headers.get("x-acs-request-id")
        named = request_id or _REQUEST_ID.search(body)
        connection.judge(hash((response.status, request_id, body)) if named else None)
        return Answer(response.status, headers, body)

    def _read(self, response: http.client.HTTPResponse, headers: HTTPHeaderDict, deadline: Deadline) -> bytes:
        """The decoded body; stops at the bound, and between chunks at the deadline."""
        if response.length is not None and response.length <= self._max_bytes and "Content-Encoding" not in headers:
            # As most are: nothing to decode, and its length is known.
            try:
                return response.read()
            except (OSError, http.client.IncompleteRead) as error:
                raise ProtocolError("", error) from None
        decoded = HTTPResponse(
            response, headers, response.status, preload_content=False, original_response=response, request_method="GET"
        )
        # Collected in one buffer: a list of chunks of two bytes takes fifty times their size.
        body = bytearray()
        for chunk in decoded.stream(_CHUNK_BYTES, decode_content=True):
            deadline.check()
            body += chunk
            if len(body) > self._max_bytes:
                raise ResponseError(f"more than {self._max_bytes // 2**20} MiB {self._too_large}")
        return bytes(body)
