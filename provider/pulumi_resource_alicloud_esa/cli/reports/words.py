"""One difference in one sentence."""

from __future__ import annotations

from ...drift.compare import Difference, Kind
from ...drift.text import label, value


def describe(difference: Difference) -> str:
    """The job, and what is wrong with it; expects a difference whose texts are printable."""
    if difference.kind is Kind.MISSING:
        return f"job {label(difference)} is gone"
    if difference.kind is Kind.UNEXPECTED:
        return f"job {label(difference)} is new"
    return f"job {label(difference)}: {change(difference)}"


def change(difference: Difference) -> str:
    """The field of a changed job with both sides."""
    return f"{difference.field} {value(difference.expected)} => {value(difference.actual)}"
