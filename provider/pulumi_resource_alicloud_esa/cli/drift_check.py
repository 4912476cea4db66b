"""`alicloud-esa drift check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..config import Settings
from ..context import CallContext
from ..drift.compare import compare
from ..drift.health import judge_health
from ..drift.ignore import judge
from ..drift.reading import Reading, read_site
from ..esa.errors import Cancelled, Fault, InvalidInput
from ..esa.inputs import Inputs, shown
from . import say
from .baseline import Baseline, BaselineError
from .baseline_reader import read_baseline
from .exit_codes import COULD_NOT_TELL
from .faults import error_lines, is_defect
from .outcome import Outcome, Verdict, location_of
from .reports import read_reports
from .session import call, read_all


def run(
    path: str,
    site_id: Any,
    connection: Mapping[str, Any],
    formats: Sequence[str],
    detailed: bool,
    with_health: bool = False,
) -> int:
    """Compare, report, and say it by the exit code."""
    reports, faults = read_reports(formats, path)

    def read(inputs: Inputs) -> str:
        inputs.faults += faults
        return inputs.site_id() if site_id is not None else ""

    site, settings = read_all({"siteId": site_id}, connection, read)
    outcome = _check(path, site, settings, with_health)
    for line in outcome.errors:
        say.error(line)
    written = [report.write(outcome) for report in reports]
    if outcome.verdict is Verdict.DRIFT and all(report.file for report in reports):
        say.note(outcome.summary)
    return outcome.exit_code(detailed) if all(written) else COULD_NOT_TELL


def _check(path: str, site_id: str, settings: Settings, with_health: bool) -> Outcome:
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
        reading = _read(baseline, settings, with_health)
    except Cancelled:
        raise
    except Exception as error:
        # A defect of ours is no verdict either: no old report may stay behind saying "clean".
        if is_defect(error):
            say.traceback_of(error)
        return Outcome(path, location, baseline.site_id, baseline, errors=error_lines(error))
    differences = compare(baseline.jobs, reading.records(baseline.covers), now=reading.now)
    judged = judge(differences, baseline.rules, reading.now)
    health = judge_health(reading.jobs, reading.executions) if with_health else None
    return Outcome(path, location, baseline.site_id, baseline, judged, len(reading.jobs), health=health)


def _read(baseline: Baseline, settings: Settings, with_health: bool) -> Reading:
    wanted = with_health or baseline.has_executions

    def work(context: CallContext) -> Reading:
        query = baseline.job_query()
        return read_site(context.service(), query, lambda job: wanted, context.deadline, context.progress)

    return call(settings, f"site {baseline.site_id}", work)
