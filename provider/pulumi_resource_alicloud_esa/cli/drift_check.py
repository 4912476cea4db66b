"""`alicloud-esa drift check`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ..context import CallContext
from ..drift.compare import Difference, compare
from ..drift.health import judge_health
from ..drift.ignore import Rule, judge
from ..drift.reading import read_site
from ..drift.since import since
from ..drift.text import number
from ..esa.errors import Cancelled, Fault, InvalidInput
from ..esa.inputs import Inputs, shown
from . import say
from .baseline import Baseline, BaselineError
from .baseline_files import BaselineFile, find_baselines, inner_folders, is_folder
from .earlier import Earlier, NoReport, read_earlier
from .exit_codes import COULD_NOT_TELL
from .faults import error_lines, is_defect
from .files import NO_PATH
from .outcome import Check, Outcome, Verdict, location_of
from .reports import adoption, read_reports, write
from .reports.groups import groups
from .session import Session, read_all
from .site_choice import SiteChoice
from .targets import Target, another_site, find_targets

_FAIL_ON = ("drift", "new")


@dataclass(frozen=True)
class Request:
    """What was typed."""

    baselines: Sequence[str]
    site: SiteChoice
    formats: Sequence[str]
    detailed: bool
    health: bool
    since: str | None
    fail_on: str
    adopt: Sequence[str]

    @property
    def several(self) -> bool:
        """Whether the answer is one of several sites, even if only one is there."""
        return len(self.baselines) > 1 or is_folder(self.baselines[0]) or self.site.several


def run(request: Request, connection: Mapping[str, Any]) -> int:
    """Compare, write the reports, and return the verdict's exit code."""
    files = find_baselines(request.baselines)
    folders = [path for path in request.baselines if is_folder(path)]
    reports, faults = read_reports(request.formats, [file.path for file in files], folders, request.adopt)
    earlier, more = _read_earlier(request)

    def read(inputs: Inputs) -> None:
        empty = [Fault("--baseline", NO_PATH)] if "" in request.baselines else []
        inputs.faults += [*empty, *faults, *more]
        if request.site.values.get("siteId") is not None:
            inputs.site_id()

    _, settings = read_all(request.site, connection, read)
    if not request.several and request.site.values:
        _hold_to(request, files[0])
    for folder in inner_folders(request.baselines):
        say.note(f"{folder} is not looked into; give it as well if its files are baselines too")
    with closing(Session(settings)) as session:
        targets = find_targets(request.baselines, files, request.site, session)
        _hold_to_earlier(request, earlier, targets)
        check = Check(_check_all(request, earlier, targets, session), request.several)
    _say_errors(check)
    # All at the end, each at once: a run that is interrupted leaves every old report as it was.
    written = [report.write(check) for report in reports]
    if any(outcome.verdict is not Verdict.ERROR for outcome in check.outcomes):
        written += [write(file, adoption(file, check)) for file in request.adopt]
    if check.verdict is Verdict.DRIFT and all(report.file for report in reports):
        say.note(check.summary)
    return check.exit_code(request.detailed, request.fail_on == "new") if all(written) else COULD_NOT_TELL


def _say_errors(check: Check) -> None:
    for group in groups(check):
        for line in group.first.errors:
            say.error(f"{group.first.title}: {line}" if check.several else line)
        if group.first.errors and group.others:
            say.error(group.alike)


def _read_earlier(request: Request) -> tuple[Earlier | None, list[Fault]]:
    """The earlier report, and what is wrong with it and with `--fail-on`."""
    faults: list[Fault] = []
    earlier: Earlier | None = None
    if request.fail_on not in _FAIL_ON:
        faults.append(Fault("--fail-on", f"{shown(request.fail_on)} is not accepted; give {' or '.join(_FAIL_ON)}"))
    elif request.fail_on == "new" and request.since is None:
        faults.append(Fault("--fail-on", "new needs --since, an earlier report that says what is known"))
    if request.since == "":
        faults.append(Fault("--since", NO_PATH))
    elif request.since is not None:
        try:
            earlier = read_earlier(request.since)
        except NoReport as error:
            faults.append(Fault("--since", str(error)))
    return earlier, faults


def _hold_to(request: Request, file: BaselineFile) -> None:
    """Raise InvalidInput where one baseline is none of the id that was typed: nothing has to be sent for that."""
    site_id = Inputs(request.site.values).site_id()
    if file.site_id not in ("", site_id):
        raise another_site(site_id, request.site, file)


