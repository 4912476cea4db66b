"""What the emulator can be told to get wrong, on which requests, and how often."""

from __future__ import annotations

import random
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from emulator.errors import ERRORS
from emulator.raw import RawAnswer

TotalCount = Literal["number", "text", "missing", "wrong", "empty", "abc"]
NoList = Literal["null", "missing"]
MomentSpelling = Literal["z", "plus_z", "fraction_z", "colon", "fraction", "compact", "milliseconds"]
Shift = Literal["delete", "insert"]
LONGEST = 1e9
MOST = 1000


@dataclass(frozen=True, kw_only=True)
class Glitch:
    """One thing to get wrong; without `times` it goes on until the table is cleared.

    When: `times` applies it that often, `every` to each nth matching request, `from_request` from the kth
    matching request on, `probability` by a seeded throw; all that are given must hold. `page`, `site_id`
    and `action` choose the requests that match.

    Instead of an answer: `code` (any key of `emulator.errors.ERRORS`, with `status` and `message` to overrule
    the documented ones and `retry_after` for the x-acs-retry-after header), `raw`, `stall` (no answer until
    the server stops), `reset` (TCP RST), `rate` (that many requests a second, the rest get `code` or
    TooManyRequests), `expire_token` (the STS token of the request is expired from now on).

    On the way: `delay` seconds before the answer, `cut` (only that many bytes of the promised body, then the
    end), `drip` (bytes at a time) every `drip_interval` seconds, `hang_up` (the connection is closed,
    unannounced, after the answer), `interim` (an answer of that 1xx status first, before any delay), `again`
    (the same answer once more on the kept connection, so many seconds later), `date` (the Date header; empty
    for none).

    Lies about pages: `clamp_page_size`, `ignore_page_size` (always 20), `repeat_first_page`, `shift` (a job
    at the top of the site is deleted or inserted once the page was served), `total_count`, `cap_total` (no
    TotalCount above it), `no_list` (null or left out instead of the list).

    Lies in rows: `stray_row` (the first one belongs to another site, job or id), `double_row` (the first one
    twice, with different fields), `repeat_key` (this key stands twice in one object, with two values),
    `numbers_as_text`, `moments` (all in one of the service's spellings), `error_info` (of every row).
    """

    times: int | None = None
    every: int | None = None
    from_request: int | None = None
    probability: float | None = None
    random_seed: int = 0
    page: int | None = None
    site_id: int | None = None
    action: str | None = None

    code: str | None = None
    status: int | None = None
    message: str | None = None
    retry_after: int | str | None = None
    raw: RawAnswer | None = None
    stall: bool = False
    reset: bool = False
    rate: float | None = None
    expire_token: bool = False

    delay: float = 0.0
    cut: int | None = None
    drip: int | None = None
    drip_interval: float = 0.1
    hang_up: bool = False
    interim: int | None = None
    again: float | None = None
    date: str | None = None

    clamp_page_size: int | None = None
    ignore_page_size: bool = False
    repeat_first_page: bool = False
    shift: Shift | None = None
    total_count: TotalCount | None = None
    cap_total: int | None = None
    no_list: NoList | None = None

    numbers_as_text: bool = False
    stray_row: bool = False
    double_row: bool = False
    repeat_key: str | None = None
    moments: MomentSpelling | None = None
    error_info: str | None = None

    def __post_init__(self) -> None:
        _check(self)

    @property
    def answers(self) -> bool:
        """Whether it takes the place of the answer, so that at most one of its kind applies to a request."""
        return bool(self.code or self.raw or self.stall or self.reset or self.rate or self.expire_token)

    def matches(self, action: str, site_id: int | None, page: int) -> bool:
        """Whether a request is one of those the glitch is meant for."""
        return self.action in (None, action) and self.site_id in (None, site_id) and self.page in (None, page)


class RateLimit:
    """So many requests a second, counted over a sliding second: whether each is within that."""

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


