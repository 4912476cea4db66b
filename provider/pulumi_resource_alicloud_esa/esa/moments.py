"""Moments: RFC 3339 as a caller writes them, and every spelling in which the service has been seen to answer one."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

# Texts, compiled when the first moment is read: few calls have one.
_BEFORE_THE_OFFSET = r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?"
_RFC3339 = _BEFORE_THE_OFFSET + r"(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))"
# The service's own examples have `+Z` and an offset without its colon, its parameters have epoch milliseconds.
_ANSWERED = _BEFORE_THE_OFFSET + r"(?:\+?[Zz]|([+-])([01]\d|2[0-3]):?([0-5]\d))"
_MILLISECONDS = r"\d{1,15}"
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def parse_rfc3339(text: str) -> int | None:
    """Milliseconds since 1970 of an RFC 3339 moment, None for any other text."""
    return _milliseconds(_nanoseconds(re.fullmatch(_RFC3339, text, re.ASCII)))


def parse_answered(text: str) -> int | None:
    """Milliseconds since 1970 of a moment in any spelling of the service's, None for any other text."""
    return _milliseconds(_answered(text))


def canonical_moment(text: str) -> str:
    """A moment of the service's in the one spelling that is compared: UTC, with milliseconds or what is finer.

    Nothing of it is rounded. Text that is not a moment stays as it is: it can still be compared with itself.
    """
    nanoseconds = _answered(text)
    return text if nanoseconds is None else _format(nanoseconds) or text


def format_moment(milliseconds: int) -> str | None:
    """`2024-06-01T08:53:13Z` of milliseconds since 1970; None beyond the calendar."""
    return _format(milliseconds * 10**6)


def _answered(text: str) -> int | None:
    text = text.strip()
    if re.fullmatch(_MILLISECONDS, text, re.ASCII):
        return int(text) * 10**6
    return _nanoseconds(re.fullmatch(_ANSWERED, text, re.ASCII))


def _format(nanoseconds: int) -> str | None:
    seconds, fraction = divmod(nanoseconds, 10**9)
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None
    digits = f".{fraction:09d}" if fraction else ""
    while digits.endswith("000"):
        digits = digits[:-3]
    return moment.isoformat(timespec="seconds").replace("+00:00", f"{digits}Z")


def _milliseconds(nanoseconds: int | None) -> int | None:
    return None if nanoseconds is None else nanoseconds // 10**6


def _nanoseconds(match: re.Match[str] | None) -> int | None:
    if match is None:
        return None
    *parts, fraction, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        moment = datetime(*(int(part) for part in parts), tzinfo=timezone.utc)  # type: ignore[misc,arg-type]
        moment -= -offset if sign == "-" else offset
    except (ValueError, OverflowError):
        return None
    return (moment - _EPOCH) // timedelta(seconds=1) * 10**9 + int(f"{fraction or 0:0<9}")
