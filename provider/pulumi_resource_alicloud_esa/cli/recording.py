"""One baseline recorded: what is asked of the site, what is there, and what of it is new."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec import structs

from ..context import CallContext
from ..drift.compare import compare
from ..drift.reading import Reading, read_covered
from ..drift.record import EXECUTIONS, covered
from ..drift.text import counts, job_lines
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs
from ..esa.query import JobQuery, read_query_from
from .baseline import Baseline, BaselineError, NewerBaseline, new_baseline
from .baseline_files import BaselineFile
from .files import STDOUT

_ACCEPTED = 20


@dataclass(frozen=True)
class Question:
    """What is asked of a site: the filters as typed, the fields to leave out, and whether executions are asked for."""

    values: Mapping[str, Any]
    ignored: tuple[str, ...]
    executions: bool


@dataclass(frozen=True)
class Recording:
    """One baseline to record: where, of which site, and what is asked; no question: what the file asks."""

    file: BaselineFile
    site_id: str
    question: Question | None = None
    force: bool = False
    name: str = ""
    error: Exception | None = None
    """Why it cannot be."""


def record(recording: Recording, context: CallContext) -> tuple[Baseline, Sequence[str] | None]:
    """The baseline of what is there now, and what changed since the file was recorded, None where not compared.

    Raises what reading the old one or the service raises.
    """
    if recording.error is not None:
        raise recording.error
    old: Baseline | None
    again = recording.question is None
    if recording.question is None:
        old = recording.file.read()
        question = Question(old.query, old.ignored, EXECUTIONS in old.covers)
    else:
        old, question = _to_be_replaced(recording.file), recording.question
    site_id = recording.site_id or (old.site_id if old else "")
    inputs = Inputs({**question.values, "siteId": site_id})
    query = read_query_from(inputs, paged=False)
    covers = covered(question.ignored, question.executions)
    path = recording.file.path
    lost = [] if again or recording.force or old is None else _lost(path, old, site_id, covers)
    if faults := [*inputs.faults, *lost]:
        raise InvalidInput(faults)
    reading = _read(query, covers, old.jobs if again and old else (), context)
    baseline = new_baseline(query, question.values, question.ignored, covers, reading)
    if old is not None and old.site_id == site_id:
        baseline = replace(baseline, rules=old.rules)
        # A filter with another value is another question; one that the file does not have leaves jobs out.
        for name in sorted(question.values.keys() - {*old.query, "pageSize"}):
            context.service().warn(Fault(name, f"may leave out jobs that {path} covered before"))
    return baseline, _accepted(old, reading) if again and old else None


def _to_be_replaced(file: BaselineFile) -> Baseline | None:
    """The baseline that is there, read only so that it is not lost unnoticed."""
    if file.path == STDOUT or not os.path.isfile(file.path):
        return None
    try:
        return file.read()
    except NewerBaseline:
        raise
    except BaselineError:
        return None


def _lost(path: str, old: Baseline, site_id: str, covers: tuple[str, ...]) -> list[Fault]:
    """What the file holds and the new record would not: another site, or fields that are not asked for now."""
    if old.site_id != site_id:
        reason = f"holds site {old.site_id}; give another file, or --force to record site {site_id} over it"
        return [Fault("--output", f"{path} {reason}")]
    fields = sorted({*old.covers} - {*covers})
    if EXECUTIONS in fields:
        fields = [name for name in fields if "." not in name]
    if not fields:
        return []
    reason = f"also covers {', '.join(fields)}; keep that with --again, or give --force to cover less"
    return [Fault("--output", f"{path} {reason}")]


def _read(query: JobQuery, covers: tuple[str, ...], known: Iterable[str], context: CallContext) -> Reading:
    """The live jobs; the id of a job recorded before is not taken for a typing error if that job is gone."""
    service = context.service()
    reading = read_covered(service, query, covers, context.deadline, context.progress)
    ids = query.filter.ids
    new_ids = ids.difference(known) if ids is not None else None
    new = structs.replace(query, filter=structs.replace(query.filter, ids=new_ids))
    service.check_recording(new, reading.jobs)
    return reading


def _accepted(old: Baseline, reading: Reading) -> list[str]:
    """Which drift is accepted, in the words of `drift check`."""
    differences = compare(old.jobs, reading.records(old.covers), now=reading.now)
    return [f"accepted: {counts(differences)}", *job_lines(differences, _ACCEPTED)] if differences else []
