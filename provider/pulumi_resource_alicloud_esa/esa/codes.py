"""The one table of error codes: retried or not, what to do.

Sources: the error list on the page of ListScheduledPreloadJobs (it is the table of the whole family) and
Alibaba Cloud's common gateway errors. The service keys on the code, not on the status: the same code is
400 on one page and 404 on another.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from .terms import term


class Retry(Enum):
    """Whether, and how, the same request may be sent again."""

    NEVER = "never"
    BACKOFF = "with back-off"
    TIMEOUT = "with back-off, and dearer: each attempt may hold a place for long"
    THROTTLE = "with the slower back-off of a throttled call"
    NEW_NONCE = "once, with a new nonce"
    CLOCK = "once, with the server's time"
    CREDENTIALS = "once, with fresh credentials"


class Meaning(NamedTuple):
    """What one code means here."""

    retry: Retry
    advice: str
    of_input: bool = False
    """The request's values are refused; the caller, the keys and the site are not in question."""


_SITE = f"Check {term('site')}, and that the credentials belong to the account that owns the site."
_NO_SITE = f"There is no such site: it may have been deleted. {_SITE}"
_KEYS = (
    f"Check {term('access key')} and {term('secret key')} "
    "(or the environment variables, profile or role they come from)."
)
_STS = "Get a new security token; it must belong to the same access key."
_STS_EXPIRED = f"The temporary keys have expired. {term('expired keys')}"
_STS_MISSING = f"Temporary keys need {term('security token')} beside {term('access key')} and {term('secret key')}."
_SLOW = f"The service is throttling: try again later, or lower {term('concurrency')}."
_LATER = "The service had a fault of its own: try again later."
_RAM = "Allow the RAM action esa:{action} for these credentials."
_ENDPOINT = (
    "Check endpoint and region: ESA answers at esa.cn-hangzhou and esa.ap-southeast-1 (.aliyuncs.com), over https."
)
_CREATE = "This belongs to creating jobs, which this provider does not do: see alicloud.esa.ScheduledPreloadJob."

DOCUMENTED: dict[str, Meaning] = {
    "InvalidEndTime.Mismatch": Meaning(
        Retry.NEVER, f"Give {term('end')} a moment that is not earlier than {term('start')}.", of_input=True
    ),
    "InvalidJob.JobCountOfSiteFull": Meaning(Retry.NEVER, _CREATE, of_input=True),
    "InvalidParameter.ObjectId": Meaning(
        Retry.NEVER, "Give a job id as the service prints it: 24 hex digits.", of_input=True
    ),
    "MissingOssUrl": Meaning(Retry.NEVER, _CREATE, of_input=True),
    "MissingUrlList": Meaning(Retry.NEVER, _CREATE, of_input=True),
    "TooManyRequests": Meaning(Retry.THROTTLE, _SLOW),
    "InvalidUid.PermissionDenied": Meaning(Retry.NEVER, _SITE),
    "InvalidJob.NotFound": Meaning(
        Retry.NEVER, "Check the job's id; it may have been deleted in the meantime.", of_input=True
    ),
    "LogNotFound": Meaning(Retry.NEVER, "Check the ids of job and execution; their log may be gone.", of_input=True),
    "InvalidExecution.NotFound": Meaning(
        Retry.NEVER, "Check the execution's id and times; it may have been deleted.", of_input=True
    ),
}