@dataclass
class _Entry:
    glitch: Glitch
    seen: int = 0
    applied: int = 0
    chance: random.Random = field(default_factory=random.Random)
    limit: RateLimit | None = None


class GlitchTable:
    """The glitches in force, in the order in which they were added."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._entries: list[_Entry] = []

    def add(self, *glitches: Glitch) -> None:
        """Puts glitches at the end of the table; ValueError if that makes too many."""
        if len(self._entries) + len(glitches) > MOST:
            raise ValueError(f"there may be {MOST} faults")
        for glitch in glitches:
            limit = RateLimit(glitch.rate, self._clock) if glitch.rate else None
            chance = random.Random(glitch.random_seed)  # noqa: S311 - repeatable, not secret
            self._entries = [*self._entries, _Entry(glitch, chance=chance, limit=limit)]

    def clear(self) -> None:
        """Takes every glitch out."""
        self._entries = []

    def applied(self) -> list[tuple[Glitch, int]]:
        """Each glitch with the number of requests it was applied to."""
        return [(entry.glitch, entry.applied) for entry in self._entries]

    def select(self, action: str, site_id: int | None, page: int) -> list[Glitch]:
        """The glitches that apply to a request, at most one of them in place of the answer; counts them."""
        chosen: list[Glitch] = []
        answered = False
        for entry in self._entries:
            if not entry.glitch.matches(action, site_id, page) or (answered and entry.glitch.answers):
                continue
            if _fires(entry):
                entry.applied += 1
                chosen.append(entry.glitch)
                answered = answered or entry.glitch.answers
        return chosen


def _fires(entry: _Entry) -> bool:
    glitch = entry.glitch
    if glitch.times is not None and entry.applied >= glitch.times:
        return False
    entry.seen += 1
    if glitch.from_request is not None and entry.seen < glitch.from_request:
        return False
    if glitch.every is not None and entry.seen % glitch.every:
        return False
    if glitch.probability is not None and entry.chance.random() >= glitch.probability:
        return False
    return entry.limit is None or not entry.limit.allow()


_CHOICES = {
    "shift": get_args(Shift),
    "total_count": get_args(TotalCount),
    "no_list": get_args(NoList),
    "moments": get_args(MomentSpelling),
}


def _check(glitch: Glitch) -> None:
    if glitch.code is not None and glitch.code not in ERRORS:
        raise ValueError(f"code {glitch.code!r} is not one of: {', '.join(sorted(ERRORS))}")
    kinds = [bool(glitch.code and not glitch.rate), bool(glitch.raw), glitch.stall, glitch.reset, bool(glitch.rate)]
    if sum(kinds) + glitch.expire_token > 1:
        raise ValueError("give only one of code, raw, stall, reset, rate and expire_token")
    for name, words in _CHOICES.items():
        if getattr(glitch, name) not in (None, *words):
            raise ValueError(f"{name} must be one of: {', '.join(words)}")
    for name in ("times", "every", "from_request", "drip", "clamp_page_size"):
        value = getattr(glitch, name)
        if value is not None and value < 1:
            raise ValueError(f"{name} must be 1 or more")
    for name in ("delay", "drip_interval", "cut", "rate", "again", "cap_total"):
        value = getattr(glitch, name)
        if value is not None and not 0 <= value < LONGEST:
            raise ValueError(f"{name} must be 0 or more, and below {LONGEST:.0e}")
    if glitch.status is not None and not 200 <= glitch.status <= 599:
        raise ValueError("status must be from 200 to 599")
    if glitch.interim is not None and not 102 <= glitch.interim <= 199:
        raise ValueError("interim must be from 102 to 199")
    if glitch.date is not None and not re.fullmatch(r"[ -~]*", glitch.date):
        raise ValueError("date must be printable ASCII")
    if glitch.retry_after is not None and not re.fullmatch(r"[ -~]*", str(glitch.retry_after)):
        raise ValueError("retry_after must be printable ASCII")
