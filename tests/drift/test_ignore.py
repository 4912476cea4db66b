"""Ignore rules: what they are about, until when, and what is said of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.drift.compare import Difference, Kind
from pulumi_resource_alicloud_esa.drift.ignore import Rule, judge, read_rules
from pulumi_resource_alicloud_esa.esa.inputs import Inputs

JOB_ID = "665d3af3621bccf3fe29e1a4"
COUNT = Difference(Kind.CHANGED, JOB_ID, "sale", "urlCount", 5, 6)
START = Difference(Kind.CHANGED, JOB_ID, "sale", "startTime", "a", "b", "e1")
NEW_RUN = Difference(Kind.CHANGED, JOB_ID, "sale", "executions", None, "plan", "e2")
GONE = Difference(Kind.MISSING, JOB_ID, "sale")
OTHER = Difference(Kind.UNEXPECTED, "1" * 24, "rogue")
ALL = [COUNT, START, NEW_RUN, GONE, OTHER]
DAY = 86_400_000
LAST_DAY = (date(2026, 12, 31) - date(1970, 1, 1)).days * DAY


def rules(*given: dict[str, Any]) -> tuple[tuple[Rule, ...], list[str]]:
    inputs = Inputs({"ignore": list(given)})
    return read_rules(inputs), [str(fault) for fault in inputs.faults]


def rule(**given: Any) -> Rule:
    (found,), faults = rules({"reason": "known", **given})
    assert faults == []
    return found


@pytest.mark.parametrize(
    ("given", "ignored"),
    [
        ({"job": "sale"}, [COUNT, START, NEW_RUN, GONE]),
        ({"job": JOB_ID}, [COUNT, START, NEW_RUN, GONE]),
        ({"job": f"190007158391808:{JOB_ID.upper()}"}, [COUNT, START, NEW_RUN, GONE]),
        ({"job": "/^(sale|rogue)$/"}, ALL),
        ({"job": "/sal/"}, [COUNT, START, NEW_RUN, GONE]),
        ({"job": "/sale /"}, []),
        ({"job": "/ rogue/"}, []),
        ({"job": "sal"}, []),
        ({"job": "sale "}, []),
        ({"job": "Sale"}, []),
        ({"job": "sale", "field": "urlCount"}, [COUNT]),
        ({"job": "sale", "field": "executions.startTime"}, [START]),
        ({"job": "sale", "field": "executions"}, [START, NEW_RUN]),
        ({"job": "sale", "field": "name"}, []),
        ({"job": "rogue"}, [OTHER]),
    ],
)
def test_a_rule_ignores_what_its_job_and_field_name(given: dict[str, Any], ignored: list[Difference]) -> None:
    one = rule(**given)
    judged = judge(ALL, [one], None)
    assert judged.ignored == [(difference, one) for difference in ignored]
    assert judged.differences == [difference for difference in ALL if difference not in ignored]
    assert judged.unmatched == ([] if ignored else [one])


@pytest.mark.parametrize("job", ["rogue:", f"190007158391808:{JOB_ID}:", ":"])
def test_a_rule_with_an_empty_id_matches_no_job_without_an_id(job: str) -> None:
    # A declared job that is gone has no id; a record that is not a map belongs to no job at all.
    gone, broken = Difference(Kind.MISSING, "", "sale"), Difference(Kind.CHANGED, "", "")
    assert judge([gone, broken], [rule(job=job)], None).differences == [gone, broken]


@pytest.mark.parametrize("job", ["/.*/", "/^$/"])
def test_no_rule_is_about_a_record_that_belongs_to_no_job(job: str) -> None:
    broken = Difference(Kind.CHANGED, "", "")
    assert judge([broken], [rule(job=job)], None).differences == [broken]


@pytest.mark.parametrize(
    ("now", "counts"), [(LAST_DAY, False), (LAST_DAY + DAY - 1, False), (LAST_DAY + DAY, True), (None, True)]
)
def test_a_rule_holds_until_its_day_is_over_and_then_the_finding_is_back(now: int | None, counts: bool) -> None:
    one = rule(job="sale", until="2026-12-31")
    judged = judge([COUNT], [one], now)
    assert judged.differences == ([COUNT] if counts else [])
    assert judged.ran_out == ([one] if counts else [])
    assert judged.unmatched == []


def test_a_rule_that_ran_out_is_not_told_where_another_still_holds() -> None:
    over, holds = rule(job="sale", until="2020-01-01"), rule(job="sale")
    judged = judge([COUNT], [over, holds], LAST_DAY)
    assert (judged.differences, judged.ignored, judged.ran_out) == ([], [(COUNT, holds)], [])


def test_the_first_rule_gives_the_reason() -> None:
    first, second = rule(job="sale", reason="one"), rule(job=JOB_ID, reason="two")
    assert judge([COUNT], [first, second], None).ignored == [(COUNT, first)]


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"reason": "x"}, "ignore[0].job: missing; give a string"),
        ({"job": "a"}, "ignore[0].reason: missing; give a string"),
        (
            {"job": "a", "reason": " "},
            "ignore[0].reason: ' ' is not accepted; give a non-empty string, or leave it out",
        ),
        (
            {"job": "a", "reason": "x", "until": "soon"},
            "ignore[0].until: 'soon' is not a date; give one such as 2026-12-31, the last day of the rule",
        ),
        (
            {"job": "a", "reason": "x", "until": "2026-02-30"},
            "ignore[0].until: '2026-02-30' is not a date; give one such as 2026-12-31, the last day of the rule",
        ),
        (
            {"job": "a", "reason": "x", "colour": "red"},
            "ignore[0].colour: no such input; accepted are job, field, reason, until",
        ),
    ],
)
def test_a_wrong_rule_is_a_fault_on_its_path(given: dict[str, Any], fault: str) -> None:
    assert rules(given)[1] == [fault]


def test_the_last_day_of_the_calendar_is_a_day_too() -> None:
    judged = judge([COUNT], [rule(job="sale", until="9999-12-31")], 253402300799999)
    assert (len(judged.ignored), judged.differences) == (1, [])
    assert judge([COUNT], [rule(job="sale", until="9999-12-31")], 253402300800000).differences == [COUNT]


def test_a_wrong_field_or_pattern_is_a_fault_on_its_path() -> None:
    _, faults = rules(
        {"job": "a", "reason": "x"}, {"job": "/(/", "reason": "x"}, {"job": "a", "reason": "x", "field": "b"}
    )
    assert [fault.split(":")[0] for fault in faults] == ["ignore[1].job", "ignore[2].field"]
    assert "executions.startTime" in faults[1]


@pytest.mark.parametrize("value", ["x", 5, {"job": "a"}])
def test_rules_that_are_no_list_are_a_fault(value: Any) -> None:
    inputs = Inputs({"ignore": value})
    assert read_rules(inputs) == ()
    assert [fault.path for fault in inputs.faults] == ["ignore"]
    assert read_rules(Inputs({"ignore": None})) == ()


def test_a_rule_that_is_no_object_is_a_fault() -> None:
    assert rules("sale")[1] == ["ignore[0]: 'sale' is not accepted; give an object with job and reason"]  # type: ignore[arg-type]


def test_a_rule_is_written_as_it_was_given() -> None:
    assert rule(job="/a/", until="2026-12-31").plain() == {"job": "/a/", "reason": "known", "until": "2026-12-31"}
