"""Every fault of the network, injected for real: the right error, in one line, in time, retried or not."""

from __future__ import annotations

import gc
import gzip
import json
import os
import socket
import ssl
import subprocess
import sys
import time
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.esa.causes import explain
from pulumi_resource_alicloud_esa.esa.client import EsaClient
from pulumi_resource_alicloud_esa.esa.codes import Retry
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import (
    DeadlineExceeded,
    EsaError,
    ResponseError,
    TransportError,
)
from pulumi_resource_alicloud_esa.esa.keys import Credentials
from pulumi_resource_alicloud_esa.esa.proxy import Proxy

from emulator import SITE_ID, Emulator, Glitch, RawAnswer
from tests.support.clients import FixedSource, NewClient, Tls, call, closed_port
from tests.support.servers import Peer, RawServer, answer, closing, connect_proxy, http, page

SITE = {"SiteId": str(SITE_ID)}
STS = Credentials("STS.testAccessKeyId", "testStsAccessKeySecret", "testSecurityToken+/=")
GOOD = http(page({"Id": "a"}))


def failure(client: EsaClient, kind: type[Any] = TransportError, seconds: float = 10) -> Any:
    deadline = Deadline(seconds)
    with pytest.raises(EsaError) as caught, deadline.timer():
        client.call("ListScheduledPreloadJobs", SITE, deadline)
    assert isinstance(caught.value, kind), repr(caught.value)
    line = str(caught.value)
    assert line.isprintable()
    assert len(line) < 400
    assert not [word for word in ("testSecurityToken", "testStsAccessKeySecret", "0x7", "Pool(") if word in line]
    return caught.value


# --- connections that fail: retried, then one line with the host ---


def test_a_refused_connection_is_tried_again_and_then_one_line(new_client: NewClient) -> None:
    port = closed_port()
    error = failure(new_client(f"http://127.0.0.1:{port}", source=FixedSource(STS)))
    assert str(error) == f"127.0.0.1:{port}: the connection failed: Connection refused (after 3 attempts)"


def test_a_host_that_does_not_exist_is_tried_again_and_then_one_line(new_client: NewClient) -> None:
    error = failure(new_client("https://esa.does-not-exist.invalid"))
    assert str(error).startswith("esa.does-not-exist.invalid: the connection failed: ")
    assert error.attempts == 3


