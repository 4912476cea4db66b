"""The report as tests: every recorded job is one that passes or fails, so that a page of results shows them all."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from ...drift.compare import Difference, Kind
from ...drift.text import change, cut_changes, describe, job_label
from ...esa.printable import printable, without_commands
from ..outcome import Check, Outcome, Verdict

_CLASS = "scheduled preload jobs"
_MOST = 20
_NUMBERS = ("tests", "failures", "errors", "skipped")
_INNER = ("", "/failure", "/error", "/skipped")


def render(check: Check) -> str:
    """JUnit XML, a suite a site."""
    suites = ET.Element("testsuites", name="alicloud-esa drift check")
    for outcome in check.outcomes:
        suites.append(_suite(outcome))
    _count(suites, [suites.findall(f"testsuite/testcase{inner}") for inner in _INNER])
    ET.indent(suites)
    text = ET.tostring(suites, encoding="unicode")
    # XML's own syntax contains none of the runners' markers: any that is found is in a text or an attribute.
    text = without_commands(text, lambda character: f"&#{ord(character)};")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(outcome: Outcome) -> ET.Element:
    suite = ET.Element("testsuite", name=f"drift of {outcome.title}")
    if outcome.verdict is Verdict.ERROR:
        _add_error(suite, outcome)
    else:
        _add_jobs(suite, outcome)
    _count(suite, [suite.findall(f"testcase{inner}") for inner in _INNER])
    if asides := outcome.asides("JUnit"):
        ET.SubElement(suite, "system-out").text = "\n".join(asides)
    return suite


def _count(element: ET.Element, found: Sequence[Sequence[ET.Element]]) -> None:
    element.attrib.update({name: str(len(cases)) for name, cases in zip(_NUMBERS, found, strict=True)}, time="0")


def _add_jobs(suite: ET.Element, outcome: Outcome) -> None:
    found: dict[str, list[Difference]] = {}
    for difference in outcome.differences:
        found.setdefault(difference.job_id, []).append(difference)
    ignored: dict[str, list[str]] = {}
    new: dict[str, str] = {}
    for difference, rule in outcome.judged.ignored:
        ignored.setdefault(difference.job_id, []).append(f"ignored: {describe(difference)} ({rule.because()})")
        if difference.kind is Kind.UNEXPECTED:
            new[difference.job_id] = difference.name
    unexpected = {job_id: differences[0].name for job_id, differences in found.items() if job_id not in outcome.jobs}
    for job_id, name in {**outcome.jobs, **unexpected, **new}.items():
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
    case = _named(suite, outcome, "read the jobs")
    ET.SubElement(case, "error", type="could not tell", message=outcome.error).text = outcome.summary
    for job_id, name in outcome.jobs.items():
        skipped = _case(suite, outcome, name, job_id)
        ET.SubElement(skipped, "skipped", message="not compared: the jobs could not be read")


def _case(suite: ET.Element, outcome: Outcome, name: str, job_id: str) -> ET.Element:
    return _named(suite, outcome, printable(job_label(name, job_id)))


def _named(suite: ET.Element, outcome: Outcome, name: str) -> ET.Element:
    file = {"file": printable(outcome.location)} if outcome.location else {}
    return ET.SubElement(suite, "testcase", {"classname": _CLASS, "name": name, **file, "time": "0"})
