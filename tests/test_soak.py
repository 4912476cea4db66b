"""A short version of `make soak`: right answers or clean errors, and nothing left over."""

from __future__ import annotations

from benchmarks.soak import soak


def test_a_short_soak_leaves_right_answers_clean_errors_and_nothing_else() -> None:
    result = soak(calls=250, threads=50, most_seconds=60)
    assert result.faults == []
    assert result.injected >= 20
    assert result.right + sum(result.errors.values()) == 250
