"""Connections to one endpoint that a deadline can end, used again only when no unread byte can be left.

Only its place on the connection tells which request an answer belongs to, so one answer too many shifts all later
ones. Hence: interim answers are skipped; a connection is kept only when its answer was read to the end, judged, and no
more bytes followed it; and no connection gives the same answer twice.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from urllib3.connection import HTTPConnection, HTTPSConnection, ProxyConfig
from urllib3.exceptions import HTTPError, ProxyError
from urllib3.util import make_headers, parse_url

from .deadline import Deadline
from .endpoints import Endpoint
from .proxy import Proxy

_MAX_INTERIM = 100
# The limit for the head of an interim answer; http.client has the same for a final one.
_MAX_LINES, _MAX_LINE = 100, 65536
_REMEMBERED = 256
_BUFFER = 64 * 1024


class MisplacedAnswer(Exception):
    """An answer that belongs to another request, or may belong to one."""


class Connections:
    """As many as are lent at once; what is given back is kept for the next exchange."""

    def __init__(self, endpoint: Endpoint, proxy: Proxy | None, context: ssl.SSLContext | None) -> None:
        """`context` says whose certificates are trusted; without one it is plain http."""
        parts = urlsplit(endpoint.url)
        self._host, self._port = parts.hostname or "", parts.port
        self._proxy = proxy
        self._context = context
        self._idle: deque[Connection] = deque()
        self._closed = False

    @contextlib.contextmanager
    def lend(self, deadline: Deadline) -> Iterator[Connection]:
        """One for one exchange: the socket it waits for is shut down at the deadline. Closed, not kept, if it is left
        with an exception, or with unexpected bytes."""
        connection = self._idle_one() or self._new()
        good = False
        try:
            connection.deadline = deadline
            yield connection
            good = True
        finally:
            connection.unwatch()
            if good and not connection.spoilt and not self._closed:
                self._idle.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close the idle ones, and the others as soon as they are given back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def __del__(self) -> None:
        # Nobody closes an earlier client: it is left to the calls that still use it.
        self.close()

    def _idle_one(self) -> Connection | None:
        # The last one used first, so that those too many grow old; another thread may take it meanwhile.
        with contextlib.suppress(IndexError):
            while True:
                connection = self._idle.pop()
                if connection.is_connected:
                    return connection
                connection.close()
        return None

    def _new(self) -> Connection:
        if self._context is None:
            return _PlainConnection(self._host, self._port)
        if self._proxy is None:
            return _SecureConnection(self._host, self._port, ssl_context=self._context)
        proxy = parse_url(self._proxy.url)
        connection = _SecureConnection(
            (proxy.host or "").strip("[]"),
            proxy.port or {"http": 80, "https": 443}[proxy.scheme or "http"],
            ssl_context=self._context,
            proxy=proxy,
            proxy_config=ProxyConfig(self._context, False, None, None),
        )
        login = self._proxy.logins[-1:]
        # Basic authentication has both.
        headers = {"Proxy-Authorization": _basic(login[0])} if login and ":" in login[0] else {}
        connection.set_tunnel(self._host, self._port or 443, headers, scheme=proxy.scheme or "http")
        return connection


def _basic(login: str) -> str:
    return make_headers(basic_auth=login)["authorization"]


class _Answer(http.client.HTTPResponse):
    """http.client's takes any interim answer but 100 for the final one, and loses bytes read ahead; this does not."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        # Its own reads of 8 KiB give way to other threads four times an answer.
        self.fp.close()
        self.fp = sock.makefile("rb", _BUFFER)
        self._sock = sock
        self.behind = b""
        """The bytes that had followed the answer when its end was read."""

    def _read_status(self) -> Any:
        for _ in range(_MAX_INTERIM):
            version, status, reason = super()._read_status()  # type: ignore[misc]  # urllib3 calls it too, for a tunnel
            # 101 is final: we never ask for another protocol.
            if not 100 <= status < 200 or status == 101:
                return version, status, reason
            lines = 0
            while self.fp.readline(_MAX_LINE) not in (b"\r\n", b"\n", b""):
                lines += 1
                if lines > _MAX_LINES:
                    raise http.client.HTTPException
        raise http.client.HTTPException

    def _close_conn(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.behind = self._waiting()
        super()._close_conn()  # type: ignore[misc]

    def _waiting(self) -> bytes:
        """The bytes that are there already, here or in the socket, without waiting for any."""
        patience = self._sock.gettimeout()
        self._sock.settimeout(0)
        try:
            return bytes(self.fp.peek())
        finally:
            self._sock.settimeout(patience)


class _Judged:
    """What a connection of this module can do more than urllib3's, which stands beside it as a base class.

    Only how to connect is left to that. What is said is http.client's: the same bytes in half the time.
    """

    response_class: Any = _Answer
    request: Any = http.client.HTTPConnection.request
    putheader: Any = http.client.HTTPConnection.putheader
    getresponse: Any = http.client.HTTPConnection.getresponse
    timeout: Any
    deadline: Deadline

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._watched: list[socket.socket] = []
        self._last: Any = None
        self._whole = False
        self._answered = 0
        self._identities: deque[object] = deque(maxlen=_REMEMBERED)

    def ask(
        self: Any,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes | None,
        timeouts: tuple[float, float],
    ) -> http.client.HTTPResponse:
        """The answer, its body still to be read; `timeouts` are the seconds to connect and between two reads."""
        self.timeout, self._whole = timeouts[0], False
        if self.is_closed:
            try:
                self.connect()
            except (OSError, http.client.HTTPException, HTTPError) as error:
                if self.proxy and not self.has_connected_to_proxy:
                    raise ProxyError("", error) from None
                raise
        # Again: the connection may be an old one, and TLS puts another socket in the place of the first. TLS within
        # a proxy's TLS is an object of urllib3's around the socket.
        self._watch(getattr(self.sock, "socket", self.sock))
        self.timeout = timeouts[1]
        self.sock.settimeout(self.timeout)
        self.request(method, target, body, headers)
        self._last = self.getresponse()
        return self._last  # type: ignore[no-any-return]

    def judge(self, identity: object) -> None:
        """Raise MisplacedAnswer unless the answer just read belongs to the request sent; its `identity` is remembered.

        An `identity` of None means that the same answer may rightly come twice.
        """
        self._whole = self._last.isclosed()
        # The first answer on a connection is certainly ours; on a reused one, bytes behind it mean that it may not be.
        if self._answered and self._last.behind.strip():
            raise MisplacedAnswer("more than one answer came")
        if identity is not None and identity in self._identities:
            raise MisplacedAnswer("an earlier answer came once more")
        self._answered += 1
        self._identities.append(identity)

    @property
    def spoilt(self: Any) -> bool:
        """Whether the next answer could belong to another request, or cannot come."""
        last = self._last
        if self.is_closed or not self._whole or last.behind or last.status == 101:
            return True
        # Two lengths for one body: a proxy on the way may have used the other one.
        return "Content-Length" in last.headers and "Transfer-Encoding" in last.headers

    def unwatch(self) -> None:
        """Leave its sockets alone from now on."""
        for sock in self._watched:
            self.deadline.unwatch(sock)
        self._watched.clear()

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]
        # From here on, because a proxy may answer CONNECT byte by byte.
        self._watch(sock)
        return sock

    def _watch(self, sock: Any) -> None:
        if isinstance(sock, socket.socket):
            self._watched.append(sock)
            self.deadline.watch(sock)


class _PlainConnection(_Judged, HTTPConnection):
    pass


class _SecureConnection(_Judged, HTTPSConnection):
    pass


Connection = _PlainConnection | _SecureConnection
