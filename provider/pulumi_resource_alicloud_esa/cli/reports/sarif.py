"""The report for code scanning: SARIF 2.1.0, each result on the baseline's line that it contradicts."""

from __future__ import annotations

import os
import re
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from ...drift.compare import Difference, Kind
from ...drift.ignore import Rule
from ...drift.since import fingerprint
from ...drift.text import describe, importance
from ...schema import VERSION
from ..json_text import json_output
from ..outcome import Check, Outcome, Verdict

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ACCEPT = "If that is right, accept it with `alicloud-esa drift record --again` and commit the file."
_BRACKETS = re.compile(r"[\\\[\]]")
# What GitHub shows of a run; a reader of more than that is a program, which has the JSON report.
_RESULTS = 5000
_RULES = {
    Kind.MISSING: ("JobMissing", "A recorded job is gone", "Somebody deleted the job, or the service dropped it."),
    Kind.UNEXPECTED: ("JobUnexpected", "A job is not in the baseline", "Somebody added the job after the recording."),
    Kind.CHANGED: ("JobChanged", "A job differs from its record", "Somebody changed the field after the recording."),
}


def render(check: Check) -> str:
    """SARIF; without any answer from the service it has no results at all; where one is missing, the run failed."""
    told = [outcome for outcome in check.outcomes if outcome.verdict is not Verdict.ERROR]
    category = "all-sites" if check.several else check.outcomes[0].site_id or "unknown-site"
    run: dict[str, Any] = {
        "tool": {
            "driver": {"name": "alicloud-esa", "semanticVersion": VERSION, "rules": [_rule(kind) for kind in Kind]}
        },
        "automationDetails": {"id": f"alicloud-esa-drift/{category}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(check)],
    }
    if told:
        found = [(outcome, difference) for outcome in told for difference in outcome.differences]
        if len(found) > _RESULTS:
            found = sorted(found, key=lambda one: importance(one[1]))[:_RESULTS]
        ignored = [(outcome, *pair) for outcome in told for pair in outcome.judged.ignored]
        run["results"] = [_result(*one) for one in found] + [_suppressed(*one) for one in ignored[:_RESULTS]]
    return json_output({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(kind: Kind) -> dict[str, Any]:
    name, short, full = _RULES[kind]
    return {
        "id": kind.value,
        "name": name,
        "shortDescription": {"text": f"{short}."},
        "fullDescription": {"text": full},
        "help": {"text": f"{full} {_ACCEPT}"},
        "defaultConfiguration": {"level": "warning"},
    }


def _invocation(check: Check) -> dict[str, Any]:
    notified = [_notification(one, "error", one.summary) for one in check.outcomes if one.verdict is Verdict.ERROR]
    successful = not notified
    found = sum(len(outcome.differences) for outcome in check.outcomes)
    if found > _RESULTS:
        cut = f"{_RESULTS} of {found} differences are listed here; `--format json` lists all. {check.summary}"
        notified.append(_notification(check.outcomes[0], "warning", cut))
    notified += [_notification(one, "note", aside) for one in check.outcomes for aside in one.asides("SARIF")]
    more = {"toolExecutionNotifications": notified} if notified else {}
    return {"executionSuccessful": successful, **more}


def _notification(outcome: Outcome, level: str, text: str) -> dict[str, Any]:
    place = [{"physicalLocation": {"artifactLocation": _artifact(outcome)}}] if outcome.location else []
    return {"level": level, "message": {"text": _message(text)}, **({"locations": place} if place else {})}


def _result(outcome: Outcome, found: Difference) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(outcome), "region": {"startLine": outcome.line(found)}}
    mark = fingerprint(outcome.site_id, found)
    return {
        "ruleId": found.kind.value,
        "ruleIndex": list(Kind).index(found.kind),
        "level": "warning",
        "message": {"text": _message(describe(found))},
        "locations": [{"physicalLocation": place}],
        # GitHub uses the second one only; without it all unexpected jobs, which share a line, would be one alert.
        "partialFingerprints": {"alicloudEsaDrift/v1": mark, "primaryLocationLineHash": f"{mark[:16]}:1"},
    }


def _suppressed(outcome: Outcome, found: Difference, rule: Rule) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(outcome), "region": {"startLine": outcome.line(rule)}}
    suppression = {
        "kind": "external",
        "status": "accepted",
        "justification": rule.because(),
        "location": {"physicalLocation": place},
    }
    return {**_result(outcome, found), "suppressions": [suppression]}


def _message(text: str) -> str:
    """A text from outside in which SARIF finds neither a link, `[text](url)`, nor a placeholder, `{0}`."""
    return _BRACKETS.sub(r"\\\g<0>", text).replace("{", "{{").replace("}", "}}")


def _artifact(outcome: Outcome) -> dict[str, str]:
    # Bytes, since a file's name need not be text.
    uri = quote(os.fsencode(outcome.location))
    if PurePosixPath(outcome.location).is_absolute():
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": "%SRCROOT%"}
