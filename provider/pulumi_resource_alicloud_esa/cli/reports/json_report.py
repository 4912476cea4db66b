"""The report for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...drift.compare import Difference, Kind
from ...drift.ignore import Rule
from ...drift.since import fingerprint
from ..json_text import json_output
from ..outcome import Check, Outcome, Verdict

FORMAT = "alicloud-esa drift report"
FORMAT_VERSION = 1
FORMAT_VERSION_OF_SITES = 2


def render(check: Check) -> str:
    """JSON; without an answer from the service `counts` and `differences` are null, never empty."""
    if not check.several:
        return json_output({"format": FORMAT, "version": FORMAT_VERSION, **_site(check.outcomes[0])})
    return json_output(
        {
            "format": FORMAT,
            "version": FORMAT_VERSION_OF_SITES,
            "verdict": check.verdict.value,
            "summary": check.summary,
            "counts": _sum(check),
            "since": check.since or None,
            "sites": [_one_of_several(outcome) for outcome in check.outcomes],
        }
    )


def _one_of_several(outcome: Outcome) -> dict[str, Any]:
    earlier = None if outcome.earlier is None else [_difference(outcome, found) for found in outcome.earlier]
    name = outcome.name if outcome.name and outcome.site_id else None
    return {"siteName": name, **_site(outcome), "earlier": earlier}


def _site(outcome: Outcome) -> dict[str, Any]:
    told = outcome.verdict is not Verdict.ERROR
    return {
        "verdict": outcome.verdict.value,
        "summary": outcome.summary,
        "siteId": outcome.site_id or None,
        "baseline": outcome.location or None,
        "errors": list(outcome.errors),
        "counts": _counts(outcome) if told else None,
        "differences": _differences(outcome) if told else None,
        "since": outcome.since.counts if outcome.since else None,
        "resolved": [_difference(outcome, gone) for gone in outcome.since.resolved] if outcome.since else None,
        "ignored": [_ignored(outcome, *pair) for pair in outcome.judged.ignored] if told else None,
        "rules": outcome.judged.notes() if told else None,
        "health": outcome.health.plain() if outcome.health else None,
    }


def _sum(check: Check) -> dict[str, int]:
    """How many sites have which verdict; and the counts of all that could be told."""
    sites = Counter(outcome.verdict for outcome in check.outcomes)
    jobs: Counter[str] = Counter()
    for outcome in check.outcomes:
        if outcome.verdict is not Verdict.ERROR:
            jobs.update(_counts(outcome))
    return {"sites": len(check.outcomes), **{verdict.value: sites[verdict] for verdict in Verdict}, **jobs}


def _ignored(outcome: Outcome, difference: Difference, rule: Rule) -> dict[str, Any]:
    return {**_difference(outcome, difference), "rule": {**rule.plain(), "line": outcome.line(rule)}}


def _counts(outcome: Outcome) -> dict[str, int]:
    jobs = Counter(kind for kind, _ in {(found.kind, found.job_id) for found in outcome.differences})
    return {"expected": len(outcome.jobs), "actual": outcome.actual, **{kind.value: jobs[kind] for kind in Kind}}


def _differences(outcome: Outcome) -> list[dict[str, Any]]:
    found = [_difference(outcome, difference) for difference in outcome.differences]
    if outcome.since:
        new = {fingerprint(outcome.site_id, difference) for difference in outcome.since.new}
        for row in found:
            row["since"] = "new" if row["fingerprint"] in new else "known"
    return found


def _difference(outcome: Outcome, difference: Difference) -> dict[str, Any]:
    found: dict[str, Any] = {
        "kind": difference.kind.value,
        "id": difference.job_id,
        "name": difference.name,
        "line": outcome.line(difference),
        "fingerprint": fingerprint(outcome.site_id, difference),
    }
    if difference.record is not None:
        found["job"] = difference.record.plain()
    if difference.execution_id:
        found["executionId"] = difference.execution_id
    if difference.kind is Kind.CHANGED:
        found |= {"field": difference.field, "expected": difference.expected, "actual": difference.actual}
    return found
