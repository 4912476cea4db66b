"""Where each report goes: `FORMAT`, or `FORMAT=FILE`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from ..esa.errors import Fault
from ..esa.inputs import shown
from .drift_record import STDOUT, unwritable
from .reports import FORMATS

_OPTION = "--format"


@dataclass(frozen=True)
class Destination:
    """One report to write; no file is stdout."""

    form: str
    file: str | None = None


def read_destinations(given: Sequence[str], baseline: str) -> tuple[list[Destination], list[Fault]]:
    """The reports asked for, text where none is, and what is wrong with them."""
    faults: list[Fault] = []
    destinations: list[Destination] = []
    # The baseline is never written over, under any name.
    taken = {os.path.realpath(baseline): "the baseline"}
    for text in given or ("text",):
        form, equals, file = text.partition("=")
        if form not in FORMATS:
            faults.append(Fault(_OPTION, f"{shown(form)} is not accepted; give {', '.join(FORMATS)}"))
            continue
        to_stdout = not equals or file == STDOUT
        place = STDOUT if to_stdout else os.path.realpath(file)
        reason = None if to_stdout else unwritable(file)
        if reason is None and place in taken and not _may_share(file):
            where = "stdout" if to_stdout else file
            reason = f"{where} is taken by {taken[place]}; give each report its own file"
        if reason is not None:
            faults.append(Fault(_OPTION, f"{text}: {reason}"))
        taken[place] = form
        destinations.append(Destination(form, None if to_stdout else file))
    return destinations, faults


def _may_share(file: str) -> bool:
    return file == os.devnull
