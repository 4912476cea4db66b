"""Which of several candidates is meant, judged by their values alone."""

from __future__ import annotations

from collections.abc import Sequence


def best_fit(costs: Sequence[Sequence[int]]) -> dict[int, int]:
    """The column for each row: as many pairs without cost as possible, then the cheapest first.

    `costs` has a row for each declared item and a column for each candidate; every pair is
    allowed. Taking the first perfect fit for each row is not enough: it may be the only one of a later row.
    """
    taken_by: dict[int, int] = {}
    column_of: dict[int, int] = {}
    for row in range(len(costs)):
        _fit_perfectly(row, costs, taken_by, column_of)
    pairs = (
        (cost, row, column)
        for row, line in enumerate(costs)
        if row not in column_of
        for column, cost in enumerate(line)
        if column not in taken_by
    )
    for _, row, column in sorted(pairs):
        if row not in column_of and column not in taken_by:
            column_of[row], taken_by[column] = column, row
    return column_of


def _fit_perfectly(
    start: int, costs: Sequence[Sequence[int]], taken_by: dict[int, int], column_of: dict[int, int]
) -> None:
    """Find a column without cost for one more row, moving other rows to other such columns where that makes room."""
    reached_from: dict[int, int] = {}
    rows = [start]
    for row in rows:
        for column, cost in enumerate(costs[row]):
            if cost or column in reached_from:
                continue
            reached_from[column] = row
            if column in taken_by:
                rows.append(taken_by[column])
                continue
            while True:
                mover = reached_from[column]
                left = column_of.get(mover)
                column_of[mover], taken_by[column] = column, mover
                if left is None:
                    return
                column = left
