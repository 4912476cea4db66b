"""No answer is taken for that of another request, whatever a server, or something in between, puts on a connection.

A scripted server tells in each answer which site was asked for; a client that is off by one shows another site's job.
"""

from __future__ import annotations

import contextlib
import itertools
import re
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from pulumi_resource_alicloud_esa.credentials.http import exchange
from pulumi_resource_alicloud_esa.esa.client import EsaClient
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import Cancelled, EsaError, TransportError

from tests.support.clients import NewClient, Tls
from tests.support.servers import Peer, RawServer, answer, closing, connect_proxy, http, page

EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
PROCESSING = b"HTTP/1.1 102 Processing\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
Shape = Callable[[Peer, bytes, int], None]


def ask(client: EsaClient, site: int, seconds: float = 20) -> str:
    """The site that the answer's only job belongs to."""
    body = client.call("ListScheduledPreloadJobs", {"SiteId": str(site)}, Deadline(seconds))
    return str(body["Jobs"][0]["SiteId"])


def right(site: str) -> bytes:
    body = page({"Id": "a", "SiteId": int(site)}).replace(b'"R"', b'"%s"' % str(uuid.uuid4()).upper().encode())
    return http(body)


def once_more(peer: Peer, data: bytes) -> None:
    # The other side may be gone by then.
    with contextlib.suppress(OSError):
        peer.send(data)


@contextmanager
def serving(shape: Shape, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """A server that keeps its connections and answers the nth request of each as `shape` does with the right bytes."""

    peers: list[Peer] = []

    def script(peer: Peer) -> None:
        peers.append(peer)
        for number in itertools.count(1):
            head = peer.read_request()
            if not head:
                return
            found = re.search(rb"SiteId=(\d+)", head)
            assert found
            shape(peer, right(found[1].decode()), number)

    with RawServer(script, tls=tls) as server:
        yield server
        for peer in peers:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(peer.sock, socket.SHUT_RDWR)


# --- interim answers ---


@pytest.fixture(params=["http", "https", "tunnel"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tls: Tls) -> Iterator[ssl.SSLContext | None]:
    """Each kind of connection; the proxy of the tunnel sends interim answers of its own."""
    if request.param == "http":
        yield None
        return
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    if request.param == "https":
        yield tls.context
        return
    log: list[str] = []

    def proxy(peer: Peer) -> None:
        peer.send(PROCESSING + EARLY)
        port = int(re.findall(rb":(\d+) ", peer_head(peer))[0])
        connect_proxy(port, log)(peer)

    def peer_head(peer: Peer) -> bytes:
        head = peer.read_request()
        peer.read_request = lambda: head  # type: ignore[method-assign]
        return head

    with RawServer(proxy) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        yield tls.context
    assert log


@pytest.mark.parametrize("interim", [EARLY, PROCESSING, CONTINUE, EARLY + PROCESSING + EARLY + CONTINUE])
@pytest.mark.parametrize("pause", [0, 0.02])
def test_interim_answers_are_read_past_on_every_connection(
    new_client: NewClient, way: ssl.SSLContext | None, interim: bytes, pause: float
) -> None:
    def shape(peer: Peer, data: bytes, number: int) -> None:
        peer.send(interim)
        time.sleep(pause)
        peer.send(data)

    with serving(shape, way) as server:
        client = new_client(server.url)
        assert [ask(client, site) for site in (1, 2)] == ["1", "2"]
        client.close()
        assert server.accepted == 1


@pytest.mark.parametrize("interim", [EARLY, PROCESSING, CONTINUE])
def test_interim_answers_of_a_source_of_keys_are_read_past(interim: bytes) -> None:
    with RawServer(answer(interim + closing(b"keys"))) as server:
        assert exchange("GET", server.url, {}) == b"keys"


@pytest.mark.parametrize(
    ("first", "interim"), [(b"", PROCESSING), (EARLY[:-2], b"X: y\r\n" * 99)], ids=["many", "long"]
)
def test_interim_answers_without_end_are_an_error(new_client: NewClient, first: bytes, interim: bytes) -> None:
    def endless(peer: Peer) -> None:
        peer.read_request()
        peer.send(first)
        while not peer.stopped.is_set():
            peer.send(interim)

    with RawServer(endless) as server:
        began = time.monotonic()
        with pytest.raises(TransportError, match="the connection failed: a head of more lines than HTTP allows"):
            ask(new_client(server.url), 1)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("behind", [b"", b"x"])
def test_a_switch_of_protocols_is_no_answer_and_ends_the_connection(new_client: NewClient, behind: bytes) -> None:
    def shape(peer: Peer, data: bytes, number: int) -> None:
        peer.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n" + behind)

    with serving(shape) as server:
        with pytest.raises(EsaError, match="HTTP 101"):
            ask(new_client(server.url), 1)
        assert server.accepted == 3


# --- what comes behind an answer ---

BEHIND: dict[str, Callable[[bytes], bytes]] = {
    "the answer once more": lambda data: data,
    "half of it": lambda data: data[:40],
    "another answer": lambda data: right("666"),
    "an empty answer": lambda data: http(page()),
    "an error": lambda data: http(b"", 408, {"Connection": "close"}),
    "noise": lambda data: b"\x00\xff",
    "a line end": lambda data: b"\r\n",
    "much": lambda data: data * 100,
}


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("late", [None, 0.0, 0.02])
def test_a_connection_with_anything_behind_an_answer_is_not_used_again(
    new_client: NewClient,
    monkeypatch: pytest.MonkeyPatch,
    tls: Tls,
    secure: bool,
    behind: str,
    late: float | None,
) -> None:
    all_sent = threading.Semaphore(0)

    def shape(peer: Peer, data: bytes, number: int) -> None:
        if late is None:
            peer.send(data + BEHIND[behind](data))
        else:
            peer.send(data)
            time.sleep(late)
            peer.send(BEHIND[behind](data))
        all_sent.release()

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    with serving(shape, tls.context if secure else None) as server:
        client = new_client(server.url)
        for site in range(1, 5):
            assert ask(client, site) == str(site)
            assert all_sent.acquire(timeout=5)
        client.close()
        assert server.accepted == 4


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        (b"Transfer-Encoding: chunked\r\n", b"0\r\n\r\n"),
        (b"Transfer-Encoding: chunked\r\nTrailer: X\r\n", b"0\r\nX: y\r\n\r\n"),
    ],
)
def test_nothing_behind_the_last_chunk_is_taken_for_the_next_answer(
    new_client: NewClient, head: bytes, tail: bytes
) -> None:
    def shape(peer: Peer, data: bytes, number: int) -> None:
        body = data.partition(b"\r\n\r\n")[2]
        chunked = b"HTTP/1.1 200 OK\r\n" + head + b"\r\n%x\r\n%s\r\n" % (len(body), body) + tail
        peer.send(chunked + chunked)

    with serving(shape) as server:
        client = new_client(server.url)
        assert [ask(client, site) for site in range(1, 5)] == ["1", "2", "3", "4"]
        client.close()
        assert server.accepted == 4


