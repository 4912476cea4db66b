"""The drift function by itself: what may be declared, and what it answers."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_resource_alicloud_esa.esa.errors import DriftFound, InvalidInput
from pulumi_resource_alicloud_esa.functions.get_scheduled_preload_jobs_drift import invoke

from tests.support.drift_rows import AFTER_END, BEFORE_END, execution, job
from tests.support.service import FakeService

ONE, TWO, THREE = (f"{number:024x}" for number in (1, 2, 3))


def answer(service: FakeService, *expected: Any, **inputs: Any) -> dict[str, Any]:
    return invoke({"siteId": "1", "expected": list(expected), **inputs}, service.context())


def faults(*expected: Any) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        answer(FakeService(), *expected)
    return [str(fault) for fault in caught.value.faults]


def change(name: str, job_id: str, field: str, expected: Any, actual: Any, run: str | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "jobId": job_id,
        "executionId": run,
        "field": field,
        "expected": expected,
        "actual": actual,
    }


@pytest.mark.parametrize(
    ("field", "declared"),
    [
        ("domains", "B.com, a.com"),
        ("domains", "a.com;b.com"),
        ("createdAt", "2024-06-01T16:53:13.000+08:00"),
        ("createdAt", "1717231993000"),
        ("urlCount", "5"),
        ("urlCount", 5.0),
        ("errorInfo", ""),
    ],
)
def test_a_declared_value_means_the_same_in_its_other_spellings(field: str, declared: Any) -> None:
    assert answer(FakeService([job(1, name="a")]), {"name": "a", field: declared})["drifted"] is False


@pytest.mark.parametrize(
    ("field", "declared", "expected", "actual"),
    [
        ("domains", "C.com, a.com", "a.com,c.com", "a.com,b.com"),
        ("urlCount", 0, "0", "5"),
        ("errorInfo", "broken", "broken", None),
        ("taskType", "", None, "preload"),
        ("createdAt", "2024-06-01T08:53:13.0004Z", "2024-06-01T08:53:13.000400Z", "2024-06-01T08:53:13Z"),
        # Beyond the calendar, which is not the same as having no value.
        ("createdAt", "9223372036854775807", "9223372036854775807", "2024-06-01T08:53:13Z"),
        ("name", "a", None, None),
    ],
)
def test_a_change_has_both_sides_as_text_and_nothing_is_null(
    field: str, declared: Any, expected: str | None, actual: str | None
) -> None:
    found = answer(FakeService([job(1, name="a")]), {"name": "a", field: declared})
    assert found["changed"] == ([] if field == "name" else [change("a", ONE, field, expected, actual)])


def test_the_answer_names_every_job_with_its_id() -> None:
    service = FakeService([job(1, name="a", urlCount=6), job(2, name=None), job(3, name="x", errorInfo="broken")])
    found = answer(service, {"name": "a", "urlCount": 5}, {"name": "lost"}, {"id": f"{9:024x}"})
    assert found["drifted"] is True
    assert (found["missing"], found["missingIds"]) == ([f"{9:024x}", "lost"], [f"{9:024x}", ""])
    assert (found["unexpected"], found["unexpectedIds"]) == ([TWO, "x"], [TWO, THREE])
    assert found["changed"] == [change("a", ONE, "urlCount", "5", "6")]
    assert found["failed"] == ["x"]
    assert found["ignored"] == []
    assert "health" not in found


def test_a_job_whose_error_is_empty_has_not_failed() -> None:
    assert answer(FakeService([job(1, errorInfo=""), job(2, errorInfo=None)]), allowUnexpected=True)["failed"] == []


def test_an_id_of_no_job_is_a_fault_where_that_is_asked_for_and_a_declared_one_is_drift() -> None:
    service = FakeService([job(1, name="a")])
    assert answer(service, {"name": "a"}, ids=[ONE, TWO])["drifted"] is False
    with pytest.raises(InvalidInput) as caught:
        answer(service, {"name": "a"}, ids=[ONE, TWO.upper(), THREE], requireIds=True)
    assert [str(fault) for fault in caught.value.faults] == [
        f"ids: no job of site 1 has the id {number}; check it, or leave it out" for number in (TWO, THREE)
    ]
    found = answer(service, {"name": "a"}, {"id": f"1:{TWO}"}, ids=[ONE, TWO], requireIds=True)
    assert found["missingIds"] == [TWO]


def test_executions_are_read_only_of_jobs_that_declare_them() -> None:
    service = FakeService([job(1, name="a"), job(2, name="a"), job(3, name="b")], {ONE: [execution(1)]})
    answer(service, {"name": "a", "executions": []}, {"name": "b"})
    assert service.reads == ["jobs", f"executions of {ONE}", f"executions of {TWO}"]


def test_executions_of_a_job_whose_id_the_service_writes_in_capitals_are_read() -> None:
    service = FakeService([job(id="A" * 24, name="a")], {"A" * 24: [execution(1)]})
    assert answer(service, {"id": "a" * 24, "executions": [{"interval": 30}]})["drifted"] is False
    assert answer(service, {"id": "A" * 24, "executions": []})["drifted"] is True


def test_a_changed_plan_is_told_by_execution_and_field() -> None:
    service = FakeService([job(1, name="a")], {ONE: [execution(1), execution(2, startTime="2024-06-05T08:00:00Z")]})
    plan = {"startTime": "2024-06-04T16:00:00+08:00", "interval": 60}
    later = {"start_time": "2024-06-05T08:00:00Z", "slice_len": 10}
    assert answer(service, {"name": "a", "executions": [later, plan]})["changed"] == [
        change("a", ONE, "interval", "60", "30", ONE)
    ]
    found = answer(service, {"name": "a", "executions": [later, {**plan, "interval": 30}, {"interval": 7}]})
    assert found["changed"] == [change("a", ONE, "executions", "interval 7", None)]
    assert answer(service, {"name": "a", "executions": [later]})["changed"] == [
        change(
            "a", ONE, "executions", None, "2024-06-04T08:00:00Z to 2024-06-04T09:00:00Z, interval 30, sliceLen 10", ONE
        )
    ]


def test_a_declared_execution_that_ran_out_may_be_gone() -> None:
    declared = {"name": "a", "executions": [{"endTime": "2024-06-04T09:00:00Z"}]}
    assert answer(FakeService([job(1, name="a")], now=BEFORE_END), declared)["drifted"] is True
    assert answer(FakeService([job(1, name="a")], now=AFTER_END), declared)["drifted"] is False


def test_fail_on_drift_tells_the_values() -> None:
    service = FakeService([job(1, name="a", urlCount=6), job(2, name="x")])
    with pytest.raises(DriftFound) as caught:
        answer(service, {"name": "a", "urlCount": 5}, failOnDrift=True)
    assert str(caught.value).splitlines()[1:] == [
        f"job a ({ONE}): urlCount 5 => 6",
        f"job x ({TWO}) is new (preload, a.com,b.com, 5 URLs, created 2024-06-01T08:53:13Z)",
    ]
    service.rows = [job(1, name="a", urlCount=5)]
    assert answer(service, {"name": "a", "urlCount": 5}, failOnDrift=True)["drifted"] is False


def test_what_a_rule_ignores_is_no_drift_but_told() -> None:
    service = FakeService([job(1, name="a", urlCount=6), job(2, name="x")], now=BEFORE_END)
    rules = [
        {"job": "a", "field": "urlCount", "reason": "sale", "until": "2999-12-31"},
        {"job": "/^x$/", "reason": "ours"},
        {"job": "gone", "reason": "old"},
    ]
    found = answer(service, {"name": "a", "urlCount": 5}, ignore=rules, failOnDrift=True)
    assert found["drifted"] is False
    assert found["changed"] == found["unexpected"] == []
    assert found["ignored"] == [
        {
            "name": "a",
            "jobId": ONE,
            "executionId": None,
            "kind": "changed",
            "field": "urlCount",
            "reason": "sale",
            "until": "2999-12-31",
        },
        {
            "name": "x",
            "jobId": TWO,
            "executionId": None,
            "kind": "unexpected",
            "field": None,
            "reason": "ours",
            "until": None,
        },
    ]
    assert found["summary"] == "site 1: no drift in 2 scheduled preload jobs; 2 ignored"
    assert "<details><summary>2 ignored</summary>" in found["markdown"]
    assert "sale, until 2999-12-31" in found["markdown"]
    assert "matches nothing (old)" in found["markdown"]
    assert (
        "ran out"
        in answer(service, {"name": "a", "urlCount": 5}, ignore=[{**rules[0], "until": "2020-01-01"}])["markdown"]
    )


@pytest.mark.parametrize("executions", [[execution(1, status="waiting")], [execution(1, status="failed")]])
def test_health_leaves_the_verdict_and_is_reported_only_when_asked_for(executions: Any) -> None:
    service = FakeService([job(1, name="a")], {ONE: executions})
    plain = answer(service, {"name": "a"})
    found = answer(service, {"name": "a"}, health=True)
    assert {name: found[name] for name in plain if name not in ("summary", "markdown")} == {
        name: value for name, value in plain.items() if name not in ("summary", "markdown")
    }
    assert found["summary"].startswith(f"{plain['summary']}; health: ")
    ahead = executions[0].status == "waiting"
    assert found["withoutExecution"] == ([] if ahead else ["a"])
    assert [entry["failed"] for entry in found["health"]] == ([] if ahead else [1])


@pytest.mark.parametrize(
    ("expected", "fault"),
    [
        ({}, "expected[0].name: missing; give the job's name, or its id"),
        ({"name": ""}, "expected[0].name: missing; give the job's name, or its id"),
        ({"name": 5}, "expected[0].name: not accepted; give a string"),
        ({"name": "a", "taskType": 5}, "expected[0].taskType: not accepted; give a string"),
        ({"name": "a", "taskType": ["x"]}, "expected[0].taskType: not accepted; give a string"),
        ({"name": "a", "urlCount": -1}, "expected[0].urlCount: -1 is not accepted; give a whole number"),
        ({"name": "a", "createdAt": "soon"}, "expected[0].createdAt: 'soon' is not a time"),
        ({"name": "a", "colour": "red"}, "expected[0].colour: no such input"),
        ({"id": "x"}, "expected[0].id: InvalidParameter.ObjectId: 'x' is not a job id"),
        ("a", "expected[0]: not accepted; give an object"),
        ({"name": "a", "executions": "x"}, "expected[0].executions: not accepted; give a list"),
        ({"name": "a", "executions": ["x"]}, "expected[0].executions[0]: not accepted; give an object"),
        (
            {"name": "a", "executions": [{"interval": -1}]},
            "expected[0].executions[0].interval: -1 is not accepted; give a whole number",
        ),
        (
            {"name": "a", "executions": [{}, {"startTime": "soon"}]},
            "expected[0].executions[1].startTime: 'soon' is not a time",
        ),
        ({"name": "a", "executions": [{"stopped": True}]}, "expected[0].executions[0].stopped: no such input"),
    ],
)
def test_a_wrong_declaration_is_a_fault_on_its_path(expected: Any, fault: str) -> None:
    (found,) = faults(expected)
    assert found.startswith(fault)


def test_a_job_is_declared_once_by_name_or_each_by_its_id() -> None:
    assert faults({"name": "a"}, {"name": "a"}) == [
        "expected[1].name: 'a' is given twice; a name is declared once, or each with its id"
    ]
    assert faults({"name": "a", "id": ONE}, {"name": "b", "id": ONE}) == [
        f"expected[1].id: '{ONE}' is given twice; a job is declared once"
    ]
    service = FakeService([job(1, name="a"), job(2, name="a")])
    assert answer(service, {"name": "a", "id": ONE.upper()}, {"name": "a", "id": f"1:{TWO}"})["drifted"] is False


def test_all_faults_come_at_once_and_nothing_is_read() -> None:
    service = FakeService()
    with pytest.raises(InvalidInput) as caught:
        answer(service, {"name": "a", "x": 1}, "b", failOnDrift="perhaps", ignore=[{}])
    assert [fault.path for fault in caught.value.faults] == [
        "expected[0].x",
        "expected[1]",
        "failOnDrift",
        "ignore[0].job",
        "ignore[0].reason",
    ]
    assert service.reads == []
