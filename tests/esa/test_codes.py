"""The whole table of error codes, over the wire: each code retried as its row says, each told in one full line."""

from __future__ import annotations

import pytest
from pulumi_resource_alicloud_esa.engine.faults import PROPERTIES
from pulumi_resource_alicloud_esa.esa.codes import CODES, DOCUMENTED, FAMILY, GATEWAY, Retry, look_up
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import ApiError, TransportError
from pulumi_resource_alicloud_esa.esa.keys import Credentials
from pulumi_resource_alicloud_esa.esa.terms import spelled

from emulator import Emulator, Glitch, RawAnswer
from emulator.errors import ERRORS
from tests.support import documented
from tests.support.clients import FixedSource, NewClient

ACTION = "ListScheduledPreloadJobs"
SITE = {"SiteId": "190007158391808"}
STS = Credentials("STS.testAccessKeyId", "testStsAccessKeySecret", "testSecurityToken+/=")
SECRETS = ("testAccessKeySecret", "testStsAccessKeySecret", "testSecurityToken", "Signature=", "ACS3-HMAC")


def failure(client: object, seconds: float = 20) -> ApiError:
    with pytest.raises(ApiError) as caught:
        client.call(ACTION, SITE, Deadline(seconds))  # type: ignore[attr-defined]
    return caught.value


def test_the_ten_documented_codes_have_their_rows() -> None:
    assert DOCUMENTED.keys() == documented.CODES.keys()
    assert len(CODES) == len(DOCUMENTED) + len(GATEWAY) + len(FAMILY)


def test_the_emulator_answers_every_code_of_the_table_and_those_of_the_page_with_their_status() -> None:
    assert CODES.keys() - ERRORS.keys() == set()
    assert {code: ERRORS[code].status for code in documented.CODES} == documented.CODES


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_retried_as_its_row_says_and_told_in_one_line(
    shared: Emulator, new_client: NewClient, code: str
) -> None:
    row = CODES[code]
    shared.glitches.add(Glitch(code=code))
    # Two attempts where the pace slows down, more elsewhere, so that "once" differs from "as often as allowed".
    attempts = 2 if row.retry is Retry.THROTTLE else 4
    error = failure(new_client(shared.url, attempts=attempts, source=FixedSource(STS)))
    expected = {
        Retry.NEVER: 1,
        Retry.BACKOFF: attempts,
        Retry.THROTTLE: attempts,
        Retry.NEW_NONCE: 2,
        Retry.CLOCK: 2,
        # These keys have no successor.
        Retry.CREDENTIALS: 1,
    }[row.retry]
    assert len(shared.requests) == expected
    assert error.attempts == expected

    line = str(error)
    assert "\n" not in line
    assert line.startswith(f"{code}: {' '.join(ERRORS[code].message.split())}")
    assert f"(HTTP {ERRORS[code].status}, {ACTION}, " in line
    assert f"RequestId {error.request_id})" in line
    assert len(error.request_id) == 36
    # RAM says itself whom it refused.
    advice = spelled(row.advice).replace("{action}", ACTION).replace("these credentials", "SubUser 237511234567890123")
    assert advice in line
    assert advice.endswith((".", "?"))
    assert ("attempts" in line) == (expected > 1)
    assert not [secret for secret in SECRETS if secret in line + repr(error)]


@pytest.mark.parametrize(
    "code", ["Site.ServiceBusy", "Record.ServiceBusy", "LockFailed", "InternalException", "TooManyRequests"]
)
def test_the_codes_that_official_code_of_the_family_retries_are_retried(
    shared: Emulator, new_client: NewClient, code: str
) -> None:
    shared.glitches.add(Glitch(code=code, times=1))
    assert new_client(shared.url).call(ACTION, SITE, Deadline(10))["Jobs"]
    assert [record.code for record in shared.requests] == [code, ""]


@pytest.mark.parametrize("code", ["SiteNotFound", "SiteNotFound.NotFound", "101", "32"])
@pytest.mark.parametrize("status", [200, 400, 404])
def test_a_code_that_says_the_site_is_not_there_says_so_and_is_no_empty_list(
    shared: Emulator, new_client: NewClient, code: str, status: int
) -> None:
    shared.glitches.add(Glitch(code=code, status=status))
    error = failure(new_client(shared.url))
    assert "There is no such site: it may have been deleted. Check SiteId" in str(error)
    assert error.code == code
    assert error.attempts == 1


@pytest.mark.parametrize("code", ["Forbidden.RAM", "NoPermission", "NotAuthorized"])
def test_a_missing_permission_names_the_ram_action(shared: Emulator, new_client: NewClient, code: str) -> None:
    shared.glitches.add(Glitch(code=code))
    assert "esa:ListScheduledPreloadJobs" in str(failure(new_client(shared.url)))


@pytest.mark.parametrize("status", [400, 404])
def test_the_code_decides_not_the_status(shared: Emulator, new_client: NewClient, status: int) -> None:
    # The same code is 400 on one of the service's pages and 404 on another.
    shared.glitches.add(Glitch(code="InvalidAccessKeyId.NotFound", status=status))
    error = failure(new_client(shared.url))
    assert "Check accessKey and secretKey" in error.told(PROPERTIES)
    assert f"HTTP {status}" in str(error)


def test_a_throttling_code_is_retried_even_under_403(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="Throttling.User", status=403, times=1))
    new_client(shared.url).call(ACTION, SITE, Deadline(10))
    assert len(shared.requests) == 2


def test_an_error_body_under_200_is_an_error(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="InvalidUid.PermissionDenied", status=200))
    assert failure(new_client(shared.url)).code == "InvalidUid.PermissionDenied"


