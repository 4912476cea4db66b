"""Which proxy is used: the environment's own, for this endpoint, and nothing else that stands beside it."""

from __future__ import annotations

import socket
import ssl
import time

import pytest
from pulumi_resource_alicloud_esa.credentials.http import exchange
from pulumi_resource_alicloud_esa.esa.codes import Retry
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.endpoints import parse_endpoint
from pulumi_resource_alicloud_esa.esa.errors import DeadlineExceeded, TransportError
from pulumi_resource_alicloud_esa.esa.proxy import Proxy, choose_proxy

from emulator import Emulator
from tests.support.clients import NewClient, Tls, call, closed_port
from tests.support.servers import RawServer, answer, connect_proxy, http

ODD = [
    "http://user:first@secondpart#@127.0.0.1:9",
    "http://user:first@secondpart/@127.0.0.1:9",
    "http://user:first@secondpart?@127.0.0.1:9",
    "http://user:first@secondpart\\@127.0.0.1:9",
    "http://user:first secondpart@127.0.0.1:9",
    "http://user:first\tsecondpart@127.0.0.1:9",
    "user:first@secondpart#@127.0.0.1:9",
    "http://secondpart:80/path",
    "http://secondpart:80?query",
    "http://secondpart:80#fragment",
    "http://secondpart:80//",
    "ftp://secondpart:80",
    "nonsense://user:first@secondpart:80",
]
SERVICE = parse_endpoint("https://esa.cn-hangzhou.aliyuncs.com")
LIST = "ListScheduledPreloadJobs"


@pytest.mark.parametrize(
    "configured",
    [
        {},
        {"no": "localhost,127.0.0.1,::1"},
        {"no": "localhost, 127.0.0.1"},
        {"no": "localhost:8080,foo"},
        {"http": "http://user:hunter2@", "no": "x"},
    ],
)
def test_what_is_no_proxy_for_https_is_none(configured: dict[str, str]) -> None:
    assert choose_proxy(SERVICE, configured) is None


@pytest.mark.parametrize("value", ["http://proxy:3128", "proxy:3128", "http://user:p%40ss@[::1]:3128", "https://p:1"])
def test_the_forms_that_requests_takes(value: str) -> None:
    url = value if "://" in value else f"http://{value}"
    assert choose_proxy(SERVICE, {"https": value, "no": "a,b"}) == Proxy(url, "HTTPS_PROXY")
    assert choose_proxy(SERVICE, {"all": value}) == Proxy(url, "ALL_PROXY")
    assert choose_proxy(SERVICE, {"https": value, "all": "http://other"}) == Proxy(url, "HTTPS_PROXY")


