"""From bytes to an object or the error that it means, whatever the bytes are."""

from __future__ import annotations

import json
import tracemalloc
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.esa.answer import Answer, interpret
from pulumi_resource_alicloud_esa.esa.codes import Retry
from pulumi_resource_alicloud_esa.esa.errors import ApiError, EsaError, ResponseError
from pulumi_resource_alicloud_esa.esa.masking import Mask
from requests.structures import CaseInsensitiveDict

ACTION = "ListScheduledPreloadJobs"


def read(body: Any, status: int = 200, hidden: tuple[str, ...] = (), **headers: str) -> dict[str, Any]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return interpret(ACTION, Answer(status, names, raw), Mask(hidden))


def api_error(body: Any, status: int = 400, **more: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read(body, status, **more)
    return caught.value


def response_error(body: Any, status: int = 200, **more: Any) -> ResponseError:
    with pytest.raises(ResponseError) as caught:
        read(body, status, **more)
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Jobs": []},
        {"Code": "200"},
        {"Code": 200},
        {"code": "OK"},
        {"Code": "Success", "Success": True},
        {"Code": None, "Success": None},
    ],
)
def test_an_object_without_an_error_code_is_the_answer(body: dict[str, Any]) -> None:
    assert read(body) == body


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Code": "NoPermission", "Message": "m"}, "NoPermission"),
        ({"code": "NoPermission", "message": "m"}, "NoPermission"),
        ({"Code": 500, "Message": "m"}, "500"),
        ({"Success": False, "Message": "m"}, "UnknownError"),
        ({"success": "FALSE", "message": "m"}, "UnknownError"),
        ({"Code": "", "code": "NoPermission", "Message": "m"}, "NoPermission"),
        ({"code": "200", "Code": "NoPermission", "Message": "m"}, "NoPermission"),
        ({"Success": True, "success": False, "Message": "m"}, "UnknownError"),
        ({"Success": True, "success": "false", "Message": "m"}, "UnknownError"),
        ({"Success": 0, "Message": "m"}, "UnknownError"),
        ({"Success": "no", "Message": "m"}, "UnknownError"),
        ({"Success": {}, "Message": "m"}, "UnknownError"),
    ],
)
def test_an_error_under_200_is_an_error(body: dict[str, Any], code: str) -> None:
    error = api_error(body, 200)
    assert (error.code, error.message, error.http_status) == (code, "m", 200)


@pytest.mark.parametrize("code", [{}, {"a": 1}, [], ["NoPermission"], True, False])
@pytest.mark.parametrize("other", [{}, {"code": "200"}, {"code": "NoPermission"}])
def test_a_code_that_is_no_text_under_200_is_an_error(code: object, other: dict[str, str]) -> None:
    error = response_error({"Code": code, "Jobs": [], "TotalCount": "0", **other}, 200)
    assert str(error) == "unexpected answer: HTTP 200 with a Code that is neither a text nor a number"


@pytest.mark.parametrize("piece", ["[]", '{"":0}', "[[]]", "1", '"ab"'])
def test_a_body_of_more_values_than_a_page_has_is_refused_before_it_takes_many_times_its_size(piece: str) -> None:
    body = f"[{','.join([piece] * (5 * 2**20 // len(piece)))}]".encode()
    tracemalloc.start()
    try:
        error = response_error(body)
        assert tracemalloc.get_traced_memory()[1] < 5 * len(body)
    finally:
        tracemalloc.stop()
    assert str(error) == "unexpected answer: more than 1,000,000 values in one page: lower PageSize"
    assert error.retry is Retry.NEVER


def test_a_page_of_texts_with_many_commas_is_read() -> None:
    page = {"Domains": "a.cn," * 300_000, "Name": r"\"," * 300_000}
    assert read(page) == page


def test_the_request_id_comes_from_the_body_or_from_the_header() -> None:
    assert api_error({"Code": "X", "requestId": "B"}, x_acs_request_id="H").request_id == "B"
    assert api_error({"Code": "X"}, x_acs_request_id="H").request_id == "H"
    assert "RequestId not given" in str(api_error({"Code": "X"}))


