"""The plugin's process: print the port, serve until the engine is done, leave no thread or process running."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from typing import NoReturn

import grpc.aio
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS

from .engine.log import EngineLog
from .engine.tracing import tracing_from
from .provider import EsaProvider
from .server import EsaServicer, serve

_PARENT_POLL_SECONDS = 0.5


def run(engine: str | None) -> NoReturn:
    """Serve the engine at this address, or any that attaches later; ends the process."""
    code = 1
    try:
        asyncio.run(_serve(engine))
        code = 0
    except KeyboardInterrupt:
        code = 0
    except Exception as error:
        sys.stderr.write(f"pulumi-resource-alicloud-esa cannot serve: {type(error).__name__}: {error}\n")
    finally:
        # Not sys.exit: that would wait for a thread that hangs in a connect.
        sys.stderr.flush()
        os._exit(code)


async def _serve(engine: str | None) -> None:
    server = grpc.aio.server(options=_GRPC_CHANNEL_OPTIONS)
    tracing = tracing_from(os.environ)
    # The engine names a project when it runs a program; `pulumi do` has none.
    log = EngineLog(engine, shows_progress="PULUMI_PROJECT" in os.environ)
    provider = EsaProvider(tracing=tracing, log=log)
    servicer = EsaServicer(provider, tracing)
    serve(servicer, server)
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        _on_signal(number, ended)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()

    watch = asyncio.create_task(_watch_parent(ended)) if engine else None
    await ended.wait()
    servicer.cancel()
    await server.stop(grace=0.5)
    await asyncio.to_thread(tracing.flush)
    if watch is not None:
        watch.cancel()


def _on_signal(number: signal.Signals, ended: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    try:
        loop.add_signal_handler(number, ended.set)
    except NotImplementedError:
        # Event loops on Windows have no signal handlers.
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))


async def _watch_parent(ended: asyncio.Event) -> None:
    """End this process with its engine: one that was killed sends no Cancel."""
    parent = os.getppid()
    while os.getppid() == parent:
        await asyncio.sleep(_PARENT_POLL_SECONDS)
    ended.set()
