"""The report for programs."""

from __future__ import annotations

from typing import Any

from ...drift.compare import Difference, Kind
from ...drift.ignore import Rule
from ...drift.ignored import notes
from ...drift.since import fingerprint
from ..json_text import json_output
from ..outcome import Outcome, Verdict

FORMAT = "alicloud-esa drift report"
FORMAT_VERSION = 1


def render(outcome: Outcome) -> str:
    """JSON; without an answer from the service `counts` and `differences` are null, never empty."""
    told = outcome.verdict is not Verdict.ERROR
    return json_output(
        {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "verdict": outcome.verdict.value,
            "summary": outcome.summary,
            "siteId": outcome.site_id or None,
            "baseline": outcome.location,
            "errors": list(outcome.errors),
            "counts": _counts(outcome) if told else None,
            "differences": _differences(outcome) if told else None,
            "since": outcome.since.counts if outcome.since else None,
            "resolved": [_difference(outcome, gone) for gone in outcome.since.resolved] if outcome.since else None,
            "ignored": [_ignored(outcome, *pair) for pair in outcome.judged.ignored] if told else None,
            "rules": notes(outcome.judged) if told else None,
            "health": outcome.health.plain() if outcome.health else None,
        }
    )


def _ignored(outcome: Outcome, difference: Difference, rule: Rule) -> dict[str, Any]:
    return {**_difference(outcome, difference), "rule": {**rule.plain(), "line": outcome.rule_line(rule)}}


def _counts(outcome: Outcome) -> dict[str, int]:
    differing = {kind.value: outcome.jobs_that_are(kind) for kind in Kind}
    return {"expected": len(outcome.expected), "actual": outcome.actual, **differing}


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
