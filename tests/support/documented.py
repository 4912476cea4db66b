"""What the page of ListScheduledPreloadJobs prints: its error codes, and the job of its example."""

from __future__ import annotations

from emulator import EXAMPLE_SITE_ID

# Each with its status.
CODES = {
    "InvalidEndTime.Mismatch": 400,
    "InvalidJob.JobCountOfSiteFull": 400,
    "InvalidParameter.ObjectId": 400,
    "MissingOssUrl": 400,
    "MissingUrlList": 400,
    "TooManyRequests": 400,
    "InvalidUid.PermissionDenied": 403,
    "InvalidJob.NotFound": 404,
    "LogNotFound": 404,
    "InvalidExecution.NotFound": 404,
}
EXAMPLE = {
    "aliUid": "15685865xxx14622",
    "createdAt": "2024-06-01T08:53:13Z",
    "domains": "testurl.com",
    "errorInfo": "invalid domain:test.com",
    "executionCount": 1,
    "failedFileOss": "https://xxxobject.oss-cn-reginon.aliyuncs.com/9d91_xxxxxxxxxxx_158bb6e0f97c477791209bb46bd599f7",
    "fileId": "665d3b48621bccf3fe29e1a7",
    "id": "665d3af3621bccf3fe29e1a4",
    "insertWay": "oss",
    "name": "example",
    "siteId": str(EXAMPLE_SITE_ID),
    "taskSubmitted": 1,
    "taskType": "preload",
    "urlCount": 2,
    "urlSubmitted": 1,
}
