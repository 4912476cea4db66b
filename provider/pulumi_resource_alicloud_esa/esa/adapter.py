"""requests' adapter with connections that a deadline can end while a thread waits in them."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import requests.adapters
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .deadline import Deadline

_current = threading.local()


@contextlib.contextmanager
def ended_by(deadline: Deadline) -> Iterator[None]:
    """Whatever socket this thread waits in meanwhile is shut down when the deadline ends."""
    _current.deadline, _current.sockets = deadline, []
    try:
        yield
    finally:
        for sock in _current.sockets:
            deadline.unwatch(sock)
        _current.deadline = None


class WatchedAdapter(requests.adapters.HTTPAdapter):
    """Below requests' Session: it follows no redirect, keeps no cookie and reads no netrc."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _Watched:
    sock: Any

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]  # a mix-in: urllib3's connection is beside it
        # Already now: a proxy may drip its answer to CONNECT.
        _watch(sock)
        return sock

    def getresponse(self) -> Any:
        # Again: the connection may be an old one, and TLS puts another socket in the place of the first. TLS within
        # a proxy's TLS is an object of urllib3's around the socket.
        _watch(getattr(self.sock, "socket", self.sock))
        return super().getresponse()  # type: ignore[misc]


def _watch(sock: Any) -> None:
    deadline: Deadline | None = getattr(_current, "deadline", None)
    if deadline is not None and isinstance(sock, socket.socket):
        _current.sockets.append(sock)
        deadline.watch(sock)


class _HTTPConnection(_Watched, HTTPConnection):
    pass


class _HTTPSConnection(_Watched, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTPConnection


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPSConnection


_POOLS = {"http": _HTTPPool, "https": _HTTPSPool}
