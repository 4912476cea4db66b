"""`alicloud-esa drift check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..config import Settings
from ..context import CallContext
from ..drift.compare import canonical_jobs, compare
from ..drift.health import ExecutionCheck, check_executions
from ..esa.errors import Cancelled, Fault, InvalidInput
from ..esa.inputs import Inputs, shown
from ..esa.models import Row
from . import say
from .baseline import Baseline, BaselineError, read_baseline
from .destinations import Destination, read_destinations
from .faults import error_lines
from .location import location_of
from .outcome import Outcome, Verdict
from .output import PipeClosed, write_file, write_stdout
from .reports import FORMATS
from .reports.text import screen
from .session import call, read_all

_COULD_NOT_TELL = 1


def run(
    path: str,
    site_id: Any,
    connection: Mapping[str, Any],
    formats: Sequence[str],
    detailed: bool,
    with_executions: bool = False,
) -> int:
    """Compare, report, and say it by the exit code."""
    destinations, faults = read_destinations(formats, path)

    def read(inputs: Inputs) -> str:
        inputs.faults += faults
        return inputs.site_id() if site_id is not None else ""

    site, settings = read_all({"siteId": site_id}, connection, read)
    outcome = _check(path, site, settings, with_executions)
    for line in outcome.errors:
        say.error(line)
    written = [_write(outcome, destination) for destination in destinations]
    if outcome.verdict is Verdict.DRIFT and all(destination.file for destination in destinations):
        say.note(outcome.summary)
    return outcome.exit_code(detailed) if all(written) else _COULD_NOT_TELL


def _check(path: str, site_id: str, settings: Settings, with_executions: bool) -> Outcome:
    """What the check found; an error that says "could not tell" is part of it, wrong usage is raised."""
    location = location_of(path)
    try:
        baseline = read_baseline(path)
    except BaselineError as error:
        return Outcome(path, location, site_id, None, errors=error_lines(error))
    if site_id and site_id != baseline.site_id:
        reason = f"{shown(site_id)} is not the site of {path}, which is {baseline.site_id}; leave it out"
        raise InvalidInput([Fault("siteId", reason)])
    try:
        rows, executions = _read(baseline, settings, with_executions)
    except Cancelled:
        raise
    except Exception as error:
        # A defect of ours is no verdict either: no old report may stay behind saying "clean".
        say.traceback_of(error)
        return Outcome(path, location, baseline.site_id, baseline, errors=error_lines(error))
    differences = compare(baseline.jobs, canonical_jobs(rows, baseline.ignored))
    return Outcome(path, location, baseline.site_id, baseline, differences, len(rows), executions=executions)


def _read(baseline: Baseline, settings: Settings, with_executions: bool) -> tuple[list[Row], ExecutionCheck | None]:
    def work(context: CallContext) -> tuple[list[Row], ExecutionCheck | None]:
        lister = context.lister()
        rows = lister.jobs(baseline.job_query(), context.deadline, context.progress).rows
        return rows, check_executions(lister, rows, context.deadline) if with_executions else None

    return call(settings, f"site {baseline.site_id}", work)


def _write(outcome: Outcome, destination: Destination) -> bool:
    """Whether the report is where it belongs; one that is not does not keep the others from being written."""
    try:
        if destination.file is not None:
            write_file(destination.file, FORMATS[destination.form](outcome))
        elif destination.form == "text":
            write_stdout(screen(outcome))
        else:
            write_stdout(FORMATS[destination.form](outcome))
    except PipeClosed:
        # Who reads has seen enough; the verdict stands.
        pass
    except OSError as error:
        for line in error_lines(error):
            say.error(line)
        return False
    return True
