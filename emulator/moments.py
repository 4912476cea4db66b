"""Moments on the wire: the spellings that the service reads, and the two in which it answers."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
# The service's own pages spell an offset `Z`, `+Z`, `+08:00` and `+0800`, with and without a fraction.
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:\+?Z|([+-])(\d\d):?(\d\d))",
    re.ASCII,
)
_CHINA = timezone(timedelta(hours=8))
_LAST_MS = 253402271999000  # 9999-12-31T15:59:59Z


def parse_time(text: str) -> int:
    """Milliseconds since the epoch of a time written `2024-06-01T08:53:13Z`."""
    if _TIME.fullmatch(text) is None:
        raise ValueError(f"{text!r} is not a time like 2024-06-01T08:53:13Z")
    # Ten times as fast as strptime, which counts when a site is given 100,000 jobs.
    return int(datetime.fromisoformat(text[:-1] + "+00:00").timestamp()) * 1000


def format_time(milliseconds: int) -> str:
    """A job's spelling of a moment: `2024-06-01T08:53:13Z`."""
    moment = datetime.fromtimestamp(milliseconds // 1000, tz=timezone.utc)
    return moment.isoformat()[:19] + "Z"


def parse_moment(text: str) -> int:
    """Milliseconds since the epoch of a moment in any spelling of the service's pages; else ValueError."""
    parts = _MOMENT.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is not a moment like 2024-05-31T17:10:48.849+08:00")
    wall, fraction, sign, hours, minutes = parts.groups()
    offset = (int(hours) * 60 + int(minutes)) * 60_000 if sign else 0
    milliseconds = parse_time(wall + "Z") + int((fraction or "0").ljust(3, "0")[:3])
    return milliseconds + offset if sign == "-" else milliseconds - offset


def format_moment(milliseconds: int) -> str:
    """An execution's spelling of a moment: `2024-05-31T17:10:48.849+08:00`."""
    # An execution of a job of the year 9999 would end in the year 10000, which datetime cannot hold.
    milliseconds = min(milliseconds, _LAST_MS)
    moment = datetime.fromtimestamp(milliseconds // 1000, tz=_CHINA)
    return f"{moment.isoformat()[:19]}.{milliseconds % 1000:03d}+08:00"