def test_an_error_in_xml_is_read_too() -> None:
    body = (
        b"<?xml version='1.0'?><Error><RequestId>R</RequestId><HostId>h</HostId><Code>Throttling.User</Code>"
        b"<Message>too many</Message></Error>"
    )
    error = api_error(body, 400, content_type="text/xml;charset=utf-8")
    assert (error.code, error.message, error.request_id) == ("Throttling.User", "too many", "R")


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(200, True), (400, False), (403, False), (404, False), (500, True), (502, True), (503, True), (504, True)],
)
@pytest.mark.parametrize("body", [b"<html><h1>Bad Gateway</h1></html>", b"", b'{"Jobs": [', b"\xff\xfe\x00", b"NaN,"])
def test_what_is_not_json_is_a_short_error_without_the_body(status: int, retryable: bool, body: bytes) -> None:
    error = response_error(body, status, content_type="text/html; charset=x")
    assert error.retry is (Retry.BACKOFF if retryable else Retry.NEVER)
    assert f"HTTP {status} with {len(body)} bytes of text/html that is not JSON" in str(error)
    assert len(str(error)) <= 200
    assert "<h1>" not in str(error)


@pytest.mark.parametrize("value", [[], "text", 5, None, True])
@pytest.mark.parametrize(("status", "retryable"), [(200, False), (404, False), (503, True)])
def test_json_that_is_no_object_is_an_error(value: object, status: int, retryable: bool) -> None:
    assert response_error(value, status).retry is (Retry.BACKOFF if retryable else Retry.NEVER)


@pytest.mark.parametrize("status", [400, 404, 500])
@pytest.mark.parametrize("body", [{}, {"Jobs": []}, {"Message": "m"}, {"Code": ""}, {"Code": ["x"]}])
def test_an_error_status_is_never_an_answer(status: int, body: dict[str, Any]) -> None:
    assert response_error(body, status).retry is (Retry.BACKOFF if status == 500 else Retry.NEVER)


def test_an_error_status_with_a_success_code_is_an_error() -> None:
    assert api_error({"Code": "OK"}, 500).code == "UnknownError"


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308])
def test_a_redirect_is_not_retried(status: int) -> None:
    error = response_error({"Jobs": []}, status)
    assert error.retry is Retry.NEVER
    assert "Check endpoint" in str(error)


@pytest.mark.parametrize(("status", "word"), [(407, "HTTPS_PROXY"), (502, "gateway or proxy")])
def test_a_proxys_page_is_explained(status: int, word: str) -> None:
    assert word in str(response_error(b"<html>", status))


def test_a_429_of_a_gateway_in_between_is_a_throttled_call() -> None:
    error = response_error(b"<html>slow down</html>", 429, retry_after="7")
    assert (error.retry, error.retry_after) == (Retry.THROTTLE, 7.0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1500", 1.5),
        (" 1 ", 0.001),
        ("0", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("+5", None),
        ("٣", None),
        ("9" * 400, pytest.approx(1e15)),
    ],
)
@pytest.mark.parametrize("status", [400, 503])
def test_the_services_own_retry_header_is_milliseconds_under_any_status(
    value: str, seconds: float | None, status: int
) -> None:
    assert api_error({"Code": "X"}, status, x_acs_retry_after=value).retry_after == seconds


@pytest.mark.parametrize(
    ("value", "status", "seconds"),
    [("3", 503, 3.0), ("3", 429, 3.0), ("3", 400, None), ("0", 503, None), ("-3", 503, None), ("x", 503, None)],
)
def test_the_standard_header_is_seconds_under_429_and_503(value: str, status: int, seconds: float | None) -> None:
    assert api_error({"Code": "X"}, status, retry_after=value).retry_after == seconds


def test_the_standard_header_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=30), usegmt=True)
    assert 25 < (api_error({"Code": "X"}, 503, retry_after=soon).retry_after or 0) <= 30
    past = format_datetime(datetime.now(timezone.utc) - timedelta(seconds=30), usegmt=True)
    assert api_error({"Code": "X"}, 503, retry_after=past).retry_after is None


def test_the_services_own_header_comes_first() -> None:
    assert api_error({"Code": "X"}, 503, x_acs_retry_after="500", retry_after="9").retry_after == 0.5


@pytest.mark.parametrize(
    "date",
    ["", "yesterday", "0", "Mon, 01 Jan 2024 00:00:00 +99999999999999999", "Fri, 99 Foo 2024 99:99:99 GMT", ", , ,"],
)
def test_a_date_that_cannot_be_read_is_none(date: str) -> None:
    assert api_error({"Code": "X"}, date=date).server_date is None
    assert api_error({"Code": "X"}, 503, retry_after=date).retry_after is None


