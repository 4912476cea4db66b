"""The signer alone (vectors, the official SDK's signer as oracle) and what really goes onto the wire."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from alibabacloud_tea_openapi.utils import Utils
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import ResponseError
from pulumi_resource_alicloud_esa.esa.keys import Credentials
from pulumi_resource_alicloud_esa.esa.signing import (
    EMPTY_BODY_HASH,
    authorization,
    canonical_query,
    canonical_request,
    format_date,
    signed_headers,
)

from emulator import Emulator, Glitch, RawAnswer
from tests.support.clients import FixedSource, NewClient
from tests.support.servers import RawServer, answer, http, page

HOST = "esa.cn-hangzhou.aliyuncs.com"
NONCE = "3156853299f313e23d1673dc12e1703d"
DATE = datetime(2024, 9, 10, 8, tzinfo=timezone.utc)
SITE = {"SiteId": "190007158391808"}
PAGED = {**SITE, "PageNumber": "1", "PageSize": "20"}
MINIMAL = {
    "host": HOST,
    "x-acs-action": "ListScheduledPreloadJobs",
    "x-acs-content-sha256": EMPTY_BODY_HASH,
    "x-acs-date": "2024-09-10T08:00:00Z",
    "x-acs-signature-nonce": NONCE,
    "x-acs-version": "2024-09-10",
}
ACCEPT = {"accept": "application/json"}
STS = {"x-acs-accesskey-id": "testAccessKeyId", "x-acs-security-token": "testSecurityToken+/="}
V5_QUERY = {**SITE, "PageSize": "20", "Name": "a b*c~d/é", "Empty": "", "page": "x"}

# From the vendor's signer and an independent one that agree; V6 is the example in the vendor's documentation.
VECTORS = {
    "V1": (
        PAGED,
        MINIMAL,
        "7cca2e4b6b3911c528b9942adaeaa6d96bb5ade07cb10aef27a475420e2f1719",
        "d341b091ac85904bbaa0fbbda1170b1f312d54692856fdfafab6e579412aea7b",
    ),
    "V2": (
        PAGED,
        {**MINIMAL, **ACCEPT},
        "e4c60912452eca7f846750c0dd72de6d89ed1207cd5442fc1c3fb84ab03d768a",
        "e0b8b170e73cf6fa3b73dfe07b32ced9c9e2d822e2ebc17518231fc348d6420a",
    ),
    "V3": (
        PAGED,
        {**MINIMAL, **STS},
        "f33522328ead13c57350bddbc288b8fda692c5397401aa4e12a6dcded16a18bc",
        "434feb00a0d5583a898a513aa0db0731af9aae14e42e684ea4926f8dbc897f13",
    ),
    "V4": (
        {**PAGED, "StartTime": "1717225276000", "EndTime": "1717225277000"},
        MINIMAL,
        "b82c2ed767efd1def01dc7c98a380e8a7b0eecb588352d7bc077827cca8197de",
        "bbf7e2d8321b489db6ab72e9bda6c1648136638202b4e6c3ddbced1da5dcf745",
    ),
    "V5": (
        V5_QUERY,
        {**MINIMAL, **ACCEPT},
        "0b4b5d0b86f5232863632d382832a9f32a18391010286181cb647a09ce53ec6f",
        "1461b75d7d6d9f960de9cb564ac9b71cc8a4bdc73069efc953f3545660bc786f",
    ),
}


@pytest.mark.parametrize("name", VECTORS)
def test_the_published_vectors_come_out(name: str) -> None:
    parameters, headers, digest, signature = VECTORS[name]
    query = canonical_query(parameters)
    canonical, signed = canonical_request("GET", "/", query, headers, EMPTY_BODY_HASH)
    assert hashlib.sha256(canonical.encode()).hexdigest() == digest
    assert authorization("GET", "/", query, headers, EMPTY_BODY_HASH, "testAccessKeyId", "testAccessKeySecret") == (
        f"ACS3-HMAC-SHA256 Credential=testAccessKeyId,SignedHeaders={signed},Signature={signature}"
    )


def test_the_example_of_the_vendors_document_comes_out() -> None:
    headers = signed_headers(
        host="ecs.cn-shanghai.aliyuncs.com",
        query=canonical_query(
            {
                "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
                "RegionId": "cn-shanghai",
            }
        ),
        action="RunInstances",
        version="2014-05-26",
        access_key_id="YourAccessKeyId",
        access_key_secret="YourAccessKeySecret",
        security_token=None,
        date=datetime(2023, 10, 26, 10, 22, 32, tzinfo=timezone.utc),
        nonce=NONCE,
        method="POST",
    )
    assert headers["Authorization"].endswith("06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_the_canonical_request_of_the_first_vector_is_right_byte_for_byte() -> None:
    canonical, signed = canonical_request("GET", "/", canonical_query(PAGED), MINIMAL, EMPTY_BODY_HASH)
    assert canonical.encode() == (
        b"GET\n/\nPageNumber=1&PageSize=20&SiteId=190007158391808\n"
        b"host:esa.cn-hangzhou.aliyuncs.com\nx-acs-action:ListScheduledPreloadJobs\n"
        b"x-acs-content-sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
        b"x-acs-date:2024-09-10T08:00:00Z\nx-acs-signature-nonce:3156853299f313e23d1673dc12e1703d\n"
        b"x-acs-version:2024-09-10\n\n"
        b"host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version\n"
        b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
    assert len(canonical) == 475
    assert signed == ";".join(sorted(MINIMAL))


def test_an_attempt_has_exactly_the_headers_of_the_vectors() -> None:
    common: dict[str, Any] = {
        "host": HOST,
        "query": canonical_query(PAGED),
        "action": "ListScheduledPreloadJobs",
        "version": "2024-09-10",
        "access_key_id": "testAccessKeyId",
        "access_key_secret": "testAccessKeySecret",
        "date": DATE,
        "nonce": NONCE,
    }
    plain = signed_headers(**common, security_token=None)
    assert plain.pop("Authorization").endswith(VECTORS["V1"][3])
    assert plain == MINIMAL
    temporary = signed_headers(**common, security_token="testSecurityToken+/=")
    assert temporary.pop("Authorization").endswith(VECTORS["V3"][3])
    assert temporary == {**MINIMAL, **STS}


def test_the_query_is_sorted_bytewise_and_encoded_by_rfc_3986() -> None:
    assert canonical_query(V5_QUERY) == ("Empty=&Name=a%20b%2Ac~d%2F%C3%A9&PageSize=20&SiteId=190007158391808&page=x")


def test_the_date_is_utc_to_the_second() -> None:
    east = datetime(2024, 9, 10, 16, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=8)))
    assert format_date(east) == "2024-09-10T08:00:00Z"


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
# The SDK does not encode keys, and API parameters are plain names.
queries = st.dictionaries(st.from_regex(r"[A-Za-z0-9_.~-]{1,12}", fullmatch=True), texts, max_size=6)
header_names = st.from_regex(r"x-acs-[a-z0-9-]{1,10}|X-Acs-[A-Z][a-z]{1,10}", fullmatch=True)
# Names that are the same but for case would be two headers of one name, which we never send.
headers_ = st.dictionaries(header_names, texts, max_size=6).filter(lambda h: len({k.lower() for k in h}) == len(h))


@pytest.mark.fuzz
@given(queries, headers_, st.text(st.characters(codec="ascii"), min_size=1), texts, st.binary(max_size=20))
def test_any_request_is_signed_as_the_official_signer_does(
    parameters: dict[str, str], extra: dict[str, str], key: str, secret: str, body: bytes
) -> None:
    headers = {"Host": HOST, **extra}
    digest = hashlib.sha256(body).hexdigest()
    request = SimpleNamespace(method="GET", pathname="/", query=parameters, headers=headers)
    theirs = Utils.get_authorization(request, "ACS3-HMAC-SHA256", digest, key, secret)
    assert authorization("GET", "/", canonical_query(parameters), headers, digest, key, secret) == theirs


def _call(client: Any, seconds: float = 10) -> dict[str, Any]:
    return client.call("ListScheduledPreloadJobs", PAGED, Deadline(seconds))  # type: ignore[no-any-return]


@pytest.mark.parametrize("token", [None, "testSecurityToken+/="])
def test_only_host_and_x_acs_headers_are_signed_on_the_wire(new_client: NewClient, token: str | None) -> None:
    with RawServer(answer(http(page()))) as server:
        _call(new_client(server.url, source=FixedSource(Credentials("id", "secret", token))))
    lines = server.requests[0].decode().split("\r\n")
    assert lines[0] == f"GET /?{canonical_query(PAGED)} HTTP/1.1"
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    assert headers["host"] == server.url.removeprefix("http://")
    expected = sorted(name for name in headers if name == "host" or name.startswith("x-acs-"))
    assert f"SignedHeaders={';'.join(expected)}," in headers["authorization"]
    assert ("x-acs-security-token" in headers) == (token is not None)
    assert "user-agent" in headers
    assert "cookie" not in headers


def test_every_attempt_has_a_fresh_nonce_and_date(emulator: Emulator, new_client: NewClient) -> None:
    emulator.glitches.add(Glitch(code="ServiceUnavailable", times=2))
    start = datetime.now(timezone.utc)
    ticks = iter(range(100))
    _call(new_client(emulator.url, now=lambda: start + timedelta(seconds=next(ticks))))
    nonces = [record.nonce for record in emulator.requests]
    dates = [record.headers["x-acs-date"] for record in emulator.requests]
    assert len(set(nonces)) == len(set(dates)) == 3
    assert all(len(nonce) >= 32 for nonce in nonces)


def test_a_netrc_entry_never_replaces_the_authorization(emulator: Emulator, new_client: NewClient) -> None:
    netrc = Path(os.environ["HOME"]) / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\ndefault login some password thing\n")
    netrc.chmod(0o600)
    assert _call(new_client(emulator.url))["Jobs"]
    # The redirect's target is looked up in netrc too, by requests' own code for redirects.
    emulator.glitches.add(Glitch(raw=RawAnswer.redirect(emulator.url), times=1))
    with pytest.raises(ResponseError, match="redirect"):
        _call(new_client(emulator.url))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_and_nothing_reaches_its_target(
    shared: Emulator, new_client: NewClient, status: int
) -> None:
    with RawServer(answer(http(page()))) as target:
        shared.glitches.add(Glitch(raw=RawAnswer.redirect(f"{target.url}/?x=1", status)))
        source = FixedSource(Credentials("STS.testAccessKeyId", "testStsAccessKeySecret", "testSecurityToken+/="))
        with pytest.raises(ResponseError, match=f"HTTP {status}, a redirect"):
            _call(new_client(shared.url, source=source))
        assert target.accepted == 0
    assert len(shared.requests) == 1


def test_a_signature_that_is_wrong_is_refused_by_the_emulator(emulator: Emulator, new_client: NewClient) -> None:
    # What makes the tests above honest: the emulator checks with code of its own.
    with pytest.raises(Exception, match="SignatureDoesNotMatch"):
        _call(new_client(emulator.url, source=FixedSource(Credentials("testAccessKeyId", "wrong"))))
