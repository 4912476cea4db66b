"""The verifier against published and independent vectors, and against requests that must not pass."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from emulator import SITE_ID, Emulator
from emulator.errors import ApiError
from emulator.keys import STS_ACCESS_KEY_ID, STS_ACCESS_KEY_SECRET, STS_SECURITY_TOKEN
from emulator.signature import (
    WireRequest,
    canonical_request,
    parse_authorization,
    signature_of,
    string_to_sign,
    verify,
)

if TYPE_CHECKING:
    from tests.support.caller import Caller, MakeCaller

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
SECRET = "testAccessKeySecret"
BASE = {
    "host": "esa.cn-hangzhou.aliyuncs.com",
    "x-acs-action": "ListScheduledPreloadJobs",
    "x-acs-content-sha256": EMPTY,
    "x-acs-date": "2024-09-10T08:00:00Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-version": "2024-09-10",
}
QUERY = b"PageNumber=1&PageSize=20&SiteId=190007158391808"
ACCEPT = {**BASE, "accept": "application/json"}
STS = {**BASE, "x-acs-accesskey-id": "testAccessKeyId", "x-acs-security-token": "testSecurityToken+/="}
VENDOR = {
    "host": "ecs.cn-shanghai.aliyuncs.com",
    "x-acs-action": "RunInstances",
    "x-acs-content-sha256": EMPTY,
    "x-acs-date": "2023-10-26T10:22:32Z",
    "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    "x-acs-version": "2014-05-26",
}
VENDOR_QUERY = b"ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
# The official SDK's spelling of V5's query on the wire: unsorted, a space is a plus sign.
ODD_QUERY = b"SiteId=190007158391808&PageSize=20&Name=a+b%2Ac%7Ed%2F%C3%A9&Empty=&page=x"

VECTORS = {
    "V1": (
        "GET", QUERY, BASE, SECRET,
        "7cca2e4b6b3911c528b9942adaeaa6d96bb5ade07cb10aef27a475420e2f1719",
        "d341b091ac85904bbaa0fbbda1170b1f312d54692856fdfafab6e579412aea7b",
    ),
    "V2": (
        "GET", QUERY, ACCEPT, SECRET,
        "e4c60912452eca7f846750c0dd72de6d89ed1207cd5442fc1c3fb84ab03d768a",
        "e0b8b170e73cf6fa3b73dfe07b32ced9c9e2d822e2ebc17518231fc348d6420a",
    ),
    "V3": (
        "GET", QUERY, STS, SECRET,
        "f33522328ead13c57350bddbc288b8fda692c5397401aa4e12a6dcded16a18bc",
        "434feb00a0d5583a898a513aa0db0731af9aae14e42e684ea4926f8dbc897f13",
    ),
    "V4": (
        "GET", QUERY + b"&StartTime=1717225276000&EndTime=1717225277000", BASE, SECRET,
        "b82c2ed767efd1def01dc7c98a380e8a7b0eecb588352d7bc077827cca8197de",
        "bbf7e2d8321b489db6ab72e9bda6c1648136638202b4e6c3ddbced1da5dcf745",
    ),
    "V5": (
        "GET", ODD_QUERY, ACCEPT, SECRET,
        "0b4b5d0b86f5232863632d382832a9f32a18391010286181cb647a09ce53ec6f",
        "1461b75d7d6d9f960de9cb564ac9b71cc8a4bdc73069efc953f3545660bc786f",
    ),
    "V6": (
        "POST", VENDOR_QUERY, VENDOR, "YourAccessKeySecret",
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
        "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0",
    ),
}  # fmt: skip


def wire(method: str, query: bytes, headers: dict[str, str], body: bytes = b"") -> WireRequest:
    return WireRequest(method, "/", query, [(k.encode(), v.encode()) for k, v in headers.items()], body)


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_agree(name: str) -> None:
    method, query, headers, secret, canonical_hash, signature = VECTORS[name]
    canonical = canonical_request(wire(method, query, headers), sorted(headers))
    assert signature_of(secret, canonical) == signature
    # V6 is published as a signature only.
    if name != "V6":
        assert string_to_sign(canonical) == f"ACS3-HMAC-SHA256\n{canonical_hash}"


def test_a_repeated_header_is_joined_sorted_and_trimmed() -> None:
    request = WireRequest("GET", "/", b"", [(b"x-acs-b", b" 2 "), (b"X-Acs-B", b"1")])
    assert "x-acs-b:1,2\n" in canonical_request(request, ["x-acs-b"])


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "MissingAccessKeyId"),
        ("Basic dGVzdA==", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host", "IncompleteSignature"),
        ("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=XYZ", "IncompleteSignature"),
    ],
)
def test_a_malformed_authorization_is_named(value: str, code: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_authorization(value)
    assert caught.value.code == code


@pytest.mark.parametrize("left_out", ["host", "x-acs-action", "x-acs-version", "x-acs-security-token"])
def test_every_header_of_the_service_must_be_signed(left_out: str) -> None:
    names = sorted(set(STS) - {left_out})
    request = wire("GET", QUERY, STS)
    signature = signature_of(SECRET, canonical_request(request, names))
    text = f"ACS3-HMAC-SHA256 Credential=a,SignedHeaders={';'.join(names)},Signature={signature}"
    with pytest.raises(ApiError, match=f"not signed: {left_out}"):
        verify(request, parse_authorization(text), SECRET)


def test_the_content_hash_must_be_that_of_the_body() -> None:
    names = sorted(BASE)
    request = wire("POST", b"", BASE, b"SiteId=1")
    signature = signature_of(SECRET, canonical_request(request, names))
    text = f"ACS3-HMAC-SHA256 Credential=a,SignedHeaders={';'.join(names)},Signature={signature}"
    with pytest.raises(ApiError, match="hash of the body"):
        verify(request, parse_authorization(text), SECRET)


def test_a_wrong_secret_is_answered_with_both_texts(make_caller: MakeCaller) -> None:
    caller = make_caller(secret="wrong")
    reply = caller.call(SiteId=SITE_ID)
    assert (reply.status, reply.json["Code"]) == (400, "SignatureDoesNotMatch")
    canonical = f"GET\n/\nSiteId={SITE_ID}\nhost:{caller.emulator.endpoint}\n"
    message = reply.json["Message"]
    assert "server StringToSign is [ACS3-HMAC-SHA256\n" in message
    assert f"server CanonicalRequest is [{canonical}" in message


@pytest.mark.parametrize("part", ["query", "method", "header"])
def test_a_request_changed_after_signing_is_refused(caller: Caller, part: str) -> None:
    query = f"SiteId={SITE_ID}"
    headers = caller.headers("ListScheduledPreloadJobs", query, "GET", b"")
    if part == "header":
        headers["x-acs-signature-nonce"] = "another"
    reply = caller.send(
        "POST" if part == "method" else "GET", query + ("&PageNumber=2" if part == "query" else ""), headers
    )
    assert reply.json["Code"] == "SignatureDoesNotMatch"


def test_a_form_posted_instead_of_a_query_is_understood(caller: Caller) -> None:
    body = f"SiteId={SITE_ID}&PageSize=3".encode()
    headers = caller.headers(
        "ListScheduledPreloadJobs", "", "POST", body, content_type="application/x-www-form-urlencoded"
    )
    reply = caller.send("POST", "", headers, body)
    assert reply.status == 200
    assert len(reply.json["Jobs"]) == 3
    assert headers["x-acs-content-sha256"] == hashlib.sha256(body).hexdigest()


def test_a_nonce_serves_once(caller: Caller) -> None:
    query = f"SiteId={SITE_ID}"
    headers = caller.headers("ListScheduledPreloadJobs", query, "GET", b"")
    assert caller.send("GET", query, headers).status == 200
    again = caller.send("GET", query, headers)
    assert (again.status, again.json["Code"]) == (400, "SignatureNonceUsed")


def test_a_refused_request_does_not_use_its_nonce_up(caller: Caller) -> None:
    query = f"SiteId={SITE_ID}"
    headers = caller.headers("ListScheduledPreloadJobs", query, "GET", b"")
    forged = {**headers, "authorization": headers["authorization"][:-4] + "0000"}
    assert caller.send("GET", query, forged).json["Code"] == "SignatureDoesNotMatch"
    assert caller.send("GET", query, headers).status == 200


def test_an_unknown_key_is_not_found(make_caller: MakeCaller) -> None:
    reply = make_caller(key="nobody").call(SiteId=SITE_ID)
    assert (reply.status, reply.json["Code"]) == (404, "InvalidAccessKeyId.NotFound")


def test_a_disabled_key_is_inactive(emulator: Emulator, caller: Caller) -> None:
    emulator.keys.disable("testAccessKeyId")
    assert caller.call(SiteId=SITE_ID).json["Code"] == "InvalidAccessKeyId.Inactive"


@pytest.mark.parametrize("offset", [-1000, 1000])
def test_a_clock_that_is_too_far_off_is_refused_and_told(emulator: Emulator, caller: Caller, offset: float) -> None:
    before = caller.call(SiteId=SITE_ID).headers["date"]
    emulator.clock_offset = offset
    reply = caller.call(SiteId=SITE_ID)
    assert (reply.status, reply.json["Code"]) == (400, "InvalidTimeStamp.Expired")
    assert reply.headers["date"] != before
    emulator.clock_offset = offset * 0.8
    assert caller.call(SiteId=SITE_ID).status == 200


def test_a_date_that_is_not_one_is_named(caller: Caller) -> None:
    headers = caller.headers("ListScheduledPreloadJobs", "", "GET", b"", x_acs_date="yesterday")
    assert caller.send("GET", "", headers).json["Code"] == "InvalidTimeStamp.Format"


def test_an_sts_key_needs_its_current_token(emulator: Emulator, make_caller: MakeCaller) -> None:
    sts = {"key": STS_ACCESS_KEY_ID, "secret": STS_ACCESS_KEY_SECRET}
    caller = make_caller(**sts, token=STS_SECURITY_TOKEN)

    def code(token: str | None) -> str:
        caller.token = token
        return str(caller.call(SiteId=SITE_ID).json.get("Code", "ok"))

    assert code(STS_SECURITY_TOKEN) == "ok"
    assert code(None) == "MissingSecurityToken"
    assert code("other") == "InvalidSecurityToken.Malformed"
    emulator.keys.set_token(STS_ACCESS_KEY_ID, "second")
    assert code(STS_SECURITY_TOKEN) == "InvalidSecurityToken.Expired"
    assert code("second") == "ok"


def test_a_token_with_a_lasting_key_does_not_match(make_caller: MakeCaller) -> None:
    reply = make_caller(token="any").call(SiteId=SITE_ID)
    assert reply.json["Code"] == "InvalidSecurityToken.MismatchWithAccessKey"
