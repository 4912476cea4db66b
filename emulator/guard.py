"""Who may talk to the emulator: programs on this machine, but not web pages open in its browser.

A web page can make a browser post to any loopback port, and with a name that resolves to 127.0.0.1 even
read the answer. The first shows in `Origin`, the second in `Host`.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.jobs import dump

LONGEST_BODY = 8 * 2**20


class Guard:
    """An ASGI application that passes on requests from this machine whose body is not too large."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuses with one line of JSON, or hands the request on."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not _is_loopback(host):
            await _refuse(send, 403, "the Host is not an address of this machine")
        elif origin is not None and origin.partition("://")[2] != host:
            await _refuse(send, 403, "a page of another origin may not ask")
        elif len(headers.get("content-length", "")) > 12 or int(headers.get("content-length", 0)) > LONGEST_BODY:
            await _refuse_body(send)
        else:
            body = await _read(receive)
            if body is not None and len(body) > LONGEST_BODY:
                await _refuse_body(send)
            elif body is not None:
                await self._app(scope, _replaying(body, receive), send)


async def _read(receive: Receive) -> bytes | None:
    """The whole body, or a little more than the limit; None if the client left before its end."""
    body = bytearray()
    while len(body) <= LONGEST_BODY:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    return bytes(body)


def _replaying(body: bytes, receive: Receive) -> Receive:
    read = False

    async def replaying() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replaying


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


async def _refuse_body(send: Send) -> None:
    await _refuse(send, 413, f"a body may have {LONGEST_BODY} bytes")


async def _refuse(send: Send, status: int, reason: str) -> None:
    body = dump({"error": reason}) + b"\n"
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        # What is left of the request is not read.
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