GATEWAY: dict[str, Meaning] = {
    "Throttling": Meaning(Retry.THROTTLE, _SLOW),
    "Throttling.User": Meaning(Retry.THROTTLE, _SLOW),
    "Throttling.Api": Meaning(Retry.THROTTLE, _SLOW),
    "Rejected.Throttling": Meaning(Retry.THROTTLE, _SLOW),
    "ServiceUnavailable": Meaning(Retry.BACKOFF, _LATER),
    "InternalError": Meaning(Retry.BACKOFF, _LATER),
    "UnknownError": Meaning(Retry.BACKOFF, _LATER),
    "SignatureNonceUsed": Meaning(
        Retry.NEW_NONCE, "Something between here and the service sends requests twice: a proxy?"
    ),
    "InvalidTimeStamp.Expired": Meaning(Retry.CLOCK, "Set this machine's clock (NTP)."),
    "IllegalTimestamp": Meaning(Retry.CLOCK, "Set this machine's clock (NTP)."),
    "InvalidTimeStamp.Format": Meaning(Retry.CLOCK, "Set this machine's clock (NTP)."),
    "InvalidSecurityToken.Expired": Meaning(Retry.CREDENTIALS, _STS_EXPIRED),
    "InvalidSecurityToken.Malformed": Meaning(Retry.NEVER, _STS),
    "InvalidSecurityToken.MismatchWithAccessKey": Meaning(Retry.NEVER, _STS),
    "MissingSecurityToken": Meaning(Retry.NEVER, _STS_MISSING),
    "InvalidAccessKeyId.NotFound": Meaning(Retry.NEVER, _KEYS),
    "InvalidAccessKeyId.Inactive": Meaning(Retry.NEVER, _KEYS),
    "Forbidden.AccessKeyDisabled": Meaning(Retry.NEVER, _KEYS),
    "SignatureDoesNotMatch": Meaning(Retry.NEVER, _KEYS),
    "IncompleteSignature": Meaning(Retry.NEVER, _KEYS),
    "Forbidden.RAM": Meaning(Retry.NEVER, _RAM),
    "NoPermission": Meaning(Retry.NEVER, _RAM),
    "NotAuthorized": Meaning(Retry.NEVER, _RAM),
    "InvalidApi.NotFound": Meaning(Retry.NEVER, _ENDPOINT),
    "InvalidProduct.NotFound": Meaning(Retry.NEVER, _ENDPOINT),
    "InvalidProtocol.NeedSsl": Meaning(Retry.NEVER, _ENDPOINT),
}

# Codes that official code of the ESA family expects: what it retries, and how it is told that a site is not there.
FAMILY: dict[str, Meaning] = {
    "Site.ServiceBusy": Meaning(Retry.BACKOFF, _LATER),
    "Record.ServiceBusy": Meaning(Retry.BACKOFF, _LATER),
    "LockFailed": Meaning(Retry.BACKOFF, _LATER),
    "InternalException": Meaning(Retry.BACKOFF, _LATER),
    "SiteNotFound": Meaning(Retry.NEVER, _NO_SITE),
    "SiteNotFound.NotFound": Meaning(Retry.NEVER, _NO_SITE),
    "101": Meaning(Retry.NEVER, _NO_SITE),
    "32": Meaning(Retry.NEVER, _NO_SITE),
}

CODES: dict[str, Meaning] = {**DOCUMENTED, **GATEWAY, **FAMILY}
# The keys themselves are refused, so every action with them is.
OF_KEYS = frozenset(
    code for code, meaning in CODES.items() if meaning.advice in (_KEYS, _STS, _STS_EXPIRED, _STS_MISSING)
)

_THROTTLED = Meaning(Retry.THROTTLE, _SLOW)
_SERVER_FAULT = Meaning(Retry.BACKOFF, _LATER)
_UNKNOWN = Meaning(Retry.NEVER, "The code is not in this provider's table; the RequestId helps support.", of_input=True)
_REFUSED = Meaning(Retry.NEVER, _UNKNOWN.advice)


def look_up(code: str, http_status: int) -> Meaning:
    """What a code means; for an unknown one, what its name and HTTP status say."""
    meaning = CODES.get(code)
    if meaning is not None:
        return meaning
    by_status = retry_of_status(http_status)
    if by_status is Retry.THROTTLE or "Throttling" in code:
        return _THROTTLED
    if by_status is Retry.BACKOFF:
        return _SERVER_FAULT
    return _REFUSED if http_status in (401, 403, 407) else _UNKNOWN


def retry_of_status(http_status: int) -> Retry:
    """How a request may be repeated when only the status of its answer is known."""
    if http_status == 429:
        return Retry.THROTTLE
    # 408: the request, 425: its TLS early data came at the wrong time; 501 and 505 do not go away.
    passing = http_status in (408, 425) or (http_status >= 500 and http_status not in (501, 505))
    return Retry.BACKOFF if passing else Retry.NEVER
