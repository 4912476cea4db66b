"""How an answer goes onto the wire: whole, streamed, cut short or in drips."""

from __future__ import annotations

import asyncio

from starlette.types import Send

from emulator.connections import Connection
from emulator.glitches import Glitch
from emulator.raw import RawAnswer


async def deliver(answer: RawAnswer, send: Send, connection: Connection, glitches: list[Glitch]) -> None:
    """Sends an answer as the glitches say."""
    cut = next((glitch.cut for glitch in glitches if glitch.cut is not None), None)
    drip = next((glitch for glitch in glitches if glitch.drip is not None), None)
    length = len(answer.body) if answer.repeat == 1 else None
    if cut is not None:
        length = max(len(answer.body), cut + 1)
    await send({"type": "http.response.start", "status": answer.status, "headers": _headers(answer, length)})
    if cut is not None:
        await send({"type": "http.response.body", "body": answer.body[:cut], "more_body": True})
        await connection.close()
        return
    if drip is not None and drip.drip is not None:
        for start in range(0, len(answer.body), drip.drip):
            piece = answer.body[start : start + drip.drip]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            await connection.pause(drip.drip_interval)
            if connection.gone.is_set():
                return
        await send({"type": "http.response.body", "body": b""})
    else:
        for left in range(answer.repeat - 1, -1, -1):
            # Sending does not wait once the client has left, and then nothing else would run that could notice.
            await asyncio.sleep(0)
            if connection.gone.is_set():
                return
            await send({"type": "http.response.body", "body": answer.body, "more_body": left > 0})
    for glitch in glitches:
        if glitch.again is not None:
            asyncio.get_running_loop().call_later(glitch.again, connection.write, _on_the_wire(answer))
        if glitch.hang_up:
            await connection.close()


def send_interim(connection: Connection, glitches: list[Glitch]) -> None:
    """The answers of status 1xx that come before the real one."""
    for glitch in glitches:
        if glitch.interim is not None:
            connection.write(b"HTTP/1.1 %d Interim\r\nlink: </style.css>; rel=preload\r\n\r\n" % glitch.interim)


def _on_the_wire(answer: RawAnswer) -> bytes:
    lines = [b"HTTP/1.1 %d Again" % answer.status]
    lines += [name + b": " + value for name, value in _headers(answer, len(answer.body))]
    return b"\r\n".join(lines) + b"\r\n\r\n" + answer.body


def _headers(answer: RawAnswer, length: int | None) -> list[tuple[bytes, bytes]]:
    headers = {"content-type": answer.content_type, **answer.headers}
    if length is not None:
        headers["content-length"] = str(length)
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
