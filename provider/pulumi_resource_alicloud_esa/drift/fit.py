"""Which of several candidates is meant, where nothing but its values says so."""

from __future__ import annotations

from collections.abc import Sequence


def best_fit(costs: Sequence[Sequence[int]]) -> dict[int, int]:
    """Which column belongs to each row: as many pairs at no cost as there can be, then the cheapest first.

    `costs` has a row for each of those that look for one, and a column for each that can be found; every pair is
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
    """Find a column at no cost for one more row, moving others to theirs where that makes room."""
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