def test_a_body_with_two_lengths_ends_its_connection(new_client: NewClient) -> None:
    def shape(peer: Peer, data: bytes, number: int) -> None:
        body = data.partition(b"\r\n\r\n")[2]
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
        peer.send(head + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))

    with serving(shape) as server:
        client = new_client(server.url)
        assert [ask(client, site) for site in (1, 2)] == ["1", "2"]
        client.close()
        assert server.accepted == 2


# --- what comes between a request and its answer ---


@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
@pytest.mark.parametrize("between", [0.0, 0.14, 0.3])
def test_an_answer_sent_twice_a_tenth_of_a_second_late_is_no_answer_of_the_next_request(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls, secure: bool, between: float
) -> None:
    def shape(peer: Peer, data: bytes, number: int) -> None:
        # The second copy is on its way while the next request is already waiting for its own answer.
        if number > 1:
            time.sleep(0.16)
        peer.send(data)
        if number == 1:
            threading.Timer(0.1, once_more, [peer, data]).start()

    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    with serving(shape, tls.context if secure else None) as server:
        client = new_client(server.url)
        sites = []
        for site in range(1, 5):
            sites.append(ask(client, site))
            time.sleep(between)
        assert sites == ["1", "2", "3", "4"]


def in_the_head(data: bytes) -> bytes:
    """An answer whose RequestId is in its head alone."""
    found = re.search(rb'"RequestId": ?"([^"]*)", ?', data)
    assert found
    head, _, body = data.replace(found[0], b"").partition(b"\r\n\r\n")
    length = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head)
    return b"%s\r\nx-acs-request-id: %s\r\n\r\n%s" % (length, found[1], body)


@pytest.mark.parametrize(
    "spelled",
    [bytes, lambda data: data.replace(b"RequestId", b"requestId"), in_the_head],
    ids=["RequestId", "requestId", "in the head"],
)
def test_a_copy_is_known_however_many_answers_lie_between(
    new_client: NewClient, spelled: Callable[[bytes], bytes]
) -> None:
    first: list[bytes] = []

    def shape(peer: Peer, data: bytes, number: int) -> None:
        data = spelled(data)
        first.append(data)
        if number == 5:
            # In the place of the fifth answer, which comes a little later.
            peer.send(first[0])
            time.sleep(0.1)
        peer.send(data)

    with serving(shape) as server:
        client = new_client(server.url)
        assert [ask(client, site) for site in range(1, 8)] == ["1", "2", "3", "4", "5", "6", "7"]
        client.close()
        assert server.accepted == 2