def test_a_date_without_a_zone_is_utc() -> None:
    error = api_error({"Code": "X"}, date="Mon, 01 Jan 2024 00:00:00 -0000")
    assert error.server_date == datetime(2024, 1, 1, tzinfo=timezone.utc)


@pytest.mark.parametrize("echo", ["StringToSign", "CanonicalRequest"])
@pytest.mark.parametrize("glue", [" server ", ". Server ", "; ", "\n", ", client "])
def test_what_the_service_signed_is_never_repeated(echo: str, glue: str) -> None:
    message = f"Specified signature is not matched{glue}{echo} is [x-acs-security-token:TOKEN\nline two]"
    error = api_error({"Code": "SignatureDoesNotMatch", "Message": message})
    assert error.message == "Specified signature is not matched"


def test_hidden_texts_are_masked_before_the_message_is_cut() -> None:
    error = api_error({"Code": "X", "Message": "a" * 495 + "TOKEN-TOKEN-TOKEN"}, hidden=("TOKEN-TOKEN-TOKEN", ""))
    assert "TOKEN" not in str(error)


@pytest.mark.parametrize("half", ["d800", "dfff"])
def test_half_a_character_is_replaced_by_a_mark_and_its_number(half: str) -> None:
    assert read(rf'{{"Name":"a\u{half}b"}}'.encode()) == {"Name": f"a\ufffd{half}b"}


def test_whole_characters_are_kept_however_they_are_spelled() -> None:
    assert read(rb'{"Name":"\ud83d\ude00\u00e9"}') == read('{"Name":"😀é"}'.encode()) == {"Name": "😀é"}
    assert read(b'\xef\xbb\xbf{"Name":"x"}') == {"Name": "x"}


@pytest.mark.parametrize("body", [b'{"Name":"\xed\xa0\x80"}', b'{"Name":"\xff"}', '{"a":1}'.encode("utf-16")])
def test_what_is_not_utf_8_is_not_json(body: bytes) -> None:
    assert "not JSON" in str(response_error(body))


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000])
def test_a_nest_that_is_too_deep_is_an_error(body: bytes) -> None:
    response_error(body)


header_text = st.text(st.characters(codec="latin-1"), max_size=40)
headers_ = st.fixed_dictionaries(
    {},
    optional={
        name: header_text | st.integers().map(str)
        for name in ("Content-Type", "Date", "Retry-After", "x-acs-retry-after", "x-acs-request-id")
    },
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["Code", "Message", "Success", "RequestId", "code"]) | st.text(), inner)
    ),
    max_leaves=6,
)
bodies = st.binary(max_size=60) | json_values.map(lambda value: json.dumps(value).encode())


@pytest.mark.fuzz
@given(st.integers(200, 599), headers_, bodies)
def test_any_answer_is_an_object_or_one_printable_line(status: int, headers: dict[str, str], body: bytes) -> None:
    try:
        found = interpret(ACTION, Answer(status, CaseInsensitiveDict(headers), body))
    except EsaError as error:
        line = str(error)
    else:
        line = ""
        assert isinstance(found, dict)
        assert status < 300
        json.dumps(found, ensure_ascii=False).encode()
    assert not line or line.isprintable()
    assert len(line) < 1500


@pytest.mark.parametrize(
    ("detail", "advice"),
    [
        (
            {"AuthAction": "esa:Other", "AuthPrincipalType": "SubUser", "AuthPrincipalDisplayName": "2375\n1"},
            "Allow the RAM action esa:Other for SubUser 2375 1.",
        ),
        ({"AuthAction": "esa:Other"}, "Allow the RAM action esa:Other for these credentials."),
        ({"AuthPrincipalType": "SubUser"}, "Allow the RAM action esa:ListScheduledPreloadJobs for these credentials."),
        ("text", "Allow the RAM action esa:ListScheduledPreloadJobs for these credentials."),
    ],
)
def test_a_refusal_by_ram_says_who_lacks_what(detail: object, advice: str) -> None:
    body = json.dumps({"Code": "NoPermission", "Message": "no", "AccessDeniedDetail": detail}).encode()
    with pytest.raises(ApiError) as caught:
        interpret("ListScheduledPreloadJobs", Answer(403, {}, body))
    assert str(caught.value).endswith(advice)
    assert str(caught.value).isprintable()
