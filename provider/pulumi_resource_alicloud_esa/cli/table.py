"""Rows as a table: fitted to a terminal, or plain columns of full width for a pipe."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from ..esa.printable import printable
from . import say
from .files import write_stdout
from .say import BOLD, CYAN, RED, coloured, painted

_GAP = "  "
_CUT = "…"
# Columns that may be cut are cut to their own least width before one is left out, and to this width after that.
_LEAST = 8
# In a pipe a longer cell sticks out: padding every row to one huge name would write it as often as there are rows.
_WIDEST = 100
# No terminal shows more of a cell than this.
_LONGEST = 1000


@dataclass(frozen=True)
class Column:
    """One column: `leave_out` is its turn when a terminal is too narrow (0: never), `least` what it may be cut to."""

    heading: str
    value: Callable[[Mapping[str, Any]], object]
    leave_out: int = 0
    least: int = 0
    right: bool = False
    colour: str = ""


def _urls(job: Mapping[str, Any]) -> str:
    return "/".join("-" if job[name] is None else str(job[name]) for name in ("urlSubmitted", "urlCount"))


def _tags(site: Mapping[str, Any]) -> str:
    return ",".join(f"{key}={value}" for key, value in (site["tags"] or {}).items())


JOB_COLUMNS = (
    Column("ID", itemgetter("id")),
    Column("NAME", itemgetter("name"), least=20, colour=CYAN),
    Column("TYPE", itemgetter("taskType"), leave_out=4),
    Column("WAY", itemgetter("insertWay"), leave_out=1),
    Column("DOMAINS", itemgetter("domains"), leave_out=3, least=16),
    Column("URLS", _urls, leave_out=5, right=True),
    Column("RUNS", itemgetter("executionCount"), leave_out=2, right=True),
    Column("CREATED", itemgetter("createdAt")),
    Column("ERROR", itemgetter("errorInfo"), leave_out=6, least=10, colour=RED),
)
# Beside a site, the first three and the name still fit into 80 columns.
_OF_SITES = tuple(
    replace(column, least=15)
    if column.heading == "NAME"
    else replace(column, leave_out=column.leave_out or 7)
    if column.heading == "CREATED"
    else column
    for column in JOB_COLUMNS
)
SITE_COLUMNS = (
    Column("ID", itemgetter("siteId")),
    Column("NAME", itemgetter("siteName"), least=20, colour=CYAN),
    Column("STATUS", itemgetter("status")),
    Column("ACCESS", itemgetter("accessType"), leave_out=2),
    Column("COVERAGE", itemgetter("coverage"), leave_out=1),
    Column("PLAN", itemgetter("planSpecName"), leave_out=3),
    Column("TAGS", _tags, leave_out=5, least=12),
    Column("CREATED", itemgetter("createTime"), leave_out=4),
)
EXECUTION_COLUMNS = (
    Column("ID", itemgetter("id")),
    Column("STATUS", itemgetter("status"), colour=CYAN),
    Column("START", itemgetter("startTime")),
    Column("END", itemgetter("endTime")),
    Column("INTERVAL", itemgetter("interval"), leave_out=2, right=True),
    Column("SLICE", itemgetter("sliceLen"), leave_out=1, right=True),
)


def job_columns(named: bool) -> tuple[Column, ...]:
    """The columns of the jobs of several sites; `named` where their sites have names, beside which ids come last."""
    site = Column("SITE", itemgetter("site"), least=14 if named else 0, colour=CYAN)
    return (site, *([Column("SITE ID", itemgetter("siteId"), leave_out=1)] if named else []), *_OF_SITES)


def table(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], wide: bool = False) -> tuple[str, list[str]]:
    """The table, and the headings that a terminal has no room for; `wide`, like a pipe, leaves out and cuts nothing."""
    fitted = not wide and sys.stdout is not None and sys.stdout.isatty()
    cells = [[_shown(column.value(row), _LONGEST if fitted else None) for column in columns] for row in rows]
    widths = _widths(columns, cells)
    kept = list(range(len(columns)))
    if fitted:
        width = shutil.get_terminal_size().columns
        kept = _kept(columns, cells, widths, width)
        _shrink(columns, widths, kept, width)
    else:
        widths = [min(natural, _WIDEST) for natural in widths]
    in_colours = coloured(sys.stdout)
    lines = [_line(columns, [column.heading for column in columns], widths, kept, fitted, BOLD if in_colours else "")]
    lines += [_line(columns, row, widths, kept, fitted, None if in_colours else "") for row in cells]
    left_out = [column.heading for number, column in enumerate(columns) if number not in kept]
    return "".join(f"{line}\n" for line in lines), left_out


def tabled(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], wide: bool, note: str) -> int:
    """Write a table, and below it the note and the columns that it had no room for."""
    text, left_out = table(columns, rows, wide)
    write_stdout(text)
    say.note(f"{note} ({', '.join(left_out)} left out, --wide shows all)" if left_out else note)
    return 0


def _shown(value: object, longest: int | None) -> str:
    return "-" if value is None or value == "" else printable(str(value), longest)


def _widths(columns: Sequence[Column], cells: Sequence[Sequence[str]]) -> list[int]:
    # Names may be Chinese, whose characters take two columns.
    from rich.cells import cell_len

    return [
        max([cell_len(column.heading), *(cell_len(row[number]) for row in cells)])
        for number, column in enumerate(columns)
    ]


def _kept(columns: Sequence[Column], cells: Sequence[Sequence[str]], widths: Sequence[int], width: int) -> list[int]:
    """The columns that there is room for; columns without content are left out first."""
    kept = list(range(len(columns)))
    empty = {number for number in kept if cells and all(row[number] == "-" for row in cells)}
    for number in sorted(kept, key=lambda number: (number not in empty, columns[number].leave_out)):
        least = sum(min(widths[kept_one], columns[kept_one].least or widths[kept_one]) for kept_one in kept)
        if least + len(_GAP) * (len(kept) - 1) <= width:
            break
        if columns[number].leave_out:
            kept.remove(number)
    return kept


def _shrink(columns: Sequence[Column], widths: list[int], kept: Sequence[int], width: int) -> None:
    """Take from the widest of what can be cut until all fits."""
    elastic = [number for number in kept if columns[number].least]
    over = sum(widths[number] for number in kept) + len(_GAP) * (len(kept) - 1) - width
    for _ in range(max(over, 0)):
        widest = max(elastic, key=lambda number: (widths[number] > columns[number].least, widths[number]), default=None)
        if widest is None or widths[widest] <= _LEAST:
            break
        widths[widest] -= 1


def _line(
    columns: Sequence[Column],
    row: Sequence[str],
    widths: Sequence[int],
    kept: Sequence[int],
    cut: bool,
    colour: str | None,
) -> str:
    """One line of the cells that are kept; `colour` None means each column's own."""
    from rich.cells import cell_len, set_cell_size

    parts = []
    for number in kept:
        column, text, width = columns[number], row[number], widths[number]
        length = cell_len(text)
        if cut and length > width:
            text, length = set_cell_size(text, width - 1) + _CUT, width
        blanks = " " * (width - length)
        if number == kept[-1] and not column.right:
            blanks = ""
        shown = painted(text, (column.colour if text != "-" else "") if colour is None else colour)
        parts.append(blanks + shown if column.right else shown + blanks)
    return _GAP.join(parts).rstrip()
