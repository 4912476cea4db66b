"""The jobs that a new emulator holds, the same at every start."""

from __future__ import annotations

import functools
import hashlib
import random
import zlib

from emulator.jobs import Job
from emulator.moments import format_moment, format_time, parse_time

SITE_ID = 190007158391808
EXAMPLE_SITE_ID = 190007158391809
EMPTY_SITE_ID = 190007158391810
FOREIGN_SITE_ID = 190007158391811

ALI_UID = "15685865xxx14622"
EXAMPLE_JOB_ID = "665d3af3621bccf3fe29e1a4"

_FIRST = parse_time("2024-05-01T00:00:00Z")
_LAST = parse_time("2024-07-31T23:59:59Z")
_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
# A job may claim any ExecutionCount; only so many executions are made for it.
MOST_EXECUTIONS = 1000
STATUSES = ("waiting", "running", "finished", "failed", "stopped")
Execution = dict[str, object]

_NAMES = (
    "nightly-homepage-warmup",
    "release-{month}-assets",
    "game-client-patch-{number}",
    "summer-sale-landing",
    "video-segments-hot-{number}",
    "checkout-static-refresh",
    "docs-site-rebuild",
    "mobile-app-config",
    "image-sprites-v{number}",
    "live-event-playlist-{month}",
)
_DOMAINS = (
    "www.example.com",
    "static.example.com",
    "img.example.com",
    "video.example.net",
    "docs.example.org",
)
_ERRORS = ("invalid domain:test.com", "invalid url:http://", "domain not configured:old.example.com")


def example_job(site_id: int) -> Job:
    """The job of the documented example."""
    return Job(
        {
            "AliUid": ALI_UID,
            "CreatedAt": "2024-06-01T08:53:13Z",
            "Domains": "testurl.com",
            "ErrorInfo": "invalid domain:test.com",
            "FailedFileOss": "https://xxxobject.oss-cn-reginon.aliyuncs.com/"
            "9d91_xxxxxxxxxxx_158bb6e0f97c477791209bb46bd599f7",
            "FileId": "665d3b48621bccf3fe29e1a7",
            "Id": EXAMPLE_JOB_ID,
            "InsertWay": "oss",
            "Name": "example",
            "SiteId": site_id,
            "TaskSubmitted": 1,
            "TaskType": "preload",
            "UrlCount": 2,
            "UrlSubmitted": 1,
            "ExecutionCount": 1,
        }
    )


@functools.cache
def seeded_jobs(site_id: int, count: int = 45) -> tuple[Job, ...]:
    """Believable jobs created from May to July 2024, newest first, the documented example among them."""
    chance = random.Random(site_id)  # noqa: S311 - repeatable, not secret
    jobs = [example_job(site_id)]
    for number in range(1, count):
        created = chance.randrange(_FIRST, _LAST, 1000)
        jobs.append(_believable_job(site_id, number, created, chance))
    return tuple(sorted(jobs, key=lambda job: (-job.created_ms, job.id)))


def generated_jobs(site_id: int, count: int) -> list[Job]:
    """Any number of jobs, a minute apart, newest first."""
    return [_plain_job(site_id, number) for number in range(count, 0, -1)]


def new_job(site_id: int, number: int) -> Job:
    """The job that is added when a caller gives no field: newer than every seeded one."""
    job = _plain_job(site_id, number)
    created = format_time(_LAST + number * _MINUTE_MS)
    return job.with_changes({"Id": object_id(site_id, "new", number), "CreatedAt": created})


def seeded_executions(job: Job) -> list[Execution]:
    """As many executions as the job's ExecutionCount says, the same ones each time."""
    chance = random.Random(job.id)  # noqa: S311 - repeatable, not secret
    count = job.fields.get("ExecutionCount", 0)
    made = min(count, MOST_EXECUTIONS) if isinstance(count, int) else 0
    return [_execution(job, number, chance) for number in range(made)]


def new_execution(job: Job, number: int, now_ms: int) -> Execution:
    """The execution that is added when a caller gives no field: an hour long, in an hour."""
    return {
        "AliUid": job.fields.get("AliUid", ""),
        "EndTime": format_moment(now_ms + 2 * _HOUR_MS),
        "Id": object_id(job.id, "execution", number),
        "Interval": 60,
        "JobId": job.id,
        "SliceLen": 10,
        "StartTime": format_moment(now_ms + _HOUR_MS),
        "Status": "waiting",
    }


def object_id(owner: int | str, kind: str, number: int) -> str:
    """24 hex digits that are the same for the same arguments."""
    return hashlib.sha256(f"{owner}/{kind}/{number}".encode()).hexdigest()[:24]


def _believable_job(site_id: int, number: int, created: int, chance: random.Random) -> Job:
    total = chance.randint(2, 400)
    failed = number % 7 == 3
    submitted = total - chance.randint(1, total) if failed else total
    name = _NAMES[number % len(_NAMES)].format(month=format_time(created)[:7], number=number)
    domains = chance.sample(_DOMAINS, chance.choice((1, 1, 1, 2, 3)))
    fields: dict[str, object] = {
        "AliUid": ALI_UID,
        "CreatedAt": format_time(created),
        "Domains": ",".join(domains),
        "ErrorInfo": chance.choice(_ERRORS) if failed else "",
        "FailedFileOss": _failed_file(site_id, number) if failed else "",
        "FileId": object_id(site_id, "file", number),
        "Id": object_id(site_id, "job", number),
        "InsertWay": chance.choice(("oss", "textBox")),
        "Name": name,
        "SiteId": site_id,
        "TaskSubmitted": submitted,
        "TaskType": chance.choice(("preload", "preload", "refresh")),
        "UrlCount": total,
        "UrlSubmitted": submitted,
        "ExecutionCount": chance.randint(1, 4),
    }
    return Job(fields)


def _failed_file(site_id: int, number: int) -> str:
    return f"https://example-bucket.oss-cn-hangzhou.aliyuncs.com/{object_id(site_id, 'failed', number)}"


def _plain_job(site_id: int, number: int) -> Job:
    job_id = object_id(site_id, "generated", number)
    return Job(
        {
            "AliUid": ALI_UID,
            "CreatedAt": format_time(_FIRST + number * _MINUTE_MS),
            "Domains": _DOMAINS[number % len(_DOMAINS)],
            "ErrorInfo": "",
            "FailedFileOss": "",
            "FileId": job_id[::-1],
            "Id": job_id,
            "InsertWay": "textBox" if number % 2 else "oss",
            "Name": f"warmup-{number:06d}",
            "SiteId": site_id,
            "TaskSubmitted": number % 50,
            "TaskType": "refresh" if number % 10 == 0 else "preload",
            "UrlCount": number % 50,
            "UrlSubmitted": number % 50,
            "ExecutionCount": number % 4,
        }
    )


def _execution(job: Job, number: int, chance: random.Random) -> Execution:
    start = job.created_ms + (number * 24 + chance.randint(1, 12)) * _HOUR_MS + zlib.crc32(job.id.encode()) % 1000
    return {
        "AliUid": job.fields.get("AliUid", ""),
        "EndTime": format_moment(start + chance.randint(1, 6) * _HOUR_MS),
        "Id": f"{chance.getrandbits(96):024x}",
        "Interval": chance.choice((30, 60, 300)),
        "JobId": job.id,
        "SliceLen": chance.choice((5, 10, 50)),
        "StartTime": format_moment(start),
        "Status": "failed" if job.fields.get("ErrorInfo") and number == 0 else chance.choice(STATUSES),
    }
