"""Which proxy is used: the environment's own, for this endpoint, and nothing else that stands beside it."""

from __future__ import annotations

import time

import pytest
from pulumi_resource_alicloud_esa.esa.codes import Retry
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.endpoints import parse_endpoint
from pulumi_resource_alicloud_esa.esa.errors import DeadlineExceeded, TransportError
from pulumi_resource_alicloud_esa.esa.proxy import Proxy, choose_proxy

from emulator import Emulator
from tests.support.clients import NewClient, call, closed_port
from tests.support.servers import RawServer, connect_proxy

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


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_each_spelling_of_the_variable_is_used(
    secure: Emulator, new_client: NewClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    log: list[str] = []
    with RawServer(connect_proxy(secure.port, log)) as proxy:
        monkeypatch.setenv(name, f"127.0.0.1:{proxy.port}")
        assert call(new_client(secure.url))["Jobs"]
        assert proxy.accepted == 1


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
