"""A difference made harmless for people."""

from __future__ import annotations

from dataclasses import replace

from ..drift.compare import Difference
from ..esa.printable import printable


def clean(difference: Difference) -> Difference:
    """A difference whose texts are all printable, for reports that people read."""
    return replace(
        difference,
        job_id=printable(difference.job_id),
        name=printable(difference.name),
        execution_id=printable(difference.execution_id),
        expected=_printable_side(difference.expected),
        actual=_printable_side(difference.actual),
    )


def _printable_side(side: str | int | None) -> str | int | None:
    return printable(side) if isinstance(side, str) else side
