"""The reports of a check: each format's file turns a Check into text; here, which are asked for and where."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ...drift.compare import Kind
from ...esa.errors import Fault
from ...esa.inputs import shown
from .. import say
from ..adopt import FORMATS as IMPORTS
from ..adopt import Found, format_of
from ..baseline_files import is_baseline_name
from ..faults import error_lines
from ..files import STDOUT, PipeClosed, place_of, unwritable, write_file, write_stdout
from ..outcome import Check
from . import json_report, junit, markdown, sarif, text

FORMATS: dict[str, Callable[[Check], str]] = {
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

    def write(self, check: Check) -> bool:
        """Whether the report was written; when one fails, the others are written all the same."""
        to_screen = self.file is None and self.form == "text"
        return write(self.file or STDOUT, text.screen(check) if to_screen else FORMATS[self.form](check))


def write(file: str, content: str) -> bool:
    """Whether it is where it belongs; why not is said."""
    try:
        if file == STDOUT:
            write_stdout(content)
        else:
            write_file(file, content)
    except PipeClosed:
        # The program that reads our output closed it early (`| head`); the exit code is still the verdict.
        pass
    except OSError as error:
        for line in error_lines(error):
            say.error(line)
        return False
    return True


def adoption(file: str, check: Check) -> str:
    """What imports the jobs that are new, in the format that the file's name asks for."""
    jobs = [
        Found(outcome.site_id, found.job_id, found.name, [*(found.record.executions or {})] if found.record else [])
        for outcome in check.outcomes
        for found in outcome.differences
        if found.kind is Kind.UNEXPECTED
    ]
    return IMPORTS[format_of(file)](jobs)


def read_reports(
    given: Sequence[str], baselines: Iterable[str], folders: Sequence[str], adopts: Sequence[str] = ()
) -> tuple[list[Report], list[Fault]]:
    """The reports asked for, text where none is, and what is wrong with them."""
    faults: list[Fault] = []
    reports: list[Report] = []
    # No baseline is ever written over, under any name.
    taken = {place_of(baseline): "the baseline" for baseline in baselines}
    for adopt in adopts:
        place = STDOUT if adopt == STDOUT else place_of(adopt)
        reason = None if place == STDOUT else unwritable(adopt)
        if reason is None and place in taken:
            reason = f"{adopt} is taken by {taken[place]}; give another file"
        reason = reason or _next_baseline(adopt, folders)
        if reason is not None:
            faults.append(Fault("--adopt", reason))
        taken[place] = "--adopt"
    for wanted in given or ("text",):
        form, equals, file = wanted.partition("=")
        if form not in FORMATS:
            faults.append(Fault(_OPTION, f"{shown(form)} is not accepted; give {', '.join(FORMATS)}"))
            continue
        place = place_of(file) if equals and file != STDOUT else STDOUT
        to_stdout = place == STDOUT
        reason = None if to_stdout else unwritable(file)
        if reason is None and place in taken and file != os.devnull:
            where = "stdout" if to_stdout else file
            reason = f"{where} is taken by {taken[place]}; give each report its own file"
        reason = reason or (None if to_stdout else _next_baseline(file, folders))
        if reason is not None:
            faults.append(Fault(_OPTION, f"{wanted}: {reason}"))
        taken[place] = form
        reports.append(Report(form, None if to_stdout else file))
    return reports, faults


def _next_baseline(file: str, folders: Sequence[str]) -> str | None:
    """Why a report cannot be where the next check looks for baselines."""
    folder, name = os.path.split(os.path.realpath(file))
    found = next((one for one in folders if os.path.realpath(one) == folder and is_baseline_name(name)), None)
    return f"{file} would be read as a baseline of {found} next time; give another file" if found else None
