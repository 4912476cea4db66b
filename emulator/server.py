"""The running emulator: a thread with uvicorn on a loopback port, and the parts that a test may use directly."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from emulator import keys as known
from emulator import seed
from emulator.connections import Connections, EventServer, tracked_protocol
from emulator.control import control_routes
from emulator.gate import Gate
from emulator.gateway import Gateway
from emulator.glitches import GlitchTable
from emulator.guard import Guard
from emulator.keys import AccessKeys
from emulator.requestlog import RequestLog, RequestRecord
from emulator.store import Store


class Emulator:
    """An ESA endpoint on loopback: `with Emulator() as emulator:` serves it at `emulator.url`."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        jobs: int | None = None,
        sites: int = 0,
        delay: float = 0.0,
        clock_offset: float = 0.0,
        certfile: str | Path | None = None,
        keyfile: str | Path | None = None,
        on_request: Callable[[RequestRecord], None] | None = None,
    ) -> None:
        """`jobs` gives the first site so many generated jobs, `sites` makes further ones; times are in seconds."""
        if not 0 <= port <= 65535:
            raise ValueError(f"the port must be from 0 to 65535, not {port}")
        self._address = (_loopback(host), port)
        self._jobs, self._sites = jobs, sites
        self._certfile, self._keyfile = certfile, keyfile
        self._scheme = "https" if certfile else "http"
        self.keys = AccessKeys()
        self._gate = Gate(self.keys, clock_offset)
        self.store = Store(self._gate.now)
        self.glitches = GlitchTable(time.monotonic)
        self.log = RequestLog(on_request)
        self._connections = Connections()
        self._gateway = Gateway(self.store, self._gate, self.glitches, self.log, self._connections, delay)
        self._start_settings = (delay, clock_offset)
        self._server: EventServer | None = None
        self._thread: threading.Thread | None = None
        self._fill()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return self._address[1]

    @property
    def endpoint(self) -> str:
        """`host:port`, as the official SDK wants its endpoint."""
        host = self._address[0]
        return f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The address with its scheme, as the provider wants its endpoint."""
        return f"{self._scheme}://{self.endpoint}"

    @property
    def requests(self) -> list[RequestRecord]:
        """A copy of the log of API requests, oldest first."""
        return self.log.records()

    @property
    def max_in_flight(self) -> int:
        """The most requests that were ever under way at once."""
        return self.log.max_in_flight

    @property
    def connections(self) -> int:
        """How many TCP connections were accepted, those to the control endpoints included."""
        return self._connections.accepted

    @property
    def delay(self) -> float:
        """Seconds before each answer; may be set while running."""
        return self._gateway.delay

    @delay.setter
    def delay(self, seconds: float) -> None:
        self._gateway.delay = seconds

    @property
    def clock_offset(self) -> float:
        """How far the server's clock is ahead of the machine's, in seconds; may be set while running."""
        return self._gate.clock_offset

    @clock_offset.setter
    def clock_offset(self, seconds: float) -> None:
        self._gate.clock_offset = seconds

    def environment(self) -> dict[str, str]:
        """The variables that point a program at this emulator."""
        return {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": known.ACCESS_KEY_ID,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": known.ACCESS_KEY_SECRET,
            "ALIBABA_CLOUD_ENDPOINT_ESA": self.url,
        }

    def reset(self) -> None:
        """Back to how it started: jobs, keys, delay, clock, no glitches, an empty log."""
        self.delay, self.clock_offset = self._start_settings
        self.store.reset()
        self.keys.reset()
        self.glitches.clear()
        self._gate.reset()
        self.log.clear()
        self._fill()

    def start(self) -> None:
        """Listens and serves in a thread of its own; OSError if the port is taken."""
        config = self._config()
        # Loaded now, so that a bad certificate is an error here and not in the thread.
        config.load()
        listener = socket.create_server(
            self._address, family=socket.AF_INET6 if ":" in self._address[0] else socket.AF_INET, backlog=1024
        )
        self._address = (self._address[0], listener.getsockname()[1])
        self._server = EventServer(config, self._connections)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [listener]}, name=f"emulator-{self.port}"
        )
        self._thread.start()
        if not self._server.ready.wait(10):
            raise RuntimeError("the emulator's thread did not start; its traceback is on stderr")

    def stop(self) -> None:
        """Drops every connection, stalled ones too, and returns when the thread has ended."""
        if self._server is not None and self._thread is not None:
            self._server.stop()
            self._thread.join(10)
            self._server = self._thread = None

    def __enter__(self) -> Emulator:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _fill(self) -> None:
        if self._jobs is not None:
            self.store.generate(seed.SITE_ID, self._jobs)
        self.store.add_sites(self._sites)

    def _config(self) -> uvicorn.Config:
        app = Guard(Starlette(routes=[Route("/", self._gateway), *control_routes(self)]))
        return uvicorn.Config(
            app,
            http=tracked_protocol(self._connections),
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            # The gateway sends Date itself, by the emulator's clock.
            date_header=False,
            timeout_keep_alive=75,
            ssl_certfile=self._certfile,
            ssl_keyfile=self._keyfile,
        )


def _loopback(host: str) -> str:
    """The address to bind to; ValueError if others could reach it."""
    address = "127.0.0.1" if host == "localhost" else host
    try:
        if ipaddress.ip_address(address).is_loopback:
            return address
    except ValueError:
        pass
    raise ValueError(f"the emulator binds to loopback only, not to {host}")
