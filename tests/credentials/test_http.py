"""What fetches keys, on the wire: no redirect, no netrc, no proxy that is not meant, bounds, one line of what failed.

STS is reached as everywhere, by its name over TLS, through a proxy that leads to a server of the test's own.
"""

from __future__ import annotations

import gzip
import json
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import trustme
import urllib3.connection
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.config import read_settings
from pulumi_resource_alicloud_esa.credentials import http as credential_http
from pulumi_resource_alicloud_esa.credentials.http import EXCHANGE_SECONDS, MAX_BODY_BYTES, exchange
from pulumi_resource_alicloud_esa.credentials.library import ecs_source
from pulumi_resource_alicloud_esa.credentials.messages import safe_text
from pulumi_resource_alicloud_esa.credentials.sources import choose_source
from pulumi_resource_alicloud_esa.esa.codes import Retry
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import CredentialsError, EsaError, ResponseError, TransportError
from pulumi_resource_alicloud_esa.esa.keys import Credentials

from tests.support.servers import Peer, RawServer, Script, answer, closing, connect_proxy

ROLE = "acs:ram::1:role/deployer"
PAIR = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "envId", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "hunter2"}
OIDC = {"oidcProviderArn": "p", "oidcToken": "hunter2-oidc", "roleArn": ROLE}
KEYS = {
    "Code": "Success",
    "AccessKeyId": "STS.1",
    "AccessKeySecret": "hunter2",
    "SecurityToken": "t",
    "Expiration": "2099-01-01T00:00:00Z",
}
FROM_URI = json.dumps(KEYS).encode()
FROM_STS = json.dumps({"RequestId": "R", "Credentials": KEYS}).encode()
FOUND = Credentials("STS.1", "hunter2", "t")


def keys(env: dict[str, str] | None = None, **values: Any) -> Credentials:
    return choose_source(read_settings(values, {}), env or {}, pytest.fail).get(Deadline(20))


def failure(env: dict[str, str] | None = None, **values: Any) -> str:
    with pytest.raises(CredentialsError) as caught:
        keys(env, **values)
    line = str(caught.value)
    assert line.isprintable()
    assert "hunter2" not in line
    return line


def redirect(status: int, to: str) -> Script:
    return answer(closing(b"", status, {"Location": to}))


@pytest.fixture
def elsewhere() -> Iterator[RawServer]:
    """A second server, which would gladly give keys, and must never be asked."""
    with RawServer(answer(closing(FROM_URI))) as server:
        yield server
        assert (server.accepted, server.requests) == (0, [])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ssl.SSLContext]:
    """A CA's file, and the server side of a certificate of it for STS and this machine."""
    ca = trustme.CA()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("*.aliyuncs.com", "oauth.aliyun.com", "127.0.0.1").configure_cert(context)
    return str(file), context


Sts = Callable[..., Any]


@pytest.fixture
def sts(authority: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> Sts:
    """STS as a scripted server: its name is resolved by a proxy, its certificate is of a private CA."""

    @contextmanager
    def serve(*scripts: Script) -> Iterator[RawServer]:
        log: list[str] = []
        with RawServer(*scripts, tls=authority[1]) as server, RawServer(connect_proxy(server.port, log)) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{proxy.port}")
            monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority[0])
            yield server
        assert {line.split()[1] for line in log} == {"sts.aliyuncs.com:443"}

    return serve


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    """The metadata service's address, led to a server of this machine."""
    import alibabacloud_credentials.provider.ecs_ram_role as library

    monkeypatch.setattr(library.au, "environment_ecs_metadata_disabled", "false")
    real = urllib3.connection.connection.create_connection

    def create(address: tuple[str, int], *args: Any, **options: Any) -> Any:
        assert address == ("100.100.100.200", 80)
        return real(("127.0.0.1", server.port), *args, **options)

    monkeypatch.setattr(urllib3.connection.connection, "create_connection", create)
    with RawServer(answer(closing(b"imds-token")), answer(closing(FROM_URI))) as server:
        yield server


