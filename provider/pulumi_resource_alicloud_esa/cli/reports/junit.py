"""The report as tests: every recorded job is one that passes or fails, so that a page of results shows them all."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from ...drift.compare import Difference, Kind
from ...drift.ignored import because
from ...drift.text import change, cut_changes, describe, job_label
from ...esa.printable import printable, without_commands
from ..outcome import Outcome, Verdict

_CLASS = "scheduled preload jobs"
_MOST = 20
_COUNTED = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def render(outcome: Outcome) -> str:
    """JUnit XML."""
    suite = ET.Element("testsuite", name=f"drift of {outcome.subject}")
    if outcome.verdict is Verdict.ERROR:
        _add_error(suite, outcome)
    else:
        _add_jobs(suite, outcome)
    numbers = {
        "tests": len(suite),
        **{name: len(suite.findall(f"testcase/{tag}")) for name, tag in _COUNTED.items()},
    }
    suites = ET.Element("testsuites", name="alicloud-esa drift check")
    for element in (suites, suite):
        element.attrib.update({name: str(number) for name, number in numbers.items()}, time="0")
    suites.append(suite)
    ET.indent(suites)
    text = ET.tostring(suites, encoding="unicode")
    # XML's own syntax contains none of the runners' markers: any that is found is in a text or an attribute.
    text = without_commands(text, lambda character: f"&#{ord(character)};")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _add_jobs(suite: ET.Element, outcome: Outcome) -> None:
    found: dict[str, list[Difference]] = {}
    for difference in outcome.differences:
        found.setdefault(difference.job_id, []).append(difference)
    ignored: dict[str, list[str]] = {}
    new: dict[str, str] = {}
    for difference, rule in outcome.judged.ignored:
        ignored.setdefault(difference.job_id, []).append(f"ignored: {describe(difference)} ({because(rule)})")
        if difference.kind is Kind.UNEXPECTED:
            new[difference.job_id] = difference.name
    names = {job_id: record.name for job_id, record in outcome.expected.items()}
    unexpected = {job_id: differences[0].name for job_id, differences in found.items() if job_id not in names}
    for job_id, name in {**names, **unexpected, **new}.items():
        case = _case(suite, outcome, name, job_id)
        if job_id in found:
            _add_failure(case, found[job_id])
        elif job_id in ignored:
            ET.SubElement(case, "skipped", message="; ".join(ignored[job_id][:_MOST]))


def _add_failure(case: ET.Element, differences: Sequence[Difference]) -> None:
    first = differences[0]
    shown, more = cut_changes(differences)
    # A changed job is one failure, whose message has all its fields.
    changed = first.kind is Kind.CHANGED
    parts = [*(change(one) if changed else describe(one) for one in shown), *([more] if more else [])]
    failure = ET.SubElement(case, "failure", type=first.kind.value, message=", ".join(parts))
    failure.text = "\n".join([*(describe(one) for one in shown), *([more] if more else [])])


def _add_error(suite: ET.Element, outcome: Outcome) -> None:
    attributes = {"classname": _CLASS, "name": "read the jobs", "file": printable(outcome.location), "time": "0"}
    case = ET.SubElement(suite, "testcase", attributes)
    ET.SubElement(case, "error", type="could not tell", message=outcome.error).text = outcome.summary
    for job_id, record in outcome.expected.items():
        skipped = _case(suite, outcome, record.name, job_id)
        ET.SubElement(skipped, "skipped", message="not compared: the jobs could not be read")


def _case(suite: ET.Element, outcome: Outcome, name: str, job_id: str) -> ET.Element:
    attributes = {
        "classname": _CLASS,
        "name": printable(job_label(name, job_id)),
        "file": printable(outcome.location),
        "time": "0",
    }
    return ET.SubElement(suite, "testcase", attributes)
