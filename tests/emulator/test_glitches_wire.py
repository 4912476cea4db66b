"""What happens around an answer on the wire: interim answers before it, a copy after it, another Date on it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from emulator import SITE_ID, Emulator, Glitch

if TYPE_CHECKING:
    from tests.support.caller import Caller


class Wire:
    """One kept connection, read byte by byte as the server sends it."""

    def __init__(self, emulator: Emulator, caller: Caller) -> None:
        self._caller = caller
        self._socket = socket.create_connection(("127.0.0.1", emulator.port), timeout=10)
        self._held = b""

    def ask(self) -> None:
        query = f"SiteId={SITE_ID}&PageSize=1"
        headers = self._caller.headers("ListScheduledPreloadJobs", query, "GET", b"")
        lines = [f"GET /?{query} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())

    def head(self) -> bytes:
        """The next head, with its status line first."""
        while b"\r\n\r\n" not in self._held:
            self._held += self._socket.recv(65536)
        head, _, self._held = self._held.partition(b"\r\n\r\n")
        return head

    def answer(self) -> tuple[bytes, bytes]:
        """The next head and the body that its Content-Length promises."""
        head = self.head()
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(self._held) < length:
            self._held += self._socket.recv(65536)
        body, self._held = self._held[:length], self._held[length:]
        return head, body

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def wire(shared: Emulator, shared_caller: Caller) -> Iterator[Wire]:
    with closing(Wire(shared, shared_caller)) as opened:
        yield opened


@pytest.mark.parametrize("status", [102, 103, 199])
def test_an_interim_answer_comes_before_the_delay_and_the_real_one(shared: Emulator, wire: Wire, status: int) -> None:
    shared.glitches.add(Glitch(interim=status, delay=0.3, times=1))
    wire.ask()
    assert wire.head().startswith(b"HTTP/1.1 %d " % status)
    began = time.monotonic()
    head, body = wire.answer()
    assert head.startswith(b"HTTP/1.1 200 ")
    assert time.monotonic() - began > 0.2
    assert b'"TotalCount":"45"' in body
    wire.ask()
    assert wire.answer()[0].startswith(b"HTTP/1.1 200 ")


def test_several_interim_answers_come_in_order(shared: Emulator, wire: Wire) -> None:
    shared.glitches.add(Glitch(interim=102), Glitch(interim=103))
    wire.ask()
    assert [wire.head()[:12] for _ in range(3)] == [b"HTTP/1.1 102", b"HTTP/1.1 103", b"HTTP/1.1 200"]


def test_an_answer_comes_again_and_stands_before_the_next_one(shared: Emulator, wire: Wire) -> None:
    shared.glitches.add(Glitch(again=0.1, times=1))
    wire.ask()
    first, body = wire.answer()
    again, same = wire.answer()
    assert (again[:12], same) == (first[:12], body)
    wire.ask()
    assert wire.answer()[1] != body


def test_a_copy_for_a_connection_that_is_gone_harms_nobody(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(again=0.05, hang_up=True, times=1))
    assert shared_caller.call(SiteId=SITE_ID).status == 200
    shared_caller.close()
    time.sleep(0.1)
    assert shared_caller.call(SiteId=SITE_ID).status == 200


def test_the_date_is_as_told_or_not_there(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(date="Wed, 21 Oct 2015 07:28:00 GMT", times=1))
    assert shared_caller.call(SiteId=SITE_ID).headers["date"] == "Wed, 21 Oct 2015 07:28:00 GMT"
    shared.glitches.add(Glitch(date="", code="Throttling", times=1))
    assert "date" not in shared_caller.call(SiteId=SITE_ID).headers
    assert "date" in shared_caller.call(SiteId=SITE_ID).headers