def test_expired_credentials_are_refreshed_once(shared: Emulator, new_client: NewClient) -> None:
    shared.keys.expire_token(STS.access_key_id)
    source = FixedSource(STS, Credentials("testAccessKeyId", "testAccessKeySecret"))
    new_client(shared.url, source=source).call(ACTION, SITE, Deadline(10))
    assert source.refreshes == 1
    assert [record.code for record in shared.requests] == ["InvalidSecurityToken.Expired", ""]


def test_credentials_that_expire_again_at_once_are_an_error(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="InvalidSecurityToken.Expired"))
    source = FixedSource(STS, Credentials("testAccessKeyId", "testAccessKeySecret"), STS)
    assert failure(new_client(shared.url, source=source, attempts=5)).attempts == 2
    assert source.refreshes == 1


def test_the_echo_of_a_wrong_signature_is_left_out(shared: Emulator, new_client: NewClient) -> None:
    wrong = Credentials(STS.access_key_id, "notTheSecretOfIt", STS.security_token)
    error = failure(new_client(shared.url, source=FixedSource(wrong)))
    assert error.code == "SignatureDoesNotMatch"
    assert "not matched with our calculation." in str(error)
    assert not [word for word in (*SECRETS, "notTheSecretOfIt", "StringToSign", "x-acs-") if word in str(error)]


def test_keys_are_redacted_wherever_a_message_quotes_them(shared: Emulator, new_client: NewClient) -> None:
    token, secret = "aTokenNobodyMaySee+/==", "aSecretNobodyMaySee"
    shared.glitches.add(Glitch(code="InvalidSecurityToken.Malformed", message=f"Bad token {token}, secret {secret}!"))
    shared.keys.add("other", secret, token)
    error = failure(new_client(shared.url, source=FixedSource(Credentials("other", secret, token))))
    assert "Bad token ***, secret ***!" in str(error)
    assert not [word for word in (token, secret) if word in str(error) + repr(error) + str(vars(error))]


def test_an_answer_cannot_break_the_line_or_write_to_the_terminal(shared: Emulator, new_client: NewClient) -> None:
    body = rb'{"Code":"A\nB\u001b[31m","Message":"one\r\ntwo\u001b]0;x\u0007 \u202e three","RequestId":"R\n1"}'
    shared.glitches.add(Glitch(raw=RawAnswer(status=400, body=body)))
    line = str(failure(new_client(shared.url)))
    assert line.isprintable()
    assert line.startswith("A B")


def test_a_long_message_is_cut(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="InvalidJob.NotFound", message="x" * 10_000))
    assert len(str(failure(new_client(shared.url)))) < 900


def test_the_clock_codes_give_up_without_a_date(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(
        Glitch(raw=RawAnswer(status=400, headers={"date": "yesterday"}, body=b'{"Code":"InvalidTimeStamp.Expired"}'))
    )
    assert failure(new_client(shared.url, attempts=5)).attempts == 1


@pytest.mark.parametrize(
    ("code", "status", "retry"),
    [
        ("Something.Throttling.New", 400, Retry.THROTTLE),
        ("Whatever", 429, Retry.THROTTLE),
        ("Whatever", 500, Retry.BACKOFF),
        ("Whatever", 502, Retry.BACKOFF),
        ("Whatever", 503, Retry.BACKOFF),
        ("Whatever", 504, Retry.BACKOFF),
        ("Whatever", 408, Retry.BACKOFF),
        ("Whatever", 425, Retry.BACKOFF),
        ("Whatever", 520, Retry.BACKOFF),
        ("Whatever", 501, Retry.NEVER),
        ("Whatever", 505, Retry.NEVER),
        ("Whatever", 400, Retry.NEVER),
        ("Whatever", 200, Retry.NEVER),
    ],
)
def test_an_unknown_code_is_judged_by_its_name_and_status(code: str, status: int, retry: Retry) -> None:
    assert look_up(code, status).retry is retry


@pytest.mark.parametrize(
    ("code", "status", "of_input"),
    [("Whatever", 400, True), ("Whatever", 404, True), ("Whatever", 403, False), ("SiteNotFound", 404, False)],
)
def test_a_refusal_of_the_caller_or_of_the_site_is_no_refusal_of_the_values(
    code: str, status: int, of_input: bool
) -> None:
    # A listing takes the latter, on the page after a full last one, for the end of the pages.
    assert look_up(code, status).of_input is of_input


def test_an_unknown_code_is_told_with_its_request_id(shared: Emulator, new_client: NewClient) -> None:
    shared.glitches.add(Glitch(code="InvalidVersion"))
    error = failure(new_client(shared.url))
    assert str(error).startswith("InvalidVersion: ")
    assert error.request_id in str(error)
    assert error.attempts == 1


@pytest.mark.parametrize("token", ["line\nend", "line\r\nx-injected: 1", "naïve", "nul\x00"])
def test_a_token_that_no_header_can_hold_is_refused_without_quoting_it(
    shared: Emulator, new_client: NewClient, token: str
) -> None:
    client = new_client(shared.url, source=FixedSource(Credentials("id", "secret", token)))
    with pytest.raises(TransportError) as caught:
        client.call(ACTION, SITE, Deadline(10))
    assert "x-acs-security-token" in str(caught.value)
    assert token not in str(caught.value)
    assert caught.value.attempts == 1
    assert not shared.requests


def test_expired_keys_say_which_ones_a_refresh_uses() -> None:
    advice = spelled(look_up("InvalidSecurityToken.Expired", 400).advice, PROPERTIES)
    assert "refresh and destroy use those of the last update, from the state" in advice
    assert advice.endswith("run them with --run-program, or keep temporary keys in the environment.")
