"""Messages to the engine's own log and display. Nothing is ever printed: stdout is the handshake with the engine."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

# The engine is on this machine, but gRPC would still use https_proxy, http_proxy and grpc_proxy.
NO_PROXY: Any = (("grpc.enable_http_proxy", 0),)
_PROGRESS_SECONDS = 0.5
_SEND_SECONDS = 2


class EngineLog:
    """Sends log lines to the engine at `address`; without an address they go nowhere.

    `shows_progress` is false where there is no display: `pulumi do` prints every line to stdout, into its JSON.
    """

    def __init__(self, address: str | None, shows_progress: bool = True) -> None:
        self.address = address
        self._shows_progress = shows_progress
        self._stub: Any = None
        self._answers = True
        # A reference is kept because gRPC cancels a call that is garbage-collected.
        self._under_way: set[Any] = set()

    def attach(self, address: str) -> None:
        """Send to this engine from now on."""
        self.address, self._stub, self._answers = address, None, True

    def debug(self, message: str) -> None:
        """Shown with `pulumi --debug`."""
        self._send("DEBUG", message)

    def info(self, message: str, urn: str = "") -> None:
        """A line in the diagnostics, under the resource where one is named."""
        self._send("INFO", message, urn=urn)

    def warning(self, message: str) -> None:
        """A warning in the program's diagnostics."""
        self._send("WARNING", message)

    def progress(self, subject: str) -> Callable[[int, int], None]:
        """A function that shows "subject: done of total" in the display while a listing takes longer than a moment."""
        last = time.monotonic()

        def report(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if self._shows_progress and now - last >= _PROGRESS_SECONDS:
                last = now
                self._send("INFO", f"{subject}: {done} of {total} read", ephemeral=True)

        return report

    def _send(self, severity: str, message: str, urn: str = "", ephemeral: bool = False) -> None:
        if not self.address:
            return
        # A message that cannot be delivered must not fail the call it is about.
        with contextlib.suppress(Exception):
            from pulumi.runtime.proto import engine_pb2

            request = engine_pb2.LogRequest(
                severity=getattr(engine_pb2, severity), message=message, urn=urn, ephemeral=ephemeral
            )
            sent = self._engine().Log.future(request, timeout=_SEND_SECONDS)
            self._under_way.add(sent)
            sent.add_done_callback(self._under_way.discard)
            # Waited for, so that the line is shown before the answer it is about; a passing line need not be. After
            # one line without an answer none is waited for, so that a silent engine costs one wait in all.
            if self._answers and not ephemeral and severity != "DEBUG":
                self._answers = sent.exception() is None

    def _engine(self) -> Any:
        if self._stub is None:
            import grpc
            from pulumi.runtime.proto import engine_pb2_grpc

            self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(self.address or "", options=NO_PROXY))
        return self._stub


no_log = EngineLog(None)
