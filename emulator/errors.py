"""Every error that the emulator can answer: the ten documented codes and the API gateway's own.

Written from the service's documents (the ListScheduledPreloadJobs page and the public OpenAPI gateway
pages), and from nothing that the provider uses, so that the two can disagree in a test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorRow:
    """The HTTP status and the message that go with a code."""

    status: int
    message: str


_JOB_COUNT = (
    "The maximum number of prefetch tasks for the website has been reached. Delete some unwanted ones and try again."
)
_UID = (
    "You do not have the permissions to perform this operation on this resource. "
    "Check whether the specified UID is correct and has the required permissions."
)
_JOB = "The task does not exist. Check whether the task ID is correct or whether the task has been deleted."
_LOG = "Failed to query the log. Check whether the task ID and execution ID are valid."
_EXECUTION = (
    "The execution plan does not exist. "
    "Check whether the parameters such as the execution ID, start time, and end time are correct."
)

DOCUMENTED: dict[str, ErrorRow] = {
    "InvalidEndTime.Mismatch": ErrorRow(400, "The specified EndTime is earlier than the StartTime."),
    "InvalidJob.JobCountOfSiteFull": ErrorRow(400, _JOB_COUNT),
    "InvalidParameter.ObjectId": ErrorRow(400, "Invalid task ID or execution plan ID."),
    "MissingOssUrl": ErrorRow(
        400, "OssUrl missing. Specify a valid URL of the OSS object that stores URLs to prefetch."
    ),
    "MissingUrlList": ErrorRow(400, "Enter the URLs you want to prefetch."),
    "TooManyRequests": ErrorRow(400, "Too many requests.Please try again later."),
    "InvalidUid.PermissionDenied": ErrorRow(403, _UID),
    "InvalidJob.NotFound": ErrorRow(404, _JOB),
    "LogNotFound": ErrorRow(404, _LOG),
    "InvalidExecution.NotFound": ErrorRow(404, _EXECUTION),
}

_SERVER = "The request has failed due to a temporary failure of the server."
_DENIED = "You are not authorized to do this operation. Action: esa:ListScheduledPreloadJobs"

GATEWAY: dict[str, ErrorRow] = {
    "Throttling": ErrorRow(400, "Request was denied due to request throttling."),
    "Throttling.User": ErrorRow(400, "Request was denied due to user flow control."),
    "Throttling.Api": ErrorRow(400, "Request was denied due to api flow control."),
    "Rejected.Throttling": ErrorRow(400, "Request was denied due to service throttling."),
    "ServiceUnavailable": ErrorRow(503, _SERVER),
    "InternalError": ErrorRow(500, "The request processing has failed due to some unknown error."),
    "UnknownError": ErrorRow(500, "The request processing has failed due to some unknown error."),
    "SignatureNonceUsed": ErrorRow(400, "Specified signature nonce was used already."),
    "InvalidTimeStamp.Expired": ErrorRow(400, "Specified time stamp or date value is expired."),
    "IllegalTimestamp": ErrorRow(400, "The input parameter Timestamp that is supplied is invalid."),
    "InvalidTimeStamp.Format": ErrorRow(400, "Specified time stamp or date value is not well formatted."),
    "InvalidSecurityToken.Expired": ErrorRow(400, "Specified SecurityToken is expired."),
    "InvalidSecurityToken.Malformed": ErrorRow(400, "Specified SecurityToken is malformed."),
    "InvalidSecurityToken.MismatchWithAccessKey": ErrorRow(400, "Specified SecurityToken mismatch with the AccessKey."),
    "MissingSecurityToken": ErrorRow(400, "SecurityToken is mandatory for this action."),
    "MissingAccessKeyId": ErrorRow(400, "AccessKeyId is mandatory for this action."),
    "InvalidAccessKeyId.NotFound": ErrorRow(404, "Specified access key is not found."),
    "InvalidAccessKeyId.Inactive": ErrorRow(400, "Specified access key is disabled."),
    "Forbidden.AccessKeyDisabled": ErrorRow(403, "The AccessKey is disabled."),
    "SignatureDoesNotMatch": ErrorRow(400, "Specified signature is not matched with our calculation."),
    "IncompleteSignature": ErrorRow(400, "The request signature does not conform to Aliyun standards."),
    "Forbidden.RAM": ErrorRow(403, "User not authorized to operate on the specified resource."),
    "NoPermission": ErrorRow(403, _DENIED),
    "NotAuthorized": ErrorRow(403, _DENIED),
    "InvalidApi.NotFound": ErrorRow(404, "Specified api is not found, please check your url and method."),
    "InvalidProduct.NotFound": ErrorRow(404, "Cannot find product according to your specified domain."),
    "InvalidProtocol.NeedSsl": ErrorRow(400, "Your request is denied as lack of ssl protect."),
    "InvalidVersion": ErrorRow(400, "Specified parameter Version is not valid."),
    "MissingSiteId": ErrorRow(400, "SiteId is mandatory for this action."),
    "MissingId": ErrorRow(400, "Id is mandatory for this action."),
    "InvalidParameter": ErrorRow(400, "The specified parameter is not valid."),
}

_BUSY = "The service is busy. Please try again later."
_NO_SITE = "The specified site does not exist."

# Codes that official ESA code retries or expects for a missing site. Their HTTP status is not documented.
FAMILY: dict[str, ErrorRow] = {
    "Site.ServiceBusy": ErrorRow(400, _BUSY),
    "Record.ServiceBusy": ErrorRow(400, _BUSY),
    "LockFailed": ErrorRow(400, "The resource is being changed by another request."),
    "InternalException": ErrorRow(400, _SERVER),
    "SiteNotFound": ErrorRow(404, _NO_SITE),
    "SiteNotFound.NotFound": ErrorRow(404, _NO_SITE),
    "101": ErrorRow(400, _NO_SITE),
    "32": ErrorRow(400, _NO_SITE),
}

ERRORS: dict[str, ErrorRow] = {**DOCUMENTED, **GATEWAY, **FAMILY}

# Codes whose answer carries RAM's explanation of the refusal beside the message.
_EXPLAINED = frozenset({"Forbidden.RAM", "NoPermission", "NotAuthorized"})


class ApiError(Exception):
    """An answer of the service that is an error: its code, HTTP status and message."""

    def __init__(self, code: str, message: str | None = None, status: int | None = None) -> None:
        row = ERRORS[code]
        self.code = code
        self.status = row.status if status is None else status
        self.message = row.message if message is None else message
        super().__init__(f"{self.code}: {self.message}")


def invalid(parameter: str) -> ApiError:
    """The refusal of a parameter for which there is no documented code."""
    return ApiError("InvalidParameter", f"The specified parameter {parameter} is not valid.")


def error_body(error: ApiError, *, request_id: str, host: str, action: str) -> dict[str, object]:
    """The JSON object that the service sends for an error."""
    body: dict[str, object] = {
        "RequestId": request_id,
        "HostId": host,
        "Code": error.code,
        "Message": error.message,
        "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}&product=ESA&requestId={request_id}",
    }
    if error.code in _EXPLAINED:
        body["AccessDeniedDetail"] = {
            "AuthAction": f"esa:{action}",
            "AuthPrincipalType": "SubUser",
            "AuthPrincipalDisplayName": "237511234567890123",
            "NoPermissionType": "ImplicitDeny",
            "PolicyType": "AccountLevelIdentityBasedPolicy",
            "EncodedDiagnosticMessage": "AQFybWlhbnEyZXhhbXBsZQ==",
        }
    return body
