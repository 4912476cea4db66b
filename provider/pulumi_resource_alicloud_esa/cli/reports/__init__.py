"""The reports of a check: one file a format, which turns an Outcome into text; here, which are asked for and where."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...esa.errors import Fault
from ...esa.inputs import shown
from .. import say
from ..faults import error_lines
from ..files import STDOUT, PipeClosed, place_of, unwritable, write_file, write_stdout
from ..outcome import Outcome
from . import json_report, junit, markdown, sarif, text

FORMATS: dict[str, Callable[[Outcome], str]] = {
    "text": text.render,
    "json": json_report.render,
    "markdown": markdown.render,
    "junit": junit.render,
    "sarif": sarif.render,
}
_OPTION = "--format"


@dataclass(frozen=True)
class Report:
    """One report to write; no file is stdout."""

    form: str
    file: str | None = None

    def write(self, outcome: Outcome) -> bool:
        """Whether the report was written; when one fails, the others are written all the same."""
        try:
            if self.file is not None:
                write_file(self.file, FORMATS[self.form](outcome))
            else:
                write_stdout(text.screen(outcome) if self.form == "text" else FORMATS[self.form](outcome))
        except PipeClosed:
            # The reader of our output closed it early (`| head`); the exit code is still the verdict.
            pass
        except OSError as error:
            for line in error_lines(error):
                say.error(line)
            return False
        return True


def read_reports(given: Sequence[str], baseline: str) -> tuple[list[Report], list[Fault]]:
    """The reports asked for, text where none is, and what is wrong with them."""
    faults: list[Fault] = []
    reports: list[Report] = []
    # The baseline is never written over, under any name.
    taken = {place_of(baseline): "the baseline"}
    for wanted in given or ("text",):
        form, equals, file = wanted.partition("=")
        if form not in FORMATS:
            faults.append(Fault(_OPTION, f"{shown(form)} is not accepted; give {', '.join(FORMATS)}"))
            continue
        place = place_of(file) if equals and file != STDOUT else STDOUT
        to_stdout = place == STDOUT
        reason = None if to_stdout else unwritable(file)
        if reason is None and place in taken and not _may_share(file):
            where = "stdout" if to_stdout else file
            reason = f"{where} is taken by {taken[place]}; give each report its own file"
        if reason is not None:
            faults.append(Fault(_OPTION, f"{wanted}: {reason}"))
        taken[place] = form
        reports.append(Report(form, None if to_stdout else file))
    return reports, faults


def _may_share(file: str) -> bool:
    return file == os.devnull
