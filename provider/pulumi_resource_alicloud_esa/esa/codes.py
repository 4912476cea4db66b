"""The one table of error codes: HTTP status, whose fault, retried or not, what to do.

Sources: the error list on the page of ListScheduledPreloadJobs (it is the table of the whole family) and
Alibaba Cloud's common gateway errors. The service keys on the code, not on the status: the same code is
400 on one page and 404 on another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Whose(Enum):
    """Who has to act."""

    INPUT = "the program's inputs"
    CREDENTIALS = "the credentials"
    PERMISSION = "the account's permissions"
    CLOCK = "this machine's clock"
    SETUP = "endpoint or provider"
    SERVICE = "the service"


class Retry(Enum):
    """Whether the same request is sent again."""

    NEVER = "never"
    BACKOFF = "with back-off"
    THROTTLE = "with the slower back-off of a throttled call"
    NEW_NONCE = "once, with a new nonce"
    CLOCK = "once, with the server's time"
    CREDENTIALS = "once, with fresh credentials"


@dataclass(frozen=True)
class Row:
    """What one code means here."""

    http_status: int
    whose: Whose
    retry: Retry
    advice: str


_SITE = "Check siteId, and that the credentials belong to the account that owns the site."
_KEYS = "Check accessKey and secretKey (or the environment variables, profile or role they come from)."
_STS = "Get a new security token; it must belong to the same access key."
_SLOW = "The service is throttling: try again later, or lower maxConcurrency."
_LATER = "The service had a fault of its own: try again later."
_RAM = "Allow the RAM action esa:{action} for these credentials."
_ENDPOINT = (
    "Check endpoint and region: ESA answers at esa.cn-hangzhou and esa.ap-southeast-1 (.aliyuncs.com), over https."
)
_CREATE = "This belongs to creating jobs, which this provider does not do: see alicloud.esa.ScheduledPreloadJob."

DOCUMENTED: dict[str, Row] = {
    "InvalidEndTime.Mismatch": Row(
        400, Whose.INPUT, Retry.NEVER, "Give an endTime that is not earlier than startTime."
    ),
    "InvalidJob.JobCountOfSiteFull": Row(400, Whose.INPUT, Retry.NEVER, _CREATE),
    "InvalidParameter.ObjectId": Row(
        400, Whose.INPUT, Retry.NEVER, "Give a job id as the service prints it: 24 hex digits."
    ),
    "MissingOssUrl": Row(400, Whose.INPUT, Retry.NEVER, _CREATE),
    "MissingUrlList": Row(400, Whose.INPUT, Retry.NEVER, _CREATE),
    "TooManyRequests": Row(400, Whose.SERVICE, Retry.THROTTLE, _SLOW),
    "InvalidUid.PermissionDenied": Row(403, Whose.PERMISSION, Retry.NEVER, _SITE),
    "InvalidJob.NotFound": Row(
        404, Whose.INPUT, Retry.NEVER, "Check the job's id; it may have been deleted in the meantime."
    ),
    "LogNotFound": Row(404, Whose.INPUT, Retry.NEVER, "Check the ids of job and execution; their log may be gone."),
    "InvalidExecution.NotFound": Row(
        404, Whose.INPUT, Retry.NEVER, "Check the execution's id and times; it may have been deleted."
    ),
}

GATEWAY: dict[str, Row] = {
    "Throttling": Row(400, Whose.SERVICE, Retry.THROTTLE, _SLOW),
    "Throttling.User": Row(400, Whose.SERVICE, Retry.THROTTLE, _SLOW),
    "Throttling.Api": Row(400, Whose.SERVICE, Retry.THROTTLE, _SLOW),
    "Rejected.Throttling": Row(400, Whose.SERVICE, Retry.THROTTLE, _SLOW),
    "ServiceUnavailable": Row(503, Whose.SERVICE, Retry.BACKOFF, _LATER),
    "InternalError": Row(500, Whose.SERVICE, Retry.BACKOFF, _LATER),
    "UnknownError": Row(500, Whose.SERVICE, Retry.BACKOFF, _LATER),
    "SignatureNonceUsed": Row(
        400,
        Whose.SETUP,
        Retry.NEW_NONCE,
        "Something between here and the service sends requests twice: a proxy?",
    ),
    "InvalidTimeStamp.Expired": Row(400, Whose.CLOCK, Retry.CLOCK, "Set this machine's clock (NTP)."),
    "IllegalTimestamp": Row(400, Whose.CLOCK, Retry.CLOCK, "Set this machine's clock (NTP)."),
    "InvalidTimeStamp.Format": Row(400, Whose.CLOCK, Retry.CLOCK, "Set this machine's clock (NTP)."),
    "InvalidSecurityToken.Expired": Row(400, Whose.CREDENTIALS, Retry.CREDENTIALS, _STS),
    "InvalidSecurityToken.Malformed": Row(400, Whose.CREDENTIALS, Retry.NEVER, _STS),
    "InvalidSecurityToken.MismatchWithAccessKey": Row(400, Whose.CREDENTIALS, Retry.NEVER, _STS),
    "MissingSecurityToken": Row(
        400,
        Whose.CREDENTIALS,
        Retry.NEVER,
        "Temporary keys need their securityToken beside accessKey and secretKey.",
    ),
    "InvalidAccessKeyId.NotFound": Row(404, Whose.CREDENTIALS, Retry.NEVER, _KEYS),
    "InvalidAccessKeyId.Inactive": Row(400, Whose.CREDENTIALS, Retry.NEVER, _KEYS),
    "Forbidden.AccessKeyDisabled": Row(403, Whose.CREDENTIALS, Retry.NEVER, _KEYS),
    "SignatureDoesNotMatch": Row(400, Whose.CREDENTIALS, Retry.NEVER, _KEYS),
    "IncompleteSignature": Row(400, Whose.CREDENTIALS, Retry.NEVER, _KEYS),
    "Forbidden.RAM": Row(403, Whose.PERMISSION, Retry.NEVER, _RAM),
    "NoPermission": Row(403, Whose.PERMISSION, Retry.NEVER, _RAM),
    "NotAuthorized": Row(403, Whose.PERMISSION, Retry.NEVER, _RAM),
    "InvalidApi.NotFound": Row(404, Whose.SETUP, Retry.NEVER, _ENDPOINT),
    "InvalidProduct.NotFound": Row(404, Whose.SETUP, Retry.NEVER, _ENDPOINT),
    "InvalidProtocol.NeedSsl": Row(400, Whose.SETUP, Retry.NEVER, _ENDPOINT),
}

CODES: dict[str, Row] = {**DOCUMENTED, **GATEWAY}

_THROTTLED = Row(429, Whose.SERVICE, Retry.THROTTLE, _SLOW)
_SERVER_FAULT = Row(500, Whose.SERVICE, Retry.BACKOFF, _LATER)
_UNKNOWN = Row(400, Whose.INPUT, Retry.NEVER, "The code is not in this provider's table; the RequestId helps support.")
_RETRIED_STATUS = frozenset({500, 502, 503, 504})


def look_up(code: str, http_status: int) -> Row:
    """The row of a code; for an unknown one, what its name and HTTP status say."""
    row = CODES.get(code)
    if row is not None:
        return row
    if http_status == 429 or "Throttling" in code:
        return _THROTTLED
    if http_status in _RETRIED_STATUS:
        return _SERVER_FAULT
    return _UNKNOWN
