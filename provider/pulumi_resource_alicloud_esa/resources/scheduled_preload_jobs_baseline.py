"""alicloud-esa:index:ScheduledPreloadJobsBaseline: the jobs of a site, recorded in state.

The engine's refresh compares what `read` finds with what was recorded, through `diff`; it ignores a difference
that is only in outputs. So the recorded jobs are an *input* that no program writes: `check` carries them over
from the old inputs, or reads them live when there are none yet or when another question is asked, and `read`
answers with the live jobs as inputs and outputs alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..drift.compare import Kind, Record, canonical_jobs, compare, read_ignored
from ..drift.text import job_lines
from ..engine.property_path import covers, join
from ..engine.values import UNKNOWN, contains_unknown
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs
from ..esa.query import JobQuery, read_query_from
from .protocol import Call, Change, Diff, Values

JOBS = "jobs"
_MAX_NOTES = 20
QUESTION = (
    "siteId",
    "startTime",
    "endTime",
    "pageSize",
    "ids",
    "nameRegex",
    "domain",
    "taskType",
    "insertWay",
    "hasError",
    "ignoreFields",
)


def check(olds: Values, news: Values, call: Call) -> tuple[dict[str, Any], list[Fault]]:
    """The inputs with the recorded jobs in them; raises what reading can raise."""
    inputs = {name: value for name, value in news.items() if name != JOBS and value is not None}
    if contains_unknown(inputs):
        return {**inputs, JOBS: UNKNOWN}, []
    try:
        asked = _read(inputs)
    except InvalidInput as error:
        return inputs, list(error.faults)
    inputs.update(_as_declared(inputs, asked[0]))
    if isinstance(olds.get(JOBS), dict) and _read_or_none(olds) == asked:
        return {**inputs, JOBS: olds[JOBS]}, []
    return {**inputs, JOBS: _live(asked, call)}, []


def diff(olds: Values, news: Values, ignored: Sequence[str]) -> Diff:
    """What differs between state and inputs, job by job and field by field."""
    changes: dict[str, Change] = {}
    for name in QUESTION:
        was, now = olds.get(name), news.get(name)
        if was != now:
            kind = Change.ADD if was is None else Change.DELETE if now is None else Change.UPDATE
            changes[name] = Change.REPLACE if name == "siteId" else kind
    changed_jobs = _changed_jobs(olds.get(JOBS), news.get(JOBS))
    # With the question unchanged, `check` carried the recorded jobs over: only a refresh makes them differ. The
    # engine hands a refresh the other way round, what is live as the state and what was recorded as the inputs.
    refreshed = not changes
    changes.update(changed_jobs)
    kept = {path: change for path, change in changes.items() if not any(covers(top, path) for top in ignored)}
    notes = _notes(recorded=news.get(JOBS), live=olds.get(JOBS), kept=kept) if refreshed and kept else ()
    return Diff(kept, notes)


def create(inputs: Values) -> tuple[str, dict[str, Any]]:
    """The site's id as the resource's id; what was recorded is in the inputs already."""
    site_id = inputs["siteId"]
    # In preview the site may not be known yet; then neither is the id.
    return site_id if isinstance(site_id, str) else "", dict(inputs)


def read(resource_id: str, inputs: Values, state: Values, call: Call) -> tuple[str, dict[str, Any]]:
    """The inputs as they would be if they were recorded now; they are the outputs too.

    Raises when the site cannot be read: that is neither "no drift" nor "all deleted".
    """
    known = {name: value for name, value in (inputs or state).items() if name in QUESTION and value is not None}
    # An import and `get` know the id only.
    known.setdefault("siteId", resource_id)
    asked = _read(known)
    return asked[0].site_id, {**known, **_as_declared(known, asked[0]), JOBS: _live(asked, call)}


def _as_declared(inputs: Values, query: JobQuery) -> dict[str, Any]:
    """What may be written in more ways than the schema's, in the schema's: a typed program reads it from the state."""
    result: dict[str, Any] = {"siteId": query.site_id}
    if "pageSize" in inputs:
        result["pageSize"] = query.page_size
    result.update({name: str(inputs[name]) for name in ("startTime", "endTime") if name in inputs})
    return result


def _changed_jobs(was: Any, now: Any) -> dict[str, Change]:
    if was is UNKNOWN or now is UNKNOWN:
        return {JOBS: Change.UPDATE}
    changes: dict[str, Change] = {}
    for difference in compare(was or {}, now or {}):
        if difference.kind is Kind.MISSING:
            changes[join(JOBS, difference.job_id)] = Change.DELETE
        elif difference.kind is Kind.UNEXPECTED:
            changes[join(JOBS, difference.job_id)] = Change.ADD
        else:
            kind = Change.UPDATE
            if difference.expected is None or difference.actual is None:
                kind = Change.ADD if difference.expected is None else Change.DELETE
            changes[join(JOBS, difference.job_id, difference.field)] = kind
    return changes


def _notes(recorded: Any, live: Any, kept: Mapping[str, Change]) -> list[str]:
    """A line a job that drifted, its name beside its id: the engine's own diff shows ids only."""
    differences = [
        difference
        for difference in compare(recorded or {}, live or {})
        if join(JOBS, difference.job_id, *([difference.field] if difference.field else [])) in kept
    ]
    lines = job_lines(differences)
    more = len(lines) - _MAX_NOTES
    return lines if more <= 0 else [*lines[:_MAX_NOTES], f"... and {more} more jobs; --diff shows them all"]


def _read(values: Values) -> tuple[JobQuery, tuple[str, ...]]:
    inputs = Inputs({name: value for name, value in values.items() if name != JOBS})
    asked = read_query_from(inputs, paged=False), read_ignored(inputs)
    inputs.finish()
    return asked


def _read_or_none(values: Values) -> tuple[JobQuery, tuple[str, ...]] | None:
    try:
        return _read({name: value for name, value in values.items() if name in QUESTION})
    except InvalidInput:
        return None


def _live(asked: tuple[JobQuery, tuple[str, ...]], call: Call) -> dict[str, Record]:
    query, ignored = asked
    with call() as context:
        jobs = context.service().jobs(query, context.deadline, context.progress).rows
    return canonical_jobs(jobs, ignored)
