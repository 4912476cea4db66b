"""alicloud-esa:index:ScheduledPreloadJobsBaseline: the jobs of a site, recorded in state.

The engine's refresh compares what `read` finds with what was recorded, through `diff`; it ignores a difference
that is only in outputs. So the recorded jobs are an *input* that no program writes: `check` carries them over
from the old inputs, or reads them live when there are none yet or when another question is asked, and `read`
answers with the live jobs as inputs and outputs alike.

With `failOnDrift` `check` reads them live each time, and what differs is a fault like any other wrong input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..context import CallContext
from ..drift.compare import Difference
from ..drift.ignore import Judged, Rule, judge, read_rules
from ..drift.reading import Reading, read_covered
from ..drift.record import EXECUTIONS, IGNORABLE, covered, covered_at_first, read_ignored
from ..drift.text import changed_jobs, job_lines
from ..engine.faults import known_faults
from ..engine.property_path import covers
from ..engine.values import UNKNOWN, secret_names
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs
from ..esa.query import JobQuery, read_query_from
from ..esa.sites import read_site_query
from .changes import JOBS, change_of, differences_of, path_of
from .protocol import Call, Change, Diff, Values

FIELDS, COUNT = "recordedFields", "jobCount"
# Recorded, not given by the program; inputs as well, so that the engine keeps them and a refresh compares them.
_RECORDED = (JOBS, FIELDS, COUNT)
_MAX_NOTES = 20
_ACCEPT = "to accept what is there, run `pulumi refresh`; to see all of it, `pulumi refresh --preview-only --diff`"
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
    "recordExecutions",
)
# Inputs that decide how a difference is reported, not what is recorded.
_VERDICT = ("failOnDrift", "ignore")
GIVEN = (*QUESTION, *_VERDICT)


@dataclass(frozen=True)
class _Question:
    """The inputs that decide what is recorded, in a form that is equal when the same would be recorded."""

    query: JobQuery
    ignored: tuple[str, ...]
    executions: bool


def check(olds: Values, news: Values, call: Call) -> tuple[dict[str, Any], list[Fault]]:
    """The inputs with the recorded jobs in them; raises what reading can raise."""
    inputs = {name: value for name, value in news.items() if name not in _RECORDED and value is not None}
    try:
        question, fail_on_drift, rules = _read(inputs)
    except InvalidInput as error:
        # The reader reports an unknown value as a fault of its property.
        wrong = known_faults(error.faults, inputs)
        return (inputs, wrong) if wrong else ({**inputs, **dict.fromkeys(_RECORDED, UNKNOWN)}, [])
    inputs.update(_as_declared(inputs, question.query))
    recorded = olds.get(JOBS)
    # A recorded value that is not a map is not read again: it counts as changed, and a refresh replaces it.
    if recorded is None or _read_or_none(olds) != question:
        with call() as context:
            reading = _live(question, _new_fields(question), context)
            try:
                context.service().check_recording(question.query, reading.jobs)
            except InvalidInput as error:
                return inputs, list(error.faults)
        return {**inputs, **_record(reading, _new_fields(question))}, []
    fields = _fields(olds, question)
    faults: list[Fault] = []
    # No program gives the jobs: the engine puts the old ones back where `ignoreChanges` names them.
    if fail_on_drift and news.get(JOBS) != recorded:
        with call() as context:
            judged = _judge(recorded, _live(question, fields, context), fields, rules)
            _say(context, [] if _hidden(olds) else judged.lines())
        faults = _faults(judged.differences, _hidden(olds))
    count = len(recorded) if isinstance(recorded, dict) else 0
    return {**inputs, JOBS: recorded, FIELDS: list(fields), COUNT: count}, faults


def diff(olds: Values, news: Values, ignored: Sequence[str], now: int | None) -> Diff:
    """What differs between state and inputs, job by job and field by field; `now` by the service's clock."""
    changes: dict[str, Change] = {}
    for name in GIVEN:
        was, given = olds.get(name), news.get(name)
        if was != given:
            kind = Change.ADD if was is None else Change.DELETE if given is None else Change.UPDATE
            changes[name] = Change.REPLACE if name == "siteId" else kind
    # With the question unchanged, `check` carried the recorded jobs over: only a refresh makes them differ. For
    # that the engine swaps the two: it passes the live jobs as the state and the recorded ones as the inputs.
    refreshed = not changes
    if UNKNOWN in (olds.get(JOBS), news.get(JOBS)):
        judged, jobs = Judged(()), {JOBS: Change.UPDATE}
    else:
        found = differences_of(news.get(JOBS), olds.get(JOBS), now if refreshed else None)
        judged = judge(found, _rules_of(news) if refreshed else (), now)
        jobs = {path_of(difference): change_of(difference) for difference in judged.differences}
    changes.update(jobs)
    kept = {path: change for path, change in changes.items() if not any(covers(top, path) for top in ignored)}
    if not refreshed:
        return Diff(kept)
    shown = [difference for difference in judged.differences if path_of(difference) in kept]
    hidden = _hidden(olds) or _hidden(news)
    # `read` reports a rule that matches nothing, and only once: it also runs when a refresh finds no difference.
    rest = [] if hidden else replace(judged, unmatched=()).lines()
    return Diff(kept, [*_lines(shown, "--diff shows them all", hidden), *rest])


