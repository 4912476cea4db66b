"""`alicloud-esa drift check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..config import Settings
from ..context import CallContext
from ..drift.compare import compare
from ..drift.health import judge_health
from ..drift.ignore import judge
from ..drift.reading import Reading, read_site
from ..drift.since import since
from ..esa.errors import Cancelled, Fault, InvalidInput
from ..esa.inputs import Inputs, shown
from ..esa.printable import printable
from . import say
from .baseline import Baseline, BaselineError
from .baseline_reader import read_baseline
from .earlier import Earlier, NoReport, read_earlier
from .exit_codes import COULD_NOT_TELL
from .faults import error_lines, is_defect
from .outcome import Outcome, Verdict, location_of
from .reports import adoption, read_reports, write
from .session import call, read_all
from .site_choice import SiteChoice

_FAIL_ON = ("drift", "new")


@dataclass(frozen=True)
class Request:
    """What was typed."""

    path: str
    site: SiteChoice
    formats: Sequence[str]
    detailed: bool
    health: bool
    since: str | None
    fail_on: str
    adopt: str | None


def run(request: Request, connection: Mapping[str, Any]) -> int:
    """Compare, write the reports, and return the verdict's exit code."""
    reports, faults = read_reports(request.formats, request.path, request.adopt)
    earlier, more = _read_earlier(request)

    def read(inputs: Inputs) -> str:
        inputs.faults += [*faults, *more]
        return inputs.site_id() if request.site.given else ""

    site_id, settings = read_all(request.site.values, connection, request.site.reading(read))
    outcome = _check(request, site_id, settings, earlier)
    for line in outcome.errors:
        say.error(line)
    written = [report.write(outcome) for report in reports]
    if request.adopt is not None and outcome.verdict is not Verdict.ERROR:
        written.append(write(request.adopt, adoption(request.adopt, outcome)))
    if outcome.verdict is Verdict.DRIFT and all(report.file for report in reports):
        say.note(outcome.summary)
    return outcome.exit_code(request.detailed, request.fail_on == "new") if all(written) else COULD_NOT_TELL


def _read_earlier(request: Request) -> tuple[Earlier | None, list[Fault]]:
    """The earlier report, and what is wrong with it and with `--fail-on`."""
    faults: list[Fault] = []
    earlier: Earlier | None = None
    if request.fail_on not in _FAIL_ON:
        faults.append(Fault("--fail-on", f"{shown(request.fail_on)} is not accepted; give {' or '.join(_FAIL_ON)}"))
    elif request.fail_on == "new" and request.since is None:
        faults.append(Fault("--fail-on", "new needs --since, an earlier report that says what is known"))
    if request.since is not None:
        try:
            earlier = read_earlier(request.since)
        except NoReport as error:
            faults.append(Fault("--since", str(error)))
    return earlier, faults


def _check(request: Request, site_id: str, settings: Settings, earlier: Earlier | None) -> Outcome:
    """What the check found, or why it could not tell; wrong usage is raised."""
    path, with_health = request.path, request.health
    location = location_of(path)
    try:
        baseline = read_baseline(path)
    except BaselineError as error:
        return Outcome(path, location, site_id, None, errors=error_lines(error))
    if site_id and site_id != baseline.site_id:
        raise _another_site(request, site_id, baseline)
    if earlier and earlier.site_id != baseline.site_id:
        reason = f"{request.since} is about site {printable(earlier.site_id)}, {path} about {baseline.site_id}"
        raise InvalidInput([Fault("--since", f"{reason}; give an earlier report of the same site")])
    try:
        reading = _read(request, baseline, settings)
    except Cancelled:
        raise
    except Exception as error:
        # A defect of ours is no verdict either: a report is written, so that no old one stays that says "clean".
        if is_defect(error):
            say.traceback_of(error)
        return Outcome(path, location, baseline.site_id, baseline, errors=error_lines(error))
    differences = compare(baseline.jobs, reading.records(baseline.covers), now=reading.now)
    judged = judge(differences, baseline.rules, reading.now)
    health = judge_health(reading.jobs, reading.executions) if with_health else None
    outcome = Outcome(path, location, baseline.site_id, baseline, judged, len(reading.jobs), health=health)
    if request.since is None:
        return outcome
    if earlier is None:
        say.note(f"{request.since} tells of no earlier findings, so all are new")
    return replace(outcome, since=since(baseline.site_id, earlier.differences if earlier else (), judged, reading.now))


def _another_site(request: Request, site_id: str, baseline: Baseline) -> InvalidInput:
    site = request.site
    named = f"{shown(site.names[0])}, {site_id}," if site.names else shown(site_id)
    reason = f"{named} is not the site of {request.path}, which is {baseline.site_id}; leave it out"
    return site.of_option(InvalidInput([Fault("siteId", reason)]))


def _read(request: Request, baseline: Baseline, settings: Settings) -> Reading:
    wanted = request.health or baseline.has_executions

    def work(context: CallContext) -> Reading:
        site_id = request.site.find_one(context).id if request.site.given else baseline.site_id
        if site_id != baseline.site_id:
            raise _another_site(request, site_id, baseline)
        query = baseline.job_query()
        return read_site(context.service(), query, lambda job: wanted, context.deadline, context.progress)

    return call(settings, f"site {baseline.site_id}", work)
