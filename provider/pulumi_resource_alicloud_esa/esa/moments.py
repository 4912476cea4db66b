"""Moments: RFC 3339 as a caller writes them, and every spelling in which the service has been seen to answer one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

_BEFORE_THE_OFFSET = r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?"
_RFC3339 = re.compile(_BEFORE_THE_OFFSET + r"(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))", re.ASCII)
# The service's own examples have `+Z` and an offset without its colon, its parameters have epoch milliseconds.
_ANSWERED = re.compile(_BEFORE_THE_OFFSET + r"(?:\+?[Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d))", re.ASCII)
_MILLISECONDS = re.compile(r"\d{1,15}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def parse_rfc3339(text: str) -> int | None:
    """Milliseconds since 1970 of an RFC 3339 moment, None where the text is none."""
    return _milliseconds(_RFC3339.fullmatch(text))


def parse_answered(text: str) -> int | None:
    """Milliseconds since 1970 of a moment in any spelling of the service's, None where the text is none."""
    text = text.strip()
    return int(text) if _MILLISECONDS.fullmatch(text) else _milliseconds(_ANSWERED.fullmatch(text))


def canonical_moment(text: str) -> str:
    """A moment of the service's in the one spelling that is compared: UTC, milliseconds where there are any.

    Text that is no moment stays as it is: it can still be compared with itself.
    """
    milliseconds = parse_answered(text)
    return text if milliseconds is None else format_moment(milliseconds) or text


def format_moment(milliseconds: int) -> str | None:
    """`2024-06-01T08:53:13Z` of milliseconds since 1970; None beyond the calendar."""
    try:
        moment = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return None
    return moment.isoformat(timespec="milliseconds" if milliseconds % 1000 else "seconds").replace("+00:00", "Z")


def _milliseconds(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    *parts, fraction, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        moment = datetime(*(int(part) for part in parts), tzinfo=timezone.utc)  # type: ignore[misc,arg-type]
        moment -= -offset if sign == "-" else offset
    except (ValueError, OverflowError):
        return None
    return (moment - _EPOCH) // timedelta(milliseconds=1) + int(f"{fraction or 0:0<3}"[:3])
