"""`alicloud-esa drift record`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..context import CallContext
from ..drift.compare import compare
from ..drift.reading import Reading, read_covered
from ..drift.record import EXECUTIONS, covered, read_ignored
from ..drift.text import counts, job_lines
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs
from ..esa.query import JobQuery, read_query_from
from . import say
from .baseline import Baseline, BaselineError, NewerBaseline, new_baseline
from .baseline_reader import read_baseline
from .faults import OPTIONS
from .files import STDOUT, open_descriptor, place_of, unwritable, write_file, write_stdout
from .json_text import harmless_json
from .session import call, read_all
from .site_choice import choose_site

_ACCEPTED = 20


@dataclass(frozen=True)
class Request:
    """What to record, and where to."""

    values: dict[str, Any]
    output: str
    ignore_none: bool = False
    executions: bool = False
    again: bool = False
    force: bool = False


def run(request: Request, connection: Mapping[str, Any]) -> int:
    """Write the baseline of what is there now."""
    if place_of(request.output) == STDOUT:
        request = replace(request, output=STDOUT)
    old = _recorded(request)
    if request.again:
        request = _as_before(request, old)
    site, output = choose_site(request.values), request.output
    values = site.values

    def read(inputs: Inputs) -> tuple[JobQuery, tuple[str, ...]]:
        query, ignored = read_query_from(inputs, paged=False), read_ignored(inputs)
        if request.ignore_none and "ignoreFields" in values:
            inputs.faults.append(Fault("--ignore-none", "contradicts --ignore-field; give one of them"))
        if output != STDOUT and (reason := unwritable(output)):
            inputs.faults.append(Fault("--output", reason))
        inputs.faults += _of_another_site(request, old, query.site_id)
        return query, () if request.ignore_none else ignored

    (query, ignored), settings = read_all(values, connection, site.reading(read))
    covers = covered(ignored, request.executions)
    known = old.jobs if request.again and old is not None else ()

    def work(context: CallContext) -> tuple[JobQuery, Reading]:
        found = _question(request, old, values, query, site.find_one(context).id)
        return found, _read(found, covers, known, context)

    query, reading = call(settings, site.label, work)
    baseline = new_baseline(query, values, ignored, covers, reading)
    if old is not None and old.site_id == query.site_id:
        baseline = replace(baseline, rules=old.rules)
    _write(baseline, output)
    if request.again and old is not None:
        _say_accepted(old, reading)
    return 0


def _of_another_site(request: Request, old: Baseline | None, site_id: str) -> list[Fault]:
    if old is None or site_id in ("", old.site_id) or request.force:
        return []
    reason = f"holds site {old.site_id}; give another file, or --force to record site {site_id} over it"
    return [Fault("--output", f"{request.output} {reason}")]


def _question(
    request: Request, old: Baseline | None, values: Mapping[str, Any], query: JobQuery, site_id: str
) -> JobQuery:
    """The question about the site that was found by its name: what depends on its id is judged now."""
    if query.site_id == site_id:
        return query
    inputs = Inputs({**values, "siteId": site_id})
    query = read_query_from(inputs, paged=False)
    if faults := [*inputs.faults, *_of_another_site(request, old, site_id)]:
        raise InvalidInput(faults)
    return query


def _recorded(request: Request) -> Baseline | None:
    """The old baseline: with --again it is needed, else it is read only so that it is not lost unnoticed."""
    if request.again:
        return read_baseline(request.output)
    if request.output == STDOUT or not os.path.isfile(request.output):
        return None
    try:
        return read_baseline(request.output)
    except NewerBaseline:
        raise
    except BaselineError:
        return None


def _as_before(request: Request, old: Baseline | None) -> Request:
    """The request that the file recorded; raises InvalidInput where the options ask for something else too."""
    flags = {"--ignore-none": request.ignore_none, "--executions": request.executions}
    names = [*(OPTIONS[name] for name in request.values), *(name for name, given in flags.items() if given)]
    if names:
        raise InvalidInput([Fault("--again", f"takes everything from {request.output}; leave out {', '.join(names)}")])
    if old is None:
        return request
    values: dict[str, Any] = {"siteId": old.site_id, **old.query}
    if old.ignored:
        values["ignoreFields"] = list(old.ignored)
    return replace(request, values=values, ignore_none=not old.ignored, executions=EXECUTIONS in old.covers)


def _read(query: JobQuery, covers: tuple[str, ...], known: Iterable[str], context: CallContext) -> Reading:
    """The live jobs; the id of a job recorded before is not taken for a typing error if that job is gone."""
    service = context.service()
    reading = read_covered(service, query, covers, context.deadline, context.progress)
    ids = query.filter.ids
    new = replace(query, filter=replace(query.filter, ids=ids.difference(known) if ids is not None else None))
    service.check_recording(new, reading.jobs)
    return reading


def _write(baseline: Baseline, output: str) -> None:
    text = baseline.text()
    if output == STDOUT:
        write_stdout(harmless_json(text))
        return
    # Another file descriptor may also lead to a pipeline's log.
    write_file(output, text if open_descriptor(output) is None else harmless_json(text))
    count = len(baseline.jobs)
    what = f"{count} {'job' if count == 1 else 'jobs'}{' with executions' if baseline.has_executions else ''}"
    say.note(f"site {baseline.site_id}: {what} recorded in {output}")


def _say_accepted(old: Baseline, reading: Reading) -> None:
    """Say which drift is accepted, in the words of `drift check`."""
    differences = compare(old.jobs, reading.records(old.covers), now=reading.now)
    if not differences:
        say.note("nothing had changed")
        return
    say.note(f"accepted: {counts(differences)}")
    for line in job_lines(differences, _ACCEPTED):
        say.note(line)
