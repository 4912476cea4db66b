"""The table of errors is complete, says what the documents say, and every row can be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emulator import SITE_ID, Emulator, Glitch
from emulator.errors import DOCUMENTED, ERRORS

if TYPE_CHECKING:
    from tests.support.caller import Caller

# As printed on the page of ListScheduledPreloadJobs.
PAGE = """\
400 InvalidEndTime.Mismatch The specified EndTime is earlier than the StartTime.
400 InvalidJob.JobCountOfSiteFull The maximum number of prefetch tasks for the website has been reached. \
Delete some unwanted ones and try again.
400 InvalidParameter.ObjectId Invalid task ID or execution plan ID.
400 MissingOssUrl OssUrl missing. Specify a valid URL of the OSS object that stores URLs to prefetch.
400 MissingUrlList Enter the URLs you want to prefetch.
400 TooManyRequests Too many requests.Please try again later.
403 InvalidUid.PermissionDenied You do not have the permissions to perform this operation on this resource. \
Check whether the specified UID is correct and has the required permissions.
404 InvalidJob.NotFound The task does not exist. Check whether the task ID is correct or whether the task \
has been deleted.
404 LogNotFound Failed to query the log. Check whether the task ID and execution ID are valid.
404 InvalidExecution.NotFound The execution plan does not exist. Check whether the parameters such as the \
execution ID, start time, and end time are correct.
"""
GATEWAY = [
    "Throttling",
    "Throttling.User",
    "Throttling.Api",
    "Rejected.Throttling",
    "ServiceUnavailable",
    "InternalError",
    "UnknownError",
    "SignatureNonceUsed",
    "InvalidTimeStamp.Expired",
    "IllegalTimestamp",
    "InvalidTimeStamp.Format",
    "InvalidSecurityToken.Expired",
    "InvalidSecurityToken.Malformed",
    "InvalidSecurityToken.MismatchWithAccessKey",
    "MissingSecurityToken",
    "InvalidAccessKeyId.NotFound",
    "InvalidAccessKeyId.Inactive",
    "Forbidden.AccessKeyDisabled",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "Forbidden.RAM",
    "NoPermission",
    "NotAuthorized",
    "InvalidApi.NotFound",
    "InvalidProduct.NotFound",
    "InvalidProtocol.NeedSsl",
]


def test_the_documented_codes_are_those_of_the_page() -> None:
    printed = [line.split(" ", 2) for line in PAGE.splitlines()]
    assert {code: (int(status), text) for status, code, text in printed} == {
        code: (row.status, row.message) for code, row in DOCUMENTED.items()
    }


def test_every_code_of_the_gateway_has_a_row() -> None:
    assert [code for code in GATEWAY if code not in ERRORS] == []


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_code_can_be_answered(shared: Emulator, shared_caller: Caller, code: str) -> None:
    shared.glitches.add(Glitch(code=code, times=1))
    reply = shared_caller.call(SiteId=SITE_ID)
    body = reply.json
    assert reply.status == ERRORS[code].status
    assert (body["Code"], body["Message"]) == (code, ERRORS[code].message)
    assert body["HostId"] == shared.endpoint
    assert body["RequestId"] == reply.headers["x-acs-request-id"]
    assert f"q={code}&" in body["Recommend"]
    denied = code in ("Forbidden.RAM", "NoPermission", "NotAuthorized")
    assert ("AccessDeniedDetail" in body) == denied
    assert shared_caller.call(SiteId=SITE_ID).status == 200


def test_status_and_message_can_be_overruled(shared: Emulator, shared_caller: Caller) -> None:
    # An error in an answer of status 200 is what some clients take for success.
    shared.glitches.add(Glitch(code="Throttling", status=200, message="slower", times=1))
    reply = shared_caller.call(SiteId=SITE_ID)
    assert (reply.status, reply.json["Code"], reply.json["Message"]) == (200, "Throttling", "slower")


@pytest.mark.parametrize("value", [1500, "soon", 0, -1])
def test_retry_after_goes_into_its_header(shared: Emulator, shared_caller: Caller, value: int | str) -> None:
    shared.glitches.add(Glitch(code="Throttling.User", retry_after=value, times=1))
    assert shared_caller.call(SiteId=SITE_ID).headers["x-acs-retry-after"] == str(value)
    assert "x-acs-retry-after" not in shared_caller.call(SiteId=SITE_ID).headers