# --- redirects ---


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_of_a_credentials_uri_is_an_error(elsewhere: RawServer, status: int) -> None:
    with RawServer(redirect(status, f"{elsewhere.url}/?hunter2")) as server:
        line = failure(credentialsUri=f"{server.url}/creds")
        host = server.url.removeprefix("http://")
        assert f"{host} answered with a redirect (HTTP {status}), and none is ever followed" in line
        assert server.accepted == 1


def test_the_body_of_a_redirect_is_not_read() -> None:
    def endless(peer: Peer) -> None:
        peer.read_request()
        peer.send(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 1000000000\r\n\r\nhunter2")
        peer.stall()

    began = time.monotonic()
    with RawServer(endless) as server:
        assert "answered with a redirect (HTTP 302)" in failure(credentialsUri=server.url)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("values", [{"assumeRole": {"roleArn": ROLE}}, {"assumeRoleWithOidc": OIDC}], ids=str)
@pytest.mark.parametrize("status", [302, 307])
def test_a_redirect_of_sts_is_an_error(elsewhere: RawServer, sts: Sts, status: int, values: dict[str, Any]) -> None:
    with sts(redirect(status, elsewhere.url)) as server:
        line = failure(PAIR if "assumeRole" in values else {}, **values)
        assert "sts.aliyuncs.com answered with a redirect" in line
        assert len(server.requests) == 1


def test_a_redirect_of_the_metadata_service_is_an_error(elsewhere: RawServer, metadata: RawServer) -> None:
    metadata._scripts = (redirect(302, elsewhere.url),)
    with pytest.raises(CredentialsError, match=r"100\.100\.100\.200 answered with a redirect"):
        ecs_source("web").get(Deadline(10))


# --- netrc ---


@pytest.fixture
def netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry for every host, in both places where one is looked for."""
    file = tmp_path / "netrc"
    file.write_text("default login somebody password hunter2\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))


@pytest.mark.usefixtures("netrc")
def test_netrc_is_not_read(sts: Sts) -> None:
    with RawServer(answer(closing(FROM_URI))) as server:
        assert keys(credentialsUri=server.url) == FOUND
    with sts(answer(closing(FROM_STS))) as secure:
        assert keys(PAIR, assumeRole={"roleArn": ROLE}) == FOUND
        assert keys(assumeRoleWithOidc=OIDC) == FOUND
    requests = [*server.requests, *secure.requests]
    assert len(requests) == 3
    assert not [request for request in requests if b"authorization" in request.lower()]


# --- proxies ---


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "*", None])
def test_plain_http_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch, no_proxy: str | None) -> None:
    with RawServer(answer(closing(FROM_URI))) as server, RawServer(answer(closing(FROM_URI))) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        if no_proxy:
            monkeypatch.setenv("NO_PROXY", no_proxy)
        assert keys(credentialsUri=server.url) == FOUND
        assert (proxy.accepted, server.accepted) == (0, 1)


def test_the_metadata_service_is_never_asked_through_a_proxy(
    metadata: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It would answer for the machine that the proxy runs on.
    with RawServer(answer(closing(FROM_URI))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        assert ecs_source("web").get(Deadline(10)) == FOUND
        assert proxy.accepted == 0
    lines = [request.split(b"\r\n")[0] for request in metadata.requests]
    assert lines == [
        b"PUT /latest/api/token HTTP/1.1",
        b"GET /latest/meta-data/ram/security-credentials/web HTTP/1.1",
    ]
    assert b"x-aliyun-ecs-metadata-token: imds-token" in metadata.requests[1].lower()


@pytest.mark.parametrize("no_proxy", ["127.0.0.1", "localhost,127.0.0.1", "*"])
def test_no_proxy_is_honoured(
    authority: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority[0])
    with RawServer(answer(closing(FROM_URI)), tls=authority[1]) as server, RawServer(answer(b"")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", no_proxy)
        assert keys(credentialsUri=server.url) == FOUND
        assert proxy.accepted == 0


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("http://user:hunter2@127.0.0.1:1", "the proxy refused or failed"),
        ("http://user:hunter2@", "HTTPS_PROXY is not a proxy's address"),
        ("nonsense://user:hunter2@127.0.0.1:1", "HTTPS_PROXY is not a proxy's address"),
        ("socks5://user:hunter2@127.0.0.1:1", "HTTPS_PROXY is a SOCKS proxy, and none is supported"),
    ],
)
def test_a_proxy_that_does_not_work_is_one_line_without_its_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str, words: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert words in failure(PAIR, assumeRole={"roleArn": ROLE})


# --- TLS, bounds, addresses ---


def test_tls_is_verified(authority: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(answer(closing(FROM_URI)), tls=authority[1]) as server:
        line = failure(credentialsUri=server.url)
        assert "TLS could not be established: certificate verify failed: unable to get local issuer certificate" in line
        assert line.endswith("for a private CA set REQUESTS_CA_BUNDLE or SSL_CERT_FILE to its PEM file.")
        assert server.requests == []
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/there/is/none")
        assert "Check REQUESTS_CA_BUNDLE" in failure(credentialsUri=server.url)


def huge(peer: Peer) -> None:
    peer.read_request()
    body = b" " * (MAX_BODY_BYTES + 1) + FROM_URI
    peer.send(closing(body))


def bomb(peer: Peer) -> None:
    peer.read_request()
    peer.send(closing(gzip.compress(b" " * (64 * MAX_BODY_BYTES)), headers={"Content-Encoding": "gzip"}))


@pytest.mark.parametrize("script", [huge, bomb])
def test_an_answer_is_bounded_in_size(script: Script) -> None:
    with RawServer(script) as server:
        assert "more than 1 MiB" in failure(credentialsUri=server.url)


def drip_head(peer: Peer) -> None:
    peer.read_request()
    peer.drip(closing(FROM_URI), 0.05)


def drip_body(peer: Peer) -> None:
    peer.read_request()
    data = closing(FROM_URI)
    head = data.index(b"{")
    peer.send(data[:head])
    peer.drip(data[head:], 0.05)


def stall(peer: Peer) -> None:
    peer.read_request()
    peer.stall()


@pytest.mark.parametrize("script", [drip_head, drip_body, stall])
@pytest.mark.parametrize("secure", [False, True])
def test_an_answer_is_bounded_in_time(
    authority: tuple[str, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch, script: Script, secure: bool
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", authority[0])
    monkeypatch.setattr(credential_http, "EXCHANGE_SECONDS", 0.4)
    began = time.monotonic()
    with RawServer(script, tls=authority[1] if secure else None) as server:
        with pytest.raises(TransportError, match=r"no complete answer within 0\.4 seconds") as caught:
            exchange("GET", server.url, {})
        # Checked before the server stops: it was the client that went away.
        assert time.monotonic() - began < 2
    assert caught.value.retry is Retry.TIMEOUT
    assert EXCHANGE_SECONDS == 30


@pytest.mark.parametrize("timeouts", [(5.0, 0.2)])
def test_a_server_that_says_nothing_is_a_timeout(timeouts: tuple[float, float]) -> None:
    with RawServer(stall) as server, pytest.raises(TransportError, match="no answer in time") as caught:
        exchange("GET", server.url, {}, None, timeouts)
    assert caught.value.retry is Retry.TIMEOUT


def test_a_credentials_uri_is_asked_for_exactly_what_it_says() -> None:
    with RawServer(answer(closing(FROM_URI))) as server:
        assert keys(credentialsUri=f"{server.url}/a/b%20c?x=1&y=%2F+") == FOUND
    lines = server.requests[0].decode().split("\r\n")
    method, target, _ = lines[0].split()
    path, _, query = target.partition("?")
    assert (method, path, parse_qsl(query)) == ("GET", "/a/b%20c", [("x", "1"), ("y", "/ ")])
    assert f"Host: 127.0.0.1:{server.port}" in lines


def test_a_credentials_uri_may_be_an_ipv6_address(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def create(address: Any, *_: Any, **__: Any) -> Any:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(urllib3.connection.connection, "create_connection", create)
    failure(credentialsUri="http://[::1]:8080/x")
    assert set(asked) == {("::1", 8080)}


# --- what an error says ---


@pytest.mark.parametrize(
    ("status", "body", "text", "retryable"),
    [
        (403, {"Code": "NoPermission", "RequestId": "A-1234-5678", "Message": "hunter2"}, ", NoPermission", False),
        (403, {"Code": "hunter2 is it", "RequestId": "no hunter2", "Message": "hunter2"}, "", False),
        (404, "hunter2", "", False),
        (400, {"Code": "Throttling.User"}, ", Throttling.User", True),
        (429, ["hunter2"], "", True),
        (500, {"Code": {"hunter2": 1}}, "", True),
        (503, "hunter2", "", True),
    ],
    ids=str,
)
def test_an_error_of_sts_is_its_code_and_its_request_id(status: int, body: object, text: str, retryable: bool) -> None:
    with (
        RawServer(answer(closing(json.dumps(body).encode(), status))) as server,
        pytest.raises(ResponseError) as caught,
    ):
        exchange("GET", f"{server.url}/?Signature=hunter2", {})
    request_id = " (RequestId A-1234-5678)" if text == ", NoPermission" else ""
    host = server.url.removeprefix("http://")
    assert str(caught.value) == f"unexpected answer: {host} answered with HTTP {status}{text}{request_id}"
    assert (caught.value.retry is not Retry.NEVER) == retryable


def test_a_header_that_cannot_be_sent_is_not_quoted() -> None:
    with pytest.raises(TransportError, match=r"the request cannot be sent \(InvalidHeader\)") as caught:
        exchange("GET", "http://127.0.0.1:1/", {"Authorization": "Bearer hunter2\nx: 1"})
    assert "hunter2" not in f"{caught.value!r}"
    assert caught.value.retry is Retry.NEVER


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("from http://user:hunter2@h:1/hunter2?hunter2=1#hunter2, code=1", "from http://h:1, code=1"),
        ("from https://h/hunter2@hunter2/x: y", "from https://h y"),
        ("from 'http://h/?a=hunter2@b'", "from 'http://h'"),
        ("Failed to parse: user:hunter2@proxy:1", "Failed to parse: proxy:1"),
        ("x result: hunter2", "x"),
    ],
)
def test_of_an_address_only_the_host_is_repeated(text: str, safe: str) -> None:
    assert safe_text(EsaError(text)) == safe


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("sts: Name or service not known (after 3 attempts)", "sts: Name or service not known (after 3 attempts)"),
        ("cannot open '/a/b'", "cannot open '/a/b'"),
        ("it is the service's 'own", "it is the service's own"),
        ("(Caused by NewConnectionError('it failed'))", "it failed"),
        ('said "no", and (then', 'said "no", and then'),
        ("its output: hunter2')", "its"),
        ("cut here ('" + "x" * 300, "cut here " + "x" * 189),
        ("''", "EsaError"),
    ],
)
def test_no_message_ends_in_half_a_pair_of_quotes_or_brackets(text: str, safe: str) -> None:
    assert safe_text(EsaError(text)) == safe


@given(st.text("ab '\"():,", max_size=60))
def test_what_is_left_of_any_message_is_balanced(text: str) -> None:
    left = safe_text(EsaError(text))
    depth = 0
    for char in left:
        depth += {"(": 1, ")": -1}.get(char, 0)
        assert depth >= 0
    assert depth == 0


def test_an_error_below_a_role_keeps_its_words(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    entries = [
        {"name": "default", "mode": "ChainableRamRoleArn", "source_profile": "b", "ram_role_arn": "r"},
        {"name": "b", "mode": "CredentialsURI", "credentials_uri": "http://127.0.0.1:1/?hunter2"},
    ]
    file.write_text(json.dumps({"profiles": entries}))
    line = failure(sharedCredentialsFile=str(file))
    assert line.startswith(f"profile 'default' of {file}: profile 'b' of {file}: 127.0.0.1:1: ")
    assert line.endswith("Connection refused (after 3 attempts)")
