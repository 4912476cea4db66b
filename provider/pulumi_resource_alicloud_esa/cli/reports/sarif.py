"""The report for code scanning: SARIF 2.1.0, each result on the baseline's line that it contradicts."""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from ...drift.compare import Difference, Kind
from ...drift.text import describe
from ...schema import VERSION
from ..json_text import json_text
from ..outcome import Outcome, Verdict

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ACCEPT = "If that is right, accept it with `alicloud-esa drift record --again` and commit the file."
_RULES = {
    Kind.MISSING: ("JobMissing", "A recorded job is gone", "Somebody deleted the job, or the service dropped it."),
    Kind.UNEXPECTED: ("JobUnexpected", "A job is not in the baseline", "Somebody added the job after the recording."),
    Kind.CHANGED: ("JobChanged", "A job differs from its record", "Somebody changed the field after the recording."),
}


def render(outcome: Outcome) -> str:
    """SARIF; without an answer from the service it has no results at all, and says that the run failed."""
    run: dict[str, Any] = {
        "tool": {
            "driver": {"name": "alicloud-esa", "semanticVersion": VERSION, "rules": [_rule(kind) for kind in Kind]}
        },
        "automationDetails": {"id": f"alicloud-esa-drift/{outcome.site_id or 'unknown-site'}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(outcome)],
    }
    if outcome.verdict is not Verdict.ERROR:
        pairs = zip(outcome.differences, outcome.readable, strict=True)
        run["results"] = [_result(outcome, raw, readable) for raw, readable in pairs]
    return json_text({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


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


def _invocation(outcome: Outcome) -> dict[str, Any]:
    if outcome.verdict is not Verdict.ERROR:
        return {"executionSuccessful": True}
    notification = {
        "level": "error",
        "message": {"text": outcome.summary},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(outcome)}}],
    }
    return {"executionSuccessful": False, "toolExecutionNotifications": [notification]}


def _result(outcome: Outcome, raw: Difference, readable: Difference) -> dict[str, Any]:
    place = {"artifactLocation": _artifact(outcome), "region": {"startLine": outcome.line(raw)}}
    fingerprint = _fingerprint(outcome.site_id, raw)
    return {
        "ruleId": raw.kind.value,
        "ruleIndex": list(Kind).index(raw.kind),
        "level": "warning",
        "message": {"text": describe(readable)},
        "locations": [{"physicalLocation": place}],
        # GitHub looks at the second one only; without it all unexpected jobs, which share a line, would be one alert.
        "partialFingerprints": {"alicloudEsaDrift/v1": fingerprint, "primaryLocationLineHash": f"{fingerprint[:16]}:1"},
    }


def _fingerprint(site_id: str, difference: Difference) -> str:
    """The same for the same finding whatever else is found; another value by hand is another finding."""
    sides = [difference.expected, difference.actual]
    identity = json.dumps([site_id, difference.kind.value, difference.job_id, difference.field, sides])
    return hashlib.sha256(identity.encode()).hexdigest()


def _artifact(outcome: Outcome) -> dict[str, str]:
    path = PurePosixPath(outcome.location)
    if path.is_absolute():
        return {"uri": f"file://{quote(outcome.location)}"}
    return {"uri": quote(outcome.location), "uriBaseId": "%SRCROOT%"}
