"""What every list has in common: its formats, its table with a note below it, and where it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..config import Settings
from ..esa.errors import Fault
from ..esa.inputs import Inputs, shown
from . import say
from .files import write_stdout
from .session import read_all
from .table import Column, table

T = TypeVar("T")
FORMATS = ("table", "json")


def read_form(
    values: Mapping[str, Any],
    connection: Mapping[str, Any],
    form: str,
    read: Callable[[Inputs], T],
    accepted: Sequence[str] = FORMATS,
) -> tuple[T, Settings]:
    """What `read` makes of the values, and the settings; raises InvalidInput with all faults, the format's too."""

    def read_and_check(inputs: Inputs) -> T:
        if form not in accepted:
            inputs.faults.append(Fault("--format", f"{shown(form)} is not accepted; give {' or '.join(accepted)}"))
        return read(inputs)

    return read_all(values, connection, read_and_check)


def tabled(columns: Sequence[Column], rows: Sequence[Mapping[str, Any]], wide: bool, note: str) -> int:
    """Write a table, and below it the note and the columns that it had no room for."""
    text, left_out = table(columns, rows, wide)
    write_stdout(text)
    say.note(f"{note} ({', '.join(left_out)} left out, --wide shows all)" if left_out else note)
    return 0


def written(text: str) -> int:
    """Write a text to stdout."""
    write_stdout(text)
    return 0
