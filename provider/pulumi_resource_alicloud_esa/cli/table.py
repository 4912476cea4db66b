"""The jobs as a table: fitted to a terminal, or plain columns of full width for a pipe."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

from ..esa.models import Job
from ..esa.printable import printable
from .say import coloured

_HEADINGS = ("ID", "NAME", "TYPE", "WAY", "DOMAINS", "URLS", "RUNS", "CREATED", "ERROR")


def job_table(jobs: Sequence[Job]) -> str:
    """The table, in colours where stdout is a terminal."""
    rows = [_cells(job) for job in jobs]
    if sys.stdout is not None and sys.stdout.isatty():
        return _fitted(rows)
    return _plain(rows)


def _cells(job: Job) -> tuple[str, ...]:
    urls = f"{_shown(job['urlSubmitted'])}/{_shown(job['urlCount'])}"
    before = (job["id"], job["name"], job["taskType"], job["insertWay"], job["domains"])
    after = (job["executionCount"], job["createdAt"], job["errorInfo"])
    return (*map(_shown, before), urls, *map(_shown, after))


def _shown(value: object) -> str:
    return "-" if value is None or value == "" else printable(str(value))


def _plain(rows: Sequence[Sequence[str]]) -> str:
    # Names may be Chinese, whose characters take two columns.
    from rich.cells import cell_len

    table = [_HEADINGS, *rows]
    widths = [max(cell_len(row[column]) for row in table) for column in range(len(_HEADINGS))]
    lines = [
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        for row in table
    ]
    return "".join(f"{printable(line.rstrip())}\n" for line in lines)


def _fitted(rows: Sequence[Sequence[str]]) -> str:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for heading in _HEADINGS:
        table.add_column(
            heading, overflow="fold", style="cyan" if heading == "NAME" else "red" if heading == "ERROR" else None
        )
    for row in rows:
        # Text, not str: a name in square brackets is no markup.
        table.add_row(*(Text(cell) for cell in row))
    console = Console(file=io.StringIO(), force_terminal=coloured(sys.stdout), width=Console().width)
    with console.capture() as captured:
        console.print(table)
    return captured.get()