def _hold_to_earlier(request: Request, earlier: Earlier | None, targets: Sequence[Target]) -> None:
    """Raise InvalidInput for an earlier report of other sites, and say of which sites it knows nothing."""
    if request.since is None:
        return
    if earlier is None:
        say.note(f"{request.since} tells of no earlier findings, so all are new")
        return
    here = {target.site_id for target in targets if target.site_id}
    new = here - earlier.keys()
    if here and new == here:
        sites = ", ".join(list(earlier)[:1]) if len(earlier) == 1 else f"{len(earlier)} others"
        about = f"{request.since} is about site {sites}, {', '.join(request.baselines)} about {', '.join(here)}"
        if request.several:
            about = f"{request.since} is about none of the sites that are checked"
        raise InvalidInput([Fault("--since", f"{about}; give an earlier report of the same site")])
    if new:
        say.note(f"{request.since} tells nothing of {number(len(new), 'site')}, whose findings are all new")


def _check_all(request: Request, earlier: Earlier | None, targets: Sequence[Target], session: Session) -> list[Outcome]:
    subject = number(len(targets), "site") if request.several else f"site {targets[0].site_id}"
    found: dict[int, Outcome] = {}
    work = partial(_check, request, earlier)
    for (index, target), result in session.each(
        subject, [*enumerate(targets)], lambda one, context: work(one[1], context)
    ):
        try:
            found[index] = result()
        except Cancelled:
            raise
        except Exception as error:
            found[index] = _untold(target, error)
        if earlier and found[index].errors:
            found[index] = replace(found[index], earlier=earlier.get(target.site_id))
    return [found[index] for index in range(len(targets))]


def _check(request: Request, earlier: Earlier | None, target: Target, context: CallContext) -> Outcome:
    """What the check of one site found, or why it could not tell."""
    baseline: Baseline | None = None
    try:
        baseline = target.file.read() if target.file else None
        if target.error is not None or target.file is None or baseline is None:
            raise target.error or ValueError("nothing to check by")
        if target.site_id not in ("", baseline.site_id):
            # Of many sites the last one is read long after the files were looked at.
            reason = f"holds site {baseline.site_id} by now instead of {target.site_id}; check once more"
            raise BaselineError(f"{target.file.path}: {reason}")
        wanted = request.health or baseline.has_executions
        query = baseline.job_query()
        reading = read_site(context.service(), query, lambda job: wanted, context.deadline, context.progress)
    except Cancelled:
        raise
    except Exception as error:
        if isinstance(error, BaselineError) and not request.several:
            # What cannot be read is not believed in whose it is either; among several that tells where it belongs.
            target = replace(target, site_id=request.site.values.get("siteId", ""))
        # A defect of ours is no verdict either: a report is written, so that no old one stays that says "clean".
        return _untold(target, error, baseline)
    judged = judge(
        compare(baseline.jobs, reading.records(baseline.covers), now=reading.now), baseline.rules, reading.now
    )
    known = earlier.get(baseline.site_id, ()) if earlier else ()
    told = since(baseline.site_id, known, judged, reading.now) if request.since is not None else None
    shown_ones = [*judged.differences, *(one for one, _ in judged.ignored), *(told.resolved if told else ())]
    lines: dict[Difference | Rule, int] = {one: baseline.line(one) for one in shown_ones}
    lines.update((rule, baseline.rule_line(rule)) for rule in baseline.rules)
    return Outcome(
        target.file.path,
        location_of(target.file.path),
        baseline.site_id,
        _names(baseline),
        judged,
        len(reading.jobs),
        health=judge_health(reading.jobs, reading.executions) if request.health else None,
        since=told,
        lines=lines,
        name=target.name,
    )


def _untold(target: Target, error: Exception, baseline: Baseline | None = None) -> Outcome:
    if is_defect(error):
        say.traceback_of(error)
    path = target.file.path if target.file else ""
    location = location_of(path) if path else ""
    jobs = _names(baseline) if baseline else {}
    return Outcome(path, location, target.site_id, jobs, errors=error_lines(error), name=target.name)


def _names(baseline: Baseline) -> dict[str, str]:
    return {job_id: record.name for job_id, record in baseline.jobs.items()}
