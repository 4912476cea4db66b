"""requests' adapter whose connections a deadline can end, and which are reused only when no unread byte can be left.

Only its place on the connection tells which request an answer belongs to, so one answer too many shifts all later
ones. Hence: interim answers are skipped; a connection goes back to the pool when its answer was read to
the end, judged, and no more bytes followed it; and no connection gives the same answer twice.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from typing import Any

import requests.adapters
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .deadline import Deadline

_MAX_INTERIM = 100
# The limit for the head of an interim answer; http.client has the same for a final one.
_MAX_LINES, _MAX_LINE = 100, 65536
_REMEMBERED = 256
_current = threading.local()


class MisplacedAnswer(Exception):
    """An answer that belongs to another request, or may belong to one."""


class Loan:
    """The connections that one exchange uses, in this thread."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self.sockets: list[socket.socket] = []
        self.connection: Any = None
        self.returned: list[tuple[Any, Any]] = []

    def judge(self, identity: object) -> None:
        """Raise MisplacedAnswer unless the answer just read belongs to the request sent; its `identity` is remembered.

        An `identity` of None means that the same answer may rightly come twice.
        """
        self.connection.judge(identity)


@contextlib.contextmanager
def lend(deadline: Deadline) -> Iterator[Loan]:
    """Connections for one exchange: the socket they wait for is shut down at the deadline, and those that it leaves
    with an exception, or with unexpected bytes, are closed."""
    loan = _current.loan = Loan(deadline)
    good = False
    try:
        yield loan
        good = True
    finally:
        _current.loan = None
        for sock in loan.sockets:
            deadline.unwatch(sock)
        for pool, connection in loan.returned:
            if not good or connection.spoilt:
                connection.close()
            pool._put_conn(connection)


class LendingAdapter(requests.adapters.HTTPAdapter):
    """For one endpoint, below requests' Session: it follows no redirect, keeps no cookie and reads no netrc."""

    def __init__(self, connections: int, context: ssl.SSLContext | None) -> None:
        self._context = context
        self._pool: Any = None
        super().__init__(pool_connections=2, pool_maxsize=connections, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        contexts = {"ssl_context": self._context, "proxy_ssl_context": self._context}
        manager = super().proxy_manager_for(proxy, **kwargs, **contexts)
        manager.pool_classes_by_scheme = _POOLS
        return manager

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The same for each request, looked up once: requests would take apart URL and proxy again, for a tenth of the
        time of a small answer."""
        if self._pool is None:
            self._pool = super().get_connection_with_tls_context(*args, **kwargs)
        return self._pool

    def request_url(self, request: Any, _: Any) -> str:
        """A path, since plain http never goes through a proxy here."""
        return str(request.path_url)

    def cert_verify(self, *_: Any) -> None:
        """Nothing to add: the context knows whom to trust. requests would read certifi's list for each connection."""


class _Answer(http.client.HTTPResponse):
    """http.client's takes any interim answer but 100 for the final one, and loses bytes read ahead; this does not."""

    def __init__(self, sock: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
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


class _Lent:
    """One connection; its fields are reset each time it connects."""

    response_class: Any = _Answer
    sock: Any
    _answered = 0
    _last: Any = None

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]  # a mix-in: urllib3's connection is beside it
        self._answered, self._last = 0, None
        self._identities: deque[object] = deque(maxlen=_REMEMBERED)
        # Watched from here on, because a proxy may answer CONNECT byte by byte.
        self._watch(sock)
        return sock

    def getresponse(self) -> Any:
        # Again: the connection may be an old one, and TLS puts another socket in the place of the first. TLS within
        # a proxy's TLS is an object of urllib3's around the socket.
        self._watch(getattr(self.sock, "socket", self.sock))
        response = super().getresponse()  # type: ignore[misc]
        self._last = response._original_response
        return response

    @property
    def spoilt(self) -> bool:
        """Whether the next answer could belong to another request."""
        last = self._last
        if last is None or last.behind or last.status == 101:
            return True
        # Two lengths for one body: a proxy on the way may have used the other one.
        return "Content-Length" in last.headers and "Transfer-Encoding" in last.headers

    def judge(self, identity: object) -> None:
        # The first answer on a connection is certainly ours; on a reused one, bytes behind it mean that it may not be.
        if self._answered and self._last is not None and self._last.behind.strip():
            raise MisplacedAnswer("more than one answer came")
        if identity is not None and identity in self._identities:
            raise MisplacedAnswer("an earlier answer came once more")
        self._answered += 1
        self._identities.append(identity)

    def _watch(self, sock: Any) -> None:
        loan: Loan | None = getattr(_current, "loan", None)
        if loan is not None:
            loan.connection = self
            if isinstance(sock, socket.socket):
                loan.sockets.append(sock)
                loan.deadline.watch(sock)


class _LendingPool:
    def _put_conn(self, connection: Any) -> None:
        """urllib3 gives a connection back as soon as its answer is read; here it stays until the answer is judged."""
        loan: Loan | None = getattr(_current, "loan", None)
        if connection is None or loan is None:
            super()._put_conn(connection)  # type: ignore[misc]
        else:
            loan.returned.append((self, connection))


class _HTTPConnection(_Lent, HTTPConnection):
    pass


class _HTTPSConnection(_Lent, HTTPSConnection):
    pass


class _HTTPPool(_LendingPool, HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(_LendingPool, HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}
