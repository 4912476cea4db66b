"""Which host answers, and what is not an endpoint."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.esa.endpoints import Endpoint, choose_endpoint, parse_endpoint
from pulumi_resource_alicloud_esa.esa.errors import InvalidInput

HANGZHOU, SINGAPORE = "https://esa.cn-hangzhou.aliyuncs.com", "https://esa.ap-southeast-1.aliyuncs.com"


@pytest.mark.parametrize(
    ("text", "scheme", "host"),
    [
        ("esa.cn-hangzhou.aliyuncs.com", "https", "esa.cn-hangzhou.aliyuncs.com"),
        (" ESA.cn-hangzhou.aliyuncs.com/ ", "https", "esa.cn-hangzhou.aliyuncs.com"),
        ("https://example.com:443", "https", "example.com"),
        ("https://example.com:8443/", "https", "example.com:8443"),
        ("example.com:8443", "https", "example.com:8443"),
        ("http://127.0.0.1:8080", "http", "127.0.0.1:8080"),
        ("http://127.1.2.3", "http", "127.1.2.3"),
        ("http://localhost:80", "http", "localhost"),
        ("http://[::1]:8080", "http", "[::1]:8080"),
        ("HTTP://LOCALHOST:1", "http", "localhost:1"),
    ],
)
def test_an_endpoint_is_a_host_or_an_address(text: str, scheme: str, host: str) -> None:
    endpoint = parse_endpoint(text)
    assert endpoint == Endpoint(scheme, host)
    assert endpoint.url == f"{scheme}://{host}"


@pytest.mark.parametrize(
    "text",
    [
        "https://",
        "ftp://example.com",
        "https://example.com/path",
        "https://example.com?x=1",
        "https://example.com/#x",
        "example.com:99999",
        "example.com:port",
        "exa mple.com",
        "https://exam\nple.com",
        "[::1",
        "https://[::1",
        "https://[not-an-address]",
        "::1",
        "esa\u3002cn-hangzhou.aliyuncs.com",
        "münchen.example",
        "exa%6dple.com",
        "exa\x00mple.com",
        "*.aliyuncs.com",
        "a..b",
        "-",
        "https://example.com\\@evil.example",
    ],
)
def test_what_is_no_endpoint_is_a_fault_on_its_property(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_endpoint(text)
    (fault,) = caught.value.faults
    assert fault.path == "endpoint"
    assert "give a host such as esa.cn-hangzhou.aliyuncs.com" in fault.reason
    assert fault.reason.isprintable()


@pytest.mark.parametrize(
    "text",
    ["http://example.com", "http://10.0.0.1:8080", "http://localhost.example.com", "http://127.0.0.1.example.com"],
)
def test_plain_http_is_refused_but_for_this_machine(text: str) -> None:
    with pytest.raises(InvalidInput, match="plain http"):
        parse_endpoint(text)


@pytest.mark.parametrize(
    "text",
    ["https://user:hunter2@example.com", "user:hunter2@example.com:port", "https://user:hunter2@[::1", "@example.com"],
)
def test_a_password_in_the_endpoint_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_endpoint(text)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("explicit", "region", "environment", "url"),
    [
        (None, None, {}, HANGZHOU),
        (None, "cn-hangzhou", {}, HANGZHOU),
        (None, "ap-southeast-1", {}, SINGAPORE),
        # No endpoint there, and none is made up: this is also Terraform's default region.
        (None, "cn-beijing", {}, HANGZHOU),
        (None, "x.evil.example/", {}, HANGZHOU),
        (None, None, {"ALIBABA_CLOUD_ACCOUNT_TYPE": "International"}, SINGAPORE),
        (None, "cn-beijing", {"ALIBABA_CLOUD_ACCOUNT_TYPE": "International"}, SINGAPORE),
        (None, "cn-hangzhou", {"ALIBABA_CLOUD_ACCOUNT_TYPE": "International"}, HANGZHOU),
        (None, "ap-southeast-1", {"ESA_ENDPOINT": "b.example"}, "https://b.example"),
        (None, None, {"ALIBABA_CLOUD_ENDPOINT_ESA": "a.example", "ESA_ENDPOINT": "b.example"}, "https://a.example"),
        (None, None, {"ALIBABA_CLOUD_ENDPOINT_ESA": "", "ESA_ENDPOINT": "b.example"}, "https://b.example"),
        # A blank variable is one that is not set.
        (None, None, {"ALIBABA_CLOUD_ENDPOINT_ESA": " \t", "ESA_ENDPOINT": "b.example"}, "https://b.example"),
        (None, None, {"ALIBABA_CLOUD_ENDPOINT_ESA": " ", "ESA_ENDPOINT": "\n"}, HANGZHOU),
        ("c.example", "ap-southeast-1", {"ESA_ENDPOINT": "b.example"}, "https://c.example"),
    ],
)
def test_what_is_configured_comes_first_then_the_environment_then_the_region(
    explicit: str | None, region: str | None, environment: dict[str, str], url: str
) -> None:
    assert choose_endpoint(explicit, region, environment).url == url


@pytest.mark.parametrize("variable", ["ALIBABA_CLOUD_ENDPOINT_ESA", "ESA_ENDPOINT"])
def test_a_wrong_variable_is_named(variable: str) -> None:
    with pytest.raises(InvalidInput, match=variable):
        choose_endpoint(None, None, {variable: "http://example.com"})


@pytest.mark.fuzz
@given(st.text(max_size=30) | st.from_regex(r"(https?://)?[\w@:\[\].-]{1,20}(:\d+)?/?", fullmatch=True))
def test_any_text_is_an_endpoint_or_one_fault(text: str) -> None:
    try:
        endpoint = parse_endpoint(text)
    except InvalidInput as error:
        assert len(error.faults) == 1  # noqa: PT017  # both ways out are right
        return
    assert endpoint.host.isascii()
    assert endpoint.host.isprintable()
    assert not set(endpoint.host) & set(" @/\\?#%")