def create(inputs: Values) -> tuple[str, dict[str, Any]]:
    """The site's id as the resource's id; what was recorded is in the inputs already."""
    site_id = inputs["siteId"]
    # In preview the site may not be known yet; then neither is the id.
    return site_id if isinstance(site_id, str) else "", dict(inputs)


def read(resource_id: str, inputs: Values, state: Values, call: Call) -> tuple[str, dict[str, Any]]:
    """The inputs as they would be if they were recorded now; they are the outputs too.

    Raises when the site cannot be read: that is neither "no drift" nor "all deleted".
    """
    recorded = inputs or state
    known = {name: value for name, value in recorded.items() if name in GIVEN and value is not None}
    # An import and `get` know the id only.
    known.setdefault("siteId", resource_id)
    question, _, rules = _read(known)
    fields = _new_fields(question) if recorded.get(JOBS) is None else _fields(recorded, question)
    with call() as context:
        reading = _live(question, fields, context)
        if rules:
            _say(context, Judged((), unmatched=_judge(recorded.get(JOBS), reading, fields, rules).unmatched).notes())
    live = _record(reading, fields)
    return question.query.site_id, {**known, **_as_declared(known, question.query), **live}


def every(query: dict[str, Any], context: CallContext) -> list[tuple[str, str]]:
    """The account's sites: the jobs of each can be recorded, with the site's id as the resource's id."""
    sites = context.service().sites(read_site_query(query), context.deadline, context.progress).rows
    return [(site.siteId, site.siteName or "") for site in sites]


def _as_declared(inputs: Values, query: JobQuery) -> dict[str, Any]:
    """Values that may be given in several forms, in the schema's form: typed programs read them from the state."""
    result: dict[str, Any] = {"siteId": query.site_id}
    if "pageSize" in inputs:
        result["pageSize"] = query.page_size
    result.update({name: str(inputs[name]) for name in ("startTime", "endTime") if name in inputs})
    return result


def _read(values: Values) -> tuple[_Question, bool, tuple[Rule, ...]]:
    inputs = Inputs({name: value for name, value in values.items() if name not in _RECORDED})
    question = _Question(
        read_query_from(inputs, paged=False), read_ignored(inputs), inputs.boolean("recordExecutions") or False
    )
    fail_on_drift, rules = inputs.boolean("failOnDrift") or False, read_rules(inputs)
    inputs.finish()
    return question, fail_on_drift, rules


def _read_or_none(values: Values) -> _Question | None:
    try:
        return _read({name: value for name, value in values.items() if name in QUESTION})[0]
    except InvalidInput:
        return None


def _new_fields(question: _Question) -> tuple[str, ...]:
    return covered(question.ignored, question.executions)


def _fields(recorded: Values, question: _Question) -> tuple[str, ...]:
    """The fields that a state's record covers: a field that is new in this version is not one of them."""
    given = recorded.get(FIELDS)
    if not isinstance(given, list):
        return covered_at_first(question.ignored)
    known = tuple(name for name in (*IGNORABLE, EXECUTIONS) if name in given)
    return tuple(sorted(known)) if (EXECUTIONS in known) == question.executions else _new_fields(question)


def _rules_of(values: Values) -> tuple[Rule, ...]:
    """The rules of a state; none if they cannot be read, so that nothing is ignored by mistake."""
    inputs = Inputs({"ignore": values.get("ignore")})
    rules = read_rules(inputs)
    return () if inputs.faults else rules


def _live(question: _Question, fields: Sequence[str], context: CallContext) -> Reading:
    return read_covered(context.service(), question.query, fields, context.deadline, context.progress)


def _record(reading: Reading, fields: Sequence[str]) -> dict[str, Any]:
    """The properties that record what was read."""
    jobs = {job_id: record.plain() for job_id, record in reading.records(fields).items()}
    return {JOBS: jobs, FIELDS: list(fields), COUNT: len(jobs)}


def _judge(recorded: Any, reading: Reading, fields: Sequence[str], rules: Sequence[Rule]) -> Judged:
    return judge(differences_of(recorded, _record(reading, fields)[JOBS], reading.now), rules, reading.now)


def _say(context: CallContext, lines: Sequence[str]) -> None:
    for line in lines:
        context.note(line)


def _hidden(values: Values) -> bool:
    """Whether the program made the recorded jobs secret: the engine's diff shows nothing of them then."""
    return JOBS in secret_names(values)


def _lines(differences: Sequence[Difference], more: str, hidden: bool) -> list[str]:
    """A line for each job that drifted, its name beside its id: the engine's own diff shows ids only."""
    lines = changed_jobs(differences) if hidden else job_lines(differences)
    left = len(lines) - _MAX_NOTES
    return lines if left <= 0 else [*lines[:_MAX_NOTES], f"... and {left} more jobs; {more}"]


def _faults(differences: Sequence[Difference], hidden: bool) -> list[Fault]:
    """The drift as input faults; on no property, since the engine would print all that is recorded beside it."""
    if not differences:
        return []
    return [Fault("", line) for line in [*_lines(differences, "a refresh shows them all", hidden), _ACCEPT]]
