"""`alicloud-esa drift record`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from ..context import CallContext
from ..drift.record import read_ignored
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs
from ..esa.models import Job
from ..esa.query import JobQuery, read_query_from
from . import say
from .baseline import BaselineError, NewerBaseline, new_baseline, read_baseline
from .faults import OPTIONS
from .files import STDOUT, open_descriptor, place_of, unwritable, write_file, write_stdout
from .json_text import harmless_json
from .session import call, read_all


def run(values: dict[str, Any], connection: Mapping[str, Any], output: str, ignore_none: bool) -> int:
    """Write the baseline of what is there now."""

    if place_of(output) == STDOUT:
        output = STDOUT

    def read(inputs: Inputs) -> tuple[JobQuery, tuple[str, ...]]:
        query, ignored = read_query_from(inputs, paged=False), read_ignored(inputs)
        if ignore_none and "ignoreFields" in values:
            inputs.faults.append(Fault("--ignore-none", "contradicts --ignore-field; give one of them"))
        if output != STDOUT and (reason := unwritable(output)):
            inputs.faults.append(Fault("--output", reason))
        return query, () if ignore_none else ignored

    (query, ignored), settings = read_all(values, connection, read)
    if output != STDOUT:
        _refuse_newer(output)
    jobs = call(settings, f"site {query.site_id}", lambda context: _read(query, context))
    baseline = new_baseline(query, values, ignored, jobs)
    if output == STDOUT:
        write_stdout(harmless_json(baseline.text()))
        return 0
    # What another descriptor leads to may be a pipeline's log too.
    text = baseline.text()
    write_file(output, text if open_descriptor(output) is None else harmless_json(text))
    count = len(baseline.jobs)
    say.note(f"site {query.site_id}: {count} {'job' if count == 1 else 'jobs'} recorded in {output}")
    return 0


def _read(query: JobQuery, context: CallContext) -> list[Job]:
    service = context.service()
    jobs = service.jobs(query, context.deadline, context.progress).rows
    service.check_recording(query, jobs)
    return jobs


def question_of(path: str, given: Mapping[str, Any], ignore_none: bool) -> tuple[dict[str, Any], bool]:
    """The question that a baseline holds, and whether it ignores nothing; raises BaselineError and InvalidInput."""
    if given or ignore_none:
        names = [*(OPTIONS[name] for name in given), *(["--ignore-none"] if ignore_none else [])]
        raise InvalidInput([Fault("--again", f"takes everything from {path}; leave out {', '.join(names)}")])
    baseline = read_baseline(path)
    asked = {"siteId": baseline.site_id, **baseline.query}
    if baseline.ignored:
        asked["ignoreFields"] = list(baseline.ignored)
    return asked, not baseline.ignored


def _refuse_newer(path: str) -> None:
    """Never overwrite what a newer version of this command wrote; anything else may be recorded anew."""
    if not os.path.isfile(path):
        return
    try:
        read_baseline(path)
    except NewerBaseline:
        raise
    except BaselineError:
        return
