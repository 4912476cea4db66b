"""The service's clock, as its answers' Date tells it: the one authority on whether a planned moment has passed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

# The service refuses a request whose date is further off than this; so a Date further off cannot be the service's.
_TOLERANCE = timedelta(minutes=15)


class ServiceClock:
    """What time it is at the service; safe to share between threads."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._last: tuple[datetime, float] | None = None

    def saw(self, date: datetime | None, signed: datetime) -> None:
        """Take the Date of an answer to a request that was signed with this date, and accepted."""
        if date is not None and abs(date - signed) <= _TOLERANCE:
            self._last = date, self._monotonic()

    def milliseconds(self) -> int | None:
        """Milliseconds since 1970 at the service; None before its first answer."""
        if self._last is None:
            return None
        date, seen = self._last
        return round((date.timestamp() + self._monotonic() - seen) * 1000)
