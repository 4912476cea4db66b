"""uvicorn's server and its TCP connections: counted, and cut off when a glitch or the end asks for it."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

Peer = tuple[str, int]
_GRACE_SECONDS = 0.8


class Connection:
    """One open connection; all its methods belong to the server's own thread."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self.gone = asyncio.Event()
        # asyncio does this only for sockets made with an explicit protocol number; without it every answer,
        # sent as headers and body, waits 40 ms for the client's delayed ACK.
        peer_socket = transport.get_extra_info("socket")
        peer_socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def pause(self, seconds: float | None) -> None:
        """Waits for the given time, or for ever, but only while the connection is open."""
        try:
            await asyncio.wait_for(self.gone.wait(), seconds)
        except asyncio.TimeoutError:
            return

    def write(self, data: bytes) -> None:
        """Sends bytes around the HTTP server, if the connection is still open."""
        if not self.gone.is_set():
            self._transport.write(data)

    async def close(self) -> None:
        """Sends what is buffered, then closes the connection."""
        self._transport.close()
        await self.gone.wait()

    async def reset(self) -> None:
        """Ends the connection with a TCP RST."""
        peer_socket = self._transport.get_extra_info("socket")
        # A linger time of zero makes the kernel send RST instead of FIN.
        peer_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.abort()
        await self.gone.wait()

    def abort(self) -> None:
        """Drops the connection and what is buffered."""
        self._transport.abort()


class Connections:
    """The open connections by client address, and how many were accepted in all."""

    def __init__(self) -> None:
        self.accepted = 0
        self._open: dict[Peer, Connection] = {}

    def opened(self, peer: Peer, transport: asyncio.Transport) -> None:
        """Counts and keeps a new connection."""
        self.accepted += 1
        self._open[peer] = Connection(transport)

    def lost(self, peer: Peer) -> None:
        """Forgets a connection and wakes whatever waits on it."""
        self._open.pop(peer).gone.set()

    def of(self, scope: Any) -> Connection:
        """The connection that an ASGI request came in on."""
        return self._open[tuple(scope["client"])]

    def abort_all(self) -> None:
        """Drops every connection."""
        for connection in list(self._open.values()):
            connection.abort()


def tracked_protocol(connections: Connections) -> type[asyncio.Protocol]:
    """uvicorn's HTTP protocol, telling `connections` of each connection it serves."""

    class TrackedProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            if self.client is not None:
                connections.opened(self.client, transport)

        def connection_lost(self, exc: Exception | None) -> None:
            # uvicorn first, so that a handler that wakes up already finds the request marked as disconnected.
            super().connection_lost(exc)
            if self.client is not None:
                connections.lost(self.client)

    return TrackedProtocol


class EventServer(uvicorn.Server):
    """Runs in a thread; says when it serves, and drops its connections when it ends.

    Ended by an event: uvicorn's own loop polls every 0.1 s, and its shutdown sleeps as long.
    """

    def __init__(self, config: uvicorn.Config, connections: Connections) -> None:
        super().__init__(config)
        self.ready = threading.Event()
        self._connections = connections
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None

    def stop(self) -> None:
        """Asks the server to end, from any thread."""
        if self._loop is not None and self._ending is not None:
            self._loop.call_soon_threadsafe(self._ending.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listens, and sets `ready`."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._ending = asyncio.Event()
        self.ready.set()

    async def main_loop(self) -> None:
        """Serves until stop() is called."""
        # Called once, because it makes the headers that uvicorn adds to every answer.
        await self.on_tick(0)
        if self._ending is not None:
            await self._ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drops every connection and waits until the requests on it have ended."""
        for server in self.servers:
            server.close()
        self._connections.abort_all()
        try:
            await asyncio.wait_for(self._idle(), _GRACE_SECONDS)
        except asyncio.TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()
        for server in self.servers:
            await server.wait_closed()

    async def _idle(self) -> None:
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(0.001)
