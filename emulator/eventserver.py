"""uvicorn's server, ended by an event: its own loop polls every 0.1 s, and its shutdown sleeps as long."""

from __future__ import annotations

import asyncio
import socket
import threading

import uvicorn

from emulator.connections import Connections

_GRACE_SECONDS = 0.8


class EventServer(uvicorn.Server):
    """Runs in a thread; says when it serves, and drops its connections when it ends."""

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