def test_two_answers_where_one_was_asked_for_are_not_told_apart_but_asked_for_anew(new_client: NewClient) -> None:
    def shape(peer: Peer, data: bytes, number: int) -> None:
        peer.send(data if number == 1 else right("666") + data)

    with serving(shape) as server:
        client = new_client(server.url)
        assert [ask(client, site) for site in (1, 2, 3)] == ["1", "2", "3"]
        client = new_client(server.url, attempts=1)
        ask(client, 1)
        with pytest.raises(TransportError) as caught:
            ask(client, 2)
        host = server.url.removeprefix("http://")
        assert str(caught.value) == f"{host}: the connection cannot be trusted: more than one answer came"


def test_the_same_answer_without_a_request_id_may_come_again(new_client: NewClient) -> None:
    def script(peer: Peer) -> None:
        while peer.read_request():
            peer.send(http(b'{"TotalCount": "0", "Jobs": []}'))

    with RawServer(script) as server:
        client = new_client(server.url, attempts=1)
        for _ in range(3):
            client.call("A", {}, Deadline(5))
        client.close()
        assert server.accepted == 1


# --- attempts that were given up ---


def test_the_answer_of_an_attempt_that_was_given_up_reaches_nobody(new_client: NewClient) -> None:
    def shape(peer: Peer, data: bytes, number: int) -> None:
        if late.pop(0):
            time.sleep(0.5)
        peer.send(data)

    late = [True] + [False] * 10
    with serving(shape) as server:
        client = new_client(server.url, read=0.3)
        for site in range(1, 5):
            assert ask(client, site) == str(site)
            time.sleep(0.1)
        client.close()
        assert server.accepted == 2


def test_the_answer_of_a_call_that_was_cancelled_reaches_nobody(new_client: NewClient) -> None:
    def shape(peer: Peer, data: bytes, number: int) -> None:
        time.sleep(0.2)
        peer.send(data)

    with serving(shape) as server, ThreadPoolExecutor(1) as other:
        client = new_client(server.url)
        for site in range(1, 4):
            doomed = Deadline(20)
            call = other.submit(client.call, "A", {"SiteId": "666"}, doomed)
            time.sleep(0.1)
            doomed.cancel()
            assert isinstance(call.exception(5), Cancelled)
            assert ask(client, site) == str(site)


def test_many_threads_on_a_server_that_repeats_itself_get_their_own_answers(new_client: NewClient) -> None:
    def shape(peer: Peer, data: bytes, number: int) -> None:
        peer.send(data)
        if number % 3 == 0:
            threading.Timer(0.002, once_more, [peer, data]).start()

    with serving(shape) as server, ThreadPoolExecutor(8) as callers:
        client = new_client(server.url, attempts=8)
        assert list(callers.map(lambda site: ask(client, site), range(1, 301))) == [str(site) for site in range(1, 301)]


def test_a_body_that_nobody_read_is_no_answer_of_the_next_request(new_client: NewClient) -> None:
    def shape(peer: Peer, good: bytes, number: int) -> None:
        if number == 1 and server.accepted == 1:
            # The body of a redirect is not read: here it comes when the next request has been sent.
            peer.send(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: %d\r\n\r\n" % len(right("1")))
        else:
            peer.send(right("1") if server.accepted == 1 else good)

    with serving(shape) as server:
        client = new_client(server.url, concurrency=1)
        with pytest.raises(EsaError, match="redirect"):
            ask(client, 1)
        assert ask(client, 2) == "2"
        assert server.accepted == 2


def test_a_call_that_ends_leaves_its_connection_to_the_next(new_client: NewClient) -> None:
    with serving(lambda peer, data, number: peer.send(data)) as server:
        client = new_client(server.url)
        for site in range(1, 4):
            ended = Deadline(20)
            assert client.call("A", {"SiteId": str(site)}, ended)["Jobs"][0]["SiteId"] == site
            # As the end of every call does: what it waits for is shut down, and this it no longer waits for.
            ended.cancel()
        assert server.accepted == 1


def test_a_connection_that_is_given_back_after_the_end_is_closed(new_client: NewClient) -> None:
    left = threading.Event()

    def shape(peer: Peer, data: bytes, number: int) -> None:
        time.sleep(0.2)
        peer.send(data)
        if not peer.sock.recv(1):
            left.set()

    with serving(shape) as server, ThreadPoolExecutor(1) as other:
        client = new_client(server.url)
        call = other.submit(ask, client, 1)
        time.sleep(0.1)
        client.close()
        assert call.result(5) == "1"
        assert left.wait(5)