@pytest.mark.parametrize(("key", "variable"), [("https", "HTTPS_PROXY"), ("all", "ALL_PROXY")])
def test_the_error_names_the_variable_and_not_its_value(key: str, variable: str) -> None:
    with pytest.raises(TransportError, match=f"{variable} is not a proxy's address") as caught:
        choose_proxy(SERVICE, {key: "http://user:hunter2@"})
    assert "hunter2" not in str(caught.value)
    assert caught.value.retry is Retry.NEVER


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    """No name is looked up."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **_: pytest.fail(f"{args} was looked up"))


@pytest.mark.usefixtures("unasked")
@pytest.mark.parametrize("value", ODD)
def test_what_is_no_proxys_address_is_said_before_anything_is_looked_up_on_every_path_that_sends(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    for send in (
        lambda: call(new_client("https://esa.cn-hangzhou.aliyuncs.com")),
        lambda: exchange("POST", "https://sts.aliyuncs.com/", {}),
    ):
        with pytest.raises(TransportError) as caught:
            send()
        line = str(caught.value)
        assert "HTTPS_PROXY is not a proxy's address; give http://[USER:PASSWORD@]HOST:PORT" in line
        assert "percent-encoded (# as %23" in line
        assert not [part for part in ("first", "secondpart", "127.0.0.1") if part in line]
        assert caught.value.retry is Retry.NEVER


@pytest.mark.usefixtures("unasked")
@pytest.mark.parametrize("value", ["socks5://user:hunter2@h:1", "socks5h://h:1", "SOCKS4://h:1", "socks://h:1"])
def test_socks_is_one_clear_line_on_every_path_that_sends(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    for send in (
        lambda: call(new_client("https://esa.cn-hangzhou.aliyuncs.com")),
        lambda: exchange("POST", "https://esa.cn-hangzhou.aliyuncs.com/", {}),
    ):
        with pytest.raises(TransportError) as caught:
            send()
        assert str(caught.value) == (
            "esa.cn-hangzhou.aliyuncs.com: ALL_PROXY is a SOCKS proxy, and none is supported; "
            "give an HTTP proxy: http://HOST:PORT"
        )


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", ["proxy-host.invalid", "localhost"])
def test_the_host_of_a_proxy_that_came_with_a_login_is_never_named(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls, scheme: str, host: str
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    wrong = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    wrong.load_cert_chain(tls.wrong_cert_file)
    with RawServer(answer(http(b"", 403)), tls=wrong if scheme == "https" else None) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://user:hunter2@{host}:{proxy.port}")
        for send in (
            lambda: call(new_client("https://esa.cn-hangzhou.aliyuncs.com", attempts=1)),
            lambda: exchange("POST", "https://sts.aliyuncs.com/", {}),
        ):
            with pytest.raises(TransportError, match="the proxy refused or failed") as caught:
                send()
            assert not [part for part in (host, str(proxy.port), "user", "hunter2") if part in str(caught.value)]


@pytest.mark.parametrize(
    ("no_proxy", "endpoint", "excepted"),
    [
        ("*.example.com", "https://esa.example.com", True),
        ("*.example.com", "https://example.com", False),
        ("*.example.com", "https://notexample.com", False),
        (".example.com", "https://esa.example.com", True),
        ("example.com", "https://esa.example.com", True),
        ("example.com", "https://example.com", True),
        ("ample.com", "https://example.com", True),  # any end of a name, as for requests
        ("EXAMPLE.com", "https://example.com", True),
        ("example.com:443", "https://example.com", True),
        ("example.com:443", "https://esa.example.com", True),
        ("example.com:8443", "https://example.com", False),
        ("example.com:8443", "https://example.com:8443", True),
        ("example.com:443", "https://example.com:8443", False),
        ("*.example.com:443", "https://esa.example.com", True),
        ("other, *.example.com", "https://esa.example.com", True),
        ("127.0.0.1:443", "https://127.0.0.1", True),
        ("127.0.0.1:443", "https://127.0.0.1:8443", False),
        ("127.0.0.0/8", "https://127.0.0.1:8443", True),
        ("::1", "https://[::1]", True),
        ("[::1]:443", "https://[::1]", True),
        ("[::1]:443", "https://[::1]:8443", False),
        ("fd00::/8", "https://[fd00::1]", True),
        ("*", "https://example.com", True),
        ("", "https://example.com", False),
        (",", "https://example.com", False),
    ],
)
def test_no_proxy_takes_the_forms_that_go_takes(
    monkeypatch: pytest.MonkeyPatch, no_proxy: str, endpoint: str, excepted: bool
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert (choose_proxy(parse_endpoint(endpoint)) is None) is excepted


def test_a_login_is_known_as_it_is_written_and_as_it_is_sent() -> None:
    assert Proxy("http://us%40er:p%23w@h:1", "HTTPS_PROXY").logins == ("us%40er:p%23w", "us@er:p#w")
    assert Proxy("http://h:1", "HTTPS_PROXY").logins == ()
    assert "p%23w" not in repr(Proxy("http://user:p%23w@h:1", "HTTPS_PROXY"))


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_each_spelling_of_the_variable_is_used(
    secure: Emulator, new_client: NewClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    log: list[str] = []
    with RawServer(connect_proxy(secure.port, log)) as proxy:
        monkeypatch.setenv(name, f"127.0.0.1:{proxy.port}")
        assert call(new_client(secure.url))["Jobs"]
        assert proxy.accepted == 1


def test_a_proxy_may_be_reached_over_tls_itself(
    secure: Emulator, new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls
) -> None:
    log: list[str] = []
    with RawServer(connect_proxy(secure.port, log), tls=tls.context) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"https://user:hunter2@127.0.0.1:{proxy.port}")
        client = new_client(secure.url)
        assert call(client)["Jobs"]
        assert call(client)["Jobs"]
        client.close()
        assert proxy.accepted == 1
    assert "Proxy-Authorization: Basic dXNlcjpodW50ZXIy" in log[0]


@pytest.mark.parametrize("no_proxy", ["localhost,127.0.0.1,::1", "localhost, 127.0.0.1", "localhost:8080,127.0.0.1"])
def test_a_list_in_no_proxy_is_no_fault(
    secure: Emulator, new_client: NewClient, monkeypatch: pytest.MonkeyPatch, no_proxy: str
) -> None:
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert call(new_client(secure.url))["Jobs"]
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{closed_port()}")
    assert call(new_client(secure.url))["Jobs"]


def test_no_proxy_alone_does_not_blame_a_proxy(new_client: NewClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "localhost")
    with pytest.raises(TransportError) as caught:
        call(new_client(f"https://127.0.0.1:{closed_port()}", attempts=1))
    assert "PROXY" not in str(caught.value)


def test_a_proxy_that_drips_its_answer_ends_with_the_deadline(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = b"HTTP/1.1 200 Connection established\r\nX-Long: " + b"a" * 500
    with RawServer(lambda peer: (peer.read_request(), peer.drip(head, 0.05))) as proxy:  # type: ignore[arg-type]
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = new_client("https://esa.cn-hangzhou.aliyuncs.com", attempts=1, connect=5)
        deadline = Deadline(0.5)
        began = time.monotonic()
        with deadline.timer(), pytest.raises(DeadlineExceeded):
            client.call(LIST, {"SiteId": "1"}, deadline)
        assert time.monotonic() - began < 2
