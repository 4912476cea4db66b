"""A rate limit: so many requests a second, counted over a sliding second."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class RateLimit:
    """Decides for each request whether it is within the limit."""

    def __init__(self, per_second: float, clock: Callable[[], float]) -> None:
        # A rate below one a second is counted as one request in a longer span.
        self._span = 1.0 if per_second >= 1 else 1.0 / per_second
        self._most = max(1, int(per_second))
        self._clock = clock
        self._admitted: deque[float] = deque()

    def allow(self) -> bool:
        """Counts the request if it is within the limit; a refused one does not count."""
        now = self._clock()
        while self._admitted and now - self._admitted[0] >= self._span:
            self._admitted.popleft()
        if len(self._admitted) >= self._most:
            return False
        self._admitted.append(now)
        return True
