"""The rate limit, on a clock of its own."""

from __future__ import annotations

from emulator.glitches import RateLimit


def test_a_rate_limit_counts_over_a_sliding_second() -> None:
    now = [0.0]
    limit = RateLimit(2, lambda: now[0])
    answers = []
    for now[0] in (0.0, 0.5, 0.9, 1.0, 1.4, 1.5):
        answers.append(limit.allow())
    assert answers == [True, True, False, True, False, True]
    slow = RateLimit(0.5, lambda: now[0])
    now[0] = 0.0
    assert slow.allow()
    now[0] = 1.9
    assert not slow.allow()
    now[0] = 2.0
    assert slow.allow()