FATES = {
    "reset before the answer": lambda peer: (peer.read_request(), peer.reset()),
    "end before the answer": lambda peer: peer.read_request(),
    "reset within the head": lambda peer: (peer.read_request(), peer.send(GOOD[:30]), peer.reset()),
    "end within the head": lambda peer: (peer.read_request(), peer.send(GOOD[:30])),
    "end within the body": lambda peer: (peer.read_request(), peer.send(GOOD[:-10])),
    "reset within the body": lambda peer: (peer.read_request(), peer.send(GOOD[:-10]), time.sleep(0.05), peer.reset()),
    "not HTTP": lambda peer: (peer.read_request(), peer.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")),
    "a broken chunk": lambda peer: (
        peer.read_request(),
        peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n"),
    ),
    "cut chunks": lambda peer: (
        peer.read_request(),
        peer.send(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"Job'),
    ),
    "cut gzip": lambda peer: (
        peer.read_request(),
        peer.send(closing(gzip.compress(page({"Id": "a"}))[:-12], headers={"Content-Encoding": "gzip"})),
    ),
    "not gzip": lambda peer: (peer.read_request(), peer.send(closing(page(), headers={"Content-Encoding": "gzip"}))),
    "a head without end": lambda peer: (peer.read_request(), peer.send(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000)),
    "too many headers": lambda peer: (peer.read_request(), peer.send(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 500)),
    "invalid JSON": answer(closing(b'{"Jobs": [')),
    "half a list": answer(closing(page({"Id": "a"})[:-3])),
    "HTML 200": answer(closing(b"<html>hello</html>", headers={"Content-Type": "text/html"})),
    "HTML 502": answer(closing(b"<html>bad gateway</html>", 502, headers={"Content-Type": "text/html"})),
    "JSON 503": answer(closing(b'"try later"', 503)),
    "no body": answer(closing(b"", 204)),
}


@pytest.mark.parametrize("fate", FATES)
def test_a_broken_answer_is_retried_and_then_one_line(new_client: NewClient, fate: str) -> None:
    with RawServer(FATES[fate]) as server:  # type: ignore[arg-type]
        error = failure(new_client(server.url, source=FixedSource(STS)), (TransportError, ResponseError))  # type: ignore[arg-type]
        assert error.attempts == 3
        assert server.accepted == 3
        assert "3 attempts" in str(error)
        assert "<html>" not in str(error)
        if isinstance(error, TransportError):
            assert str(error).startswith(f"127.0.0.1:{server.port}: ")


@pytest.mark.parametrize("fate", FATES)
def test_a_broken_answer_is_forgotten_after_a_good_one(new_client: NewClient, fate: str) -> None:
    with RawServer(FATES[fate], answer(GOOD)) as server:  # type: ignore[arg-type]
        assert call(new_client(server.url))["TotalCount"] == "1"


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_two_lengths_are_a_broken_answer(new_client: NewClient) -> None:
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}"
    with RawServer(answer(data)) as server:
        error = failure(new_client(server.url))
        assert (error.attempts, server.accepted) == (3, 3)
    # urllib3 leaves this response to the garbage collector, which must not complain in some other test.
    del error
    gc.collect()


# --- answers that never end, in time ---


def test_a_blackhole_is_a_timeout(new_client: NewClient) -> None:
    # A listener whose queue is full answers no SYN.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
            fillers.append(filler)
        began = time.monotonic()
        error = failure(new_client(f"http://127.0.0.1:{port}", connect=0.3, attempts=2))
        assert error.retry is Retry.TIMEOUT
        assert "no connection in time" in str(error)
        assert 0.5 < time.monotonic() - began < 3
        for filler in fillers:
            filler.close()


def test_headers_that_never_come_are_a_timeout_and_retried(new_client: NewClient) -> None:
    with RawServer(lambda peer: (peer.read_request(), peer.stall()), answer(GOOD)) as server:  # type: ignore[arg-type]
        assert call(new_client(server.url, read=0.3))["Jobs"]
        assert server.accepted == 2


def test_an_answer_may_take_longer_than_a_connect_may(new_client: NewClient) -> None:
    with RawServer(lambda peer: (peer.read_request(), time.sleep(0.6), peer.send(GOOD))) as server:  # type: ignore[arg-type]
        assert call(new_client(server.url, connect=0.2, read=5.0))["Jobs"]
        assert server.accepted == 1


SLOW = {
    "head": lambda peer: (peer.read_request(), peer.drip(GOOD, 0.1)),
    "body": lambda peer: (peer.read_request(), peer.send(GOOD[:-60]), peer.drip(GOOD[-60:], 0.1)),
    "body without length": lambda peer: (
        peer.read_request(),
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n"),
        peer.drip(page({"Id": "a"}), 0.1),
    ),
    "stalled head": lambda peer: (peer.read_request(), peer.stall()),
    "stalled body": lambda peer: (peer.read_request(), peer.send(GOOD[:-10]), peer.stall()),
    "stalled redirect": lambda peer: (
        peer.read_request(),
        peer.send(b"HTTP/1.1 302 Found\r\nContent-Length: 9\r\n"),
        peer.stall(),
    ),
}


@pytest.mark.parametrize("where", SLOW)
@pytest.mark.parametrize("secure", [False, True], ids=["http", "https"])
def test_the_total_deadline_holds_against_any_drip(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls, where: str, secure: bool
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    with RawServer(SLOW[where], tls=tls.context if secure else None) as server:  # type: ignore[arg-type]
        began = time.monotonic()
        # Each byte comes well within the read timeout; only the whole takes too long.
        failure(new_client(server.url, read=30), DeadlineExceeded, seconds=0.2)
        assert time.monotonic() - began < 0.9


def test_a_tls_handshake_that_stalls_is_a_timeout(new_client: NewClient) -> None:
    with RawServer(lambda peer: peer.stall()) as server:
        error = failure(new_client(f"https://127.0.0.1:{server.port}", connect=0.3, attempts=1))
        assert error.retry is Retry.TIMEOUT


# --- answers that are too large ---


# In a process of its own: the peak of this one is that of all tests before (and getrusage would inherit it). The first
# answer is right, and loads the modules.
PEAK = """
from pathlib import Path
from pulumi_resource_alicloud_esa.esa.errors import EsaError
from pulumi_resource_alicloud_esa.provider import EsaProvider

def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024

provider = EsaProvider()
ask = ("alicloud-esa:index:getScheduledPreloadJobs", {"siteId": "SITE"})
provider.invoke(*ask)
before = peak()
try:
    provider.invoke(*ask)
except EsaError as error:
    print(error)
print(peak() - before)
"""


HUGE = 2**26
BOMBS = {
    "gzip bomb": lambda: RawAnswer.gzip_bomb(2000),
    "huge": lambda: RawAnswer.huge(400),
    "deflate bomb": lambda: RawAnswer(headers={"content-encoding": "deflate"}, body=zlib.compress(b" " * HUGE, 1)),
    "nested gzip bomb": lambda: RawAnswer(
        headers={"content-encoding": "gzip, gzip"}, body=gzip.compress(gzip.compress(b" " * HUGE, 1))
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_huge_body_is_an_error_that_costs_little_memory(emulator: Emulator, bomb: str) -> None:
    emulator.glitches.add(Glitch(raw=BOMBS[bomb](), from_request=2))
    environment = {**os.environ, **emulator.environment(), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PEAK.replace("SITE", str(SITE_ID))]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    error, mebibytes = done.stdout.splitlines()
    assert "16 MiB in one page: lower PageSize" in error
    assert len(emulator.requests) == 2
    # The limit and what it was unpacked from; less than half the limit would be a measurement that measures nothing.
    assert 8 < int(mebibytes) < 40


def test_a_body_in_chunks_of_two_bytes_costs_no_more_memory_than_one_in_large_chunks(new_client: NewClient) -> None:
    size = 100_000
    body = page({"Id": "a", "Name": "x" * size})
    chunks = b"".join(b"2\r\n%s\r\n" % body[start : start + 2] for start in range(0, len(body) // 2 * 2, 2))
    last = b"1\r\n%s\r\n" % body[-1:] if len(body) % 2 else b""
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + last + b"0\r\n\r\n"
    with RawServer(answer(data)) as server:
        client = new_client(server.url)
        call(client)
        tracemalloc.start()
        try:
            assert call(client)["Jobs"][0]["Name"] == "x" * size
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    # What came, what it is put together to, what is read from it; an object for each chunk would be 50 times that.
    assert peak < 10 * size


def test_a_redirect_with_a_huge_body_is_not_read(new_client: NewClient) -> None:
    sent = 0

    def endless(peer: Peer) -> None:
        nonlocal sent
        peer.read_request()
        peer.send(b"HTTP/1.1 302 Found\r\nLocation: https://example.invalid/\r\n\r\n")
        for _ in range(200):
            peer.send(b" " * 2**20)
            sent += 1

    with RawServer(endless) as server:
        assert "redirect" in str(failure(new_client(server.url), ResponseError))
    assert sent < 30


def test_a_redirect_to_nowhere_sensible_is_an_error_like_any_other(new_client: NewClient) -> None:
    for location in ("http://[::1", "//", "\xff\xfe", "file:///etc/passwd", ""):
        with RawServer(answer(http(b"", 302, {"Location": location}))) as server:
            assert "redirect" in str(failure(new_client(server.url), ResponseError))


# --- TLS ---


def test_a_trusted_certificate_is_accepted(new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    with Emulator(certfile=tls.cert_file) as emulator:
        assert call(new_client(emulator.url))["Jobs"]


def test_an_unknown_issuer_is_an_error_that_is_not_retried(new_client: NewClient, tls: Tls) -> None:
    with Emulator(certfile=tls.cert_file) as emulator:
        error = failure(new_client(emulator.url, source=FixedSource(STS)))
        assert "TLS could not be established" in str(error)
        assert "issuer" in str(error) or "self-signed" in str(error)
        assert "REQUESTS_CA_BUNDLE" in str(error)
        assert error.attempts == 1
        assert not emulator.requests


def test_a_wrong_name_is_an_error_that_is_not_retried(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    with Emulator(certfile=tls.wrong_cert_file) as emulator:
        error = failure(new_client(emulator.url))
        assert "TLS could not be established" in str(error)
        assert "certificate is not valid for '127.0.0.1'" in str(error)
        assert error.attempts == 1
        assert not emulator.requests


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_an_old_tls_version_is_refused(new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(tls.cert_file)
    old.set_ciphers("DEFAULT:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with RawServer(answer(GOOD), tls=old) as server:
        error = failure(new_client(server.url))
        assert "TLS could not be established" in str(error)
        assert "protocol" in str(error).lower()
        assert error.attempts == 1
        assert not server.requests


def test_https_to_a_port_that_speaks_http_is_an_error(new_client: NewClient, emulator: Emulator) -> None:
    error = failure(new_client(emulator.url.replace("http:", "https:")))
    assert "TLS could not be established" in str(error)


@pytest.mark.parametrize("content", [None, b"not a certificate"])
def test_a_ca_bundle_that_is_no_file_of_certificates_is_named(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tls: Tls, content: bytes | None
) -> None:
    bundle = tmp_path / "ca.pem"
    if content is not None:
        bundle.write_bytes(content)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with RawServer(answer(GOOD), tls=tls.context) as server, pytest.raises(TransportError) as caught:
        call(new_client(server.url))
    assert str(caught.value).endswith("Check REQUESTS_CA_BUNDLE.")
    assert str(bundle) in str(caught.value)
    assert caught.value.attempts == 1


# --- proxies ---


def test_https_goes_through_the_proxy_in_a_tunnel(
    secure: Emulator, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    with RawServer(connect_proxy(secure.port, log)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{proxy.port}")
        client = new_client(secure.url)
        assert call(client)["Jobs"]
        assert call(client)["Jobs"]
        client.close()
        assert proxy.accepted == 1
    assert log[0].startswith(f"CONNECT 127.0.0.1:{secure.port} HTTP/1.")
    assert "Proxy-Authorization: Basic dXNlcjpodW50ZXIy" in log[0]
    assert "x-acs" not in log[0]


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "localhost,127.0.0.1", "*", "127.0.0.0/8"])
def test_no_proxy_is_honoured(
    secure: Emulator, new_client: NewClient, monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert call(new_client(secure.url))["Jobs"]


def test_plain_http_on_this_machine_never_goes_through_a_proxy(
    emulator: Emulator, new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(answer(GOOD)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert len(call(new_client(emulator.url))["Jobs"]) > 1
        assert proxy.accepted == 0


@pytest.mark.parametrize(
    ("script", "words", "attempts"),
    [
        (answer(http(b"", 407, {"Proxy-Authenticate": "Basic"})), ("407", "wants a login"), 1),
        (answer(http(b"<html>", 502)), ("502", "HTTPS_PROXY"), 2),
        (answer(http(b"<html>", 403)), ("403", "HTTPS_PROXY"), 2),
        (lambda peer: peer.reset(), ("proxy", "HTTPS_PROXY"), 2),
        (lambda peer: peer.read_request(), ("proxy", "HTTPS_PROXY"), 2),
    ],
    ids=["407", "502", "403", "reset", "end"],
)
def test_a_proxy_that_refuses_is_explained_without_its_password(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, script: Any, words: tuple[str, ...], attempts: int
) -> None:
    with RawServer(script) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{proxy.port}")
        error = failure(new_client("https://esa.cn-hangzhou.aliyuncs.com", attempts=2))
        assert error.attempts == attempts
    assert not [word for word in words if word not in str(error)]
    assert "hunter2" not in str(error)
    assert "dXNlcjpodW50ZXIy" not in str(error)


@pytest.mark.parametrize(
    "text", ["cannot reach http://user:hunter2@proxy:1", "bad proxy user:hunter2@proxy:1", "no 'http://u:hunter2@p'"]
)
def test_no_cause_shows_a_proxys_password(text: str) -> None:
    error = explain(OSError(text), "h", Proxy("http://user:hunter2@proxy:1", "ALL_PROXY"), ())
    assert str(error) == "h: the connection failed (through the proxy of ALL_PROXY)"


def test_a_proxy_that_is_not_there_is_explained(new_client: NewClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{closed_port()}")
    error = failure(new_client("https://esa.cn-hangzhou.aliyuncs.com", attempts=1))
    assert "proxy" in str(error)
    assert "hunter2" not in str(error)


@pytest.mark.parametrize(
    "value",
    ["http://", "::::", "http://user:hunter2@", "http://user:hunter2@[::1", "user:hunter2@h:80:90", "socks5://h:1"],
)
def test_a_proxy_that_is_no_address_is_explained_and_not_retried(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(TransportError) as caught:
        call(new_client("https://esa.cn-hangzhou.aliyuncs.com"))
    assert "HTTPS_PROXY" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.attempts == 1


def test_a_tunnel_that_stalls_is_a_timeout(new_client: NewClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(lambda peer: (peer.read_request(), peer.stall())) as proxy:  # type: ignore[arg-type]
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        began = time.monotonic()
        failure(new_client("https://esa.cn-hangzhou.aliyuncs.com", connect=0.3, attempts=1))
        assert time.monotonic() - began < 2


# --- what is sent ---


def test_no_cookie_is_ever_sent_back(new_client: NewClient) -> None:
    def twice(peer: Peer) -> None:
        for _ in range(2):
            peer.read_request()
            peer.send(http(page({"Id": "a"}), headers={"Set-Cookie": "a=b; Path=/"}))

    with RawServer(twice) as server:
        client = new_client(server.url)
        call(client)
        call(client)
        client.close()
    assert b"ookie" not in server.requests[-1]


def test_the_body_is_read_whole_however_it_is_framed(new_client: NewClient) -> None:
    body = page(*({"Id": str(number), "Name": "x" * 1000} for number in range(300)))
    packed = gzip.compress(body)
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(body[i : i + 999]), body[i : i + 999]) for i in range(0, len(body), 999))
    frames = [
        http(body),
        http(packed, headers={"Content-Encoding": "gzip"}),
        http(zlib.compress(body), headers={"Content-Encoding": "deflate"}),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked + b"0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n" + body,
    ]
    for frame in frames:
        with RawServer(answer(frame)) as server:
            assert call(new_client(server.url)) == json.loads(body)
