"""The baseline resource by itself: what is kept, what is read anew, and how each change is told to the engine."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_resource_alicloud_esa.engine.values import UNKNOWN
from pulumi_resource_alicloud_esa.esa.models import Execution, Job
from pulumi_resource_alicloud_esa.resources import scheduled_preload_jobs_baseline as baseline
from pulumi_resource_alicloud_esa.resources.protocol import Change

from tests.support.drift_rows import AFTER_END, BEFORE_END, execution, job
from tests.support.service import FakeService

SITE = {"siteId": "1"}
ONE, TWO, THREE = (f"{number:024x}" for number in (1, 2, 3))
IS = "preload, a.com,b.com, 5 URLs, created 2024-06-01T08:53:13Z"
RECORDED = ("jobs", "jobCount", "recordedFields")
FIELDS = ["aliUid", "createdAt", "domains", "fileId", "insertWay", "name", "taskType", "urlCount"]
PLAN_FIELDS = [f"executions.{name}" for name in ("endTime", "interval", "sliceLen", "startTime", "stopped")]


def record(service: FakeService, **inputs: Any) -> dict[str, Any]:
    """What a first `pulumi up` leaves in the state."""
    checked, faults = baseline.check({}, {**SITE, **inputs}, service.call)
    assert faults == []
    return checked


def refresh(service: FakeService, recorded: dict[str, Any], ignored: tuple[str, ...] = ()) -> tuple[Any, list[str]]:
    """The changes and the lines of a refresh; the engine hands over what is live as the old side."""
    service.said.clear()
    _, live = baseline.read("1", recorded, recorded, service.call)
    diff = baseline.diff(live, recorded, ignored, service.now())
    return dict(diff.changes), [*service.said, *diff.notes]


def with_plan(*rows: Execution, now: int | None = BEFORE_END) -> FakeService:
    return FakeService([job(1)], {ONE: list(rows)}, now)


def test_a_record_holds_canonical_jobs_by_id_their_count_and_the_covered_fields() -> None:
    checked = record(FakeService([job(2, name="b"), job(1, name="a", errorInfo="x", urlCount=0)]))
    assert list(checked["jobs"]) == [ONE, TWO]
    assert checked["jobs"][ONE] == {
        "aliUid": "15685865xxx14622",
        "createdAt": "2024-06-01T08:53:13Z",
        "domains": "a.com,b.com",
        "fileId": "665d3b48621bccf3fe29e1a7",
        "insertWay": "oss",
        "name": "a",
        "taskType": "preload",
        "urlCount": 0,
    }
    assert (checked["jobCount"], checked["recordedFields"]) == (2, FIELDS)
    service = with_plan(execution(1, status="stopped"))
    planned = record(service, recordExecutions=True)
    assert planned["jobs"][ONE]["executions"] == {
        ONE: {
            "endTime": "2024-06-04T09:00:00Z",
            "interval": 30,
            "sliceLen": 10,
            "startTime": "2024-06-04T08:00:00Z",
            "stopped": True,
        }
    }
    assert planned["recordedFields"] == sorted([*FIELDS, "executions", *PLAN_FIELDS])
    assert service.reads == ["jobs", f"executions of {ONE}"]


@pytest.mark.parametrize("jobs", [[], [job(1)]])
def test_what_was_recorded_is_kept_whatever_is_there_now_an_empty_record_too(jobs: list[Job]) -> None:
    service = FakeService(jobs)
    recorded = record(service)
    service.rows = [job(1, urlCount=99), job(2)]
    service.reads.clear()
    assert baseline.check(recorded, SITE, service.call) == (recorded, [])
    assert service.reads == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"siteId": "2"}),
        ({}, {"taskType": "preload"}),
        ({"nameRegex": "a"}, {}),
        ({}, {"ignoreFields": []}),
        ({}, {"startTime": "2024-06-01T00:00:00Z"}),
        ({}, {"recordExecutions": True}),
        ({"recordExecutions": True}, {}),
    ],
)
def test_another_question_records_anew_even_with_the_gate_on(before: dict[str, Any], after: dict[str, Any]) -> None:
    service = FakeService([job(1, name="a")])
    recorded = record(service, **before, failOnDrift=True)
    service.rows = [job(1, name="a", urlCount=99)]
    checked, faults = baseline.check(recorded, {**SITE, **after, "failOnDrift": True}, service.call)
    assert faults == []
    assert checked["jobs"][ONE]["urlCount"] == 99


@pytest.mark.parametrize("unknown", ["siteId", "nameRegex", "recordExecutions", "failOnDrift"])
def test_an_input_that_becomes_unknown_leaves_everything_open(unknown: str) -> None:
    service = FakeService([job(1)])
    recorded = record(service, failOnDrift=True)
    service.reads.clear()
    inputs = {**SITE, "failOnDrift": True, unknown: UNKNOWN}
    checked, faults = baseline.check(recorded, inputs, service.call)
    assert (checked, faults) == ({**inputs, **dict.fromkeys(RECORDED, UNKNOWN)}, [])
    assert service.reads == []
    changes = dict(baseline.diff(recorded, checked, (), None).changes)
    assert changes["jobs"] is Change.UPDATE
    expected = {"siteId": Change.REPLACE, "failOnDrift": Change.UPDATE}.get(unknown, Change.ADD)
    assert changes == {"jobs": Change.UPDATE, unknown: expected}


def test_each_changed_input_is_told_as_added_changed_deleted_or_replacing() -> None:
    was = {**SITE, "taskType": "a", "domain": "b", "jobs": {}, "failOnDrift": True}
    now = {"siteId": "2", "taskType": "c", "insertWay": "d", "jobs": {}, "ignore": []}
    assert dict(baseline.diff(was, now, (), None).changes) == {
        "siteId": Change.REPLACE,
        "taskType": Change.UPDATE,
        "domain": Change.DELETE,
        "insertWay": Change.ADD,
        "failOnDrift": Change.DELETE,
        "ignore": Change.ADD,
    }
    assert dict(
        baseline.diff(was, now, ("siteId", "taskType", "domain", "insertWay", "failOnDrift"), None).changes
    ) == {"ignore": Change.ADD}


def test_a_refresh_finds_exactly_what_changed_by_path_kind_and_line() -> None:
    service = FakeService([job(1, name="a"), job(2, name="b", errorInfo=None), job(3, name="c", urlCount=None)])
    recorded = record(service, ignoreFields=["executionCount"])
    assert refresh(service, recorded) == ({}, [])
    service.rows = [
        job(1, name="a", executionCount=99),
        job(2, name="b", errorInfo="broken", taskType=None, domains="c.com"),
        job(4, name="d"),
    ]
    changes, lines = refresh(service, recorded)
    # The engine turns these round: what is live and not recorded is shown as added.
    assert changes == {
        f'jobs["{TWO}"].errorInfo': Change.DELETE,
        f'jobs["{TWO}"].taskType': Change.ADD,
        f'jobs["{TWO}"].domains': Change.UPDATE,
        f'jobs["{THREE}"]': Change.ADD,
        f'jobs["{4:024x}"]': Change.DELETE,
    }
    assert lines == [
        f"job b ({TWO}): domains a.com,b.com => c.com, errorInfo nothing => broken, taskType preload => nothing",
        f"job c ({THREE}) is gone (preload, a.com,b.com, created 2024-06-01T08:53:13Z)",
        f"job d ({4:024x}) is new (preload, a.com,b.com, 5 URLs, created 2024-06-01T08:53:13Z)",
    ]
    assert refresh(service, recorded, ("jobs",)) == ({}, [])
    changes, lines = refresh(service, recorded, (f'jobs["{TWO}"]', f'jobs["{4:024x}"]'))
    assert changes == {f'jobs["{THREE}"]': Change.ADD}
    assert lines == [f"job c ({THREE}) is gone (preload, a.com,b.com, created 2024-06-01T08:53:13Z)"]


def test_a_refresh_finds_exactly_what_changed_of_a_plan() -> None:
    service = with_plan(execution(1), execution(2), execution(3, status="stopped"))
    recorded = record(service, recordExecutions=True)
    assert refresh(service, recorded) == ({}, [])
    service.executions[ONE] = [execution(1, interval=60), execution(4), execution(3, status="running")]
    changes, lines = refresh(service, recorded)
    runs = f'jobs["{ONE}"].executions'
    assert changes == {
        f'{runs}["{ONE}"].interval': Change.UPDATE,
        f'{runs}["{TWO}"]': Change.ADD,
        f'{runs}["{THREE}"].stopped': Change.ADD,
        f'{runs}["{4:024x}"]': Change.DELETE,
    }
    plan = "2024-06-04T08:00:00Z to 2024-06-04T09:00:00Z, interval 30, sliceLen 10"
    assert lines == [
        f"job nightly ({ONE}): execution {ONE} interval 30 => 60, execution {TWO} is gone ({plan}), "
        f"execution {THREE} was started again, execution {4:024x} is new ({plan})"
    ]
    service.time = AFTER_END
    changes, _ = refresh(service, recorded, (f'{runs}["{ONE}"].interval',))
    assert sorted(changes) == [f'{runs}["{THREE}"].stopped', f'{runs}["{4:024x}"]']


def test_the_gate_tells_a_line_a_job_and_how_to_accept() -> None:
    service = FakeService([job(1, name="a"), job(2, name="b")])
    recorded = record(service, failOnDrift=True)
    inputs = {**SITE, "failOnDrift": True}
    assert baseline.check(recorded, inputs, service.call) == (recorded, [])
    service.rows = [job(1, name="a", urlCount=6, taskType="refresh")]
    checked, faults = baseline.check(recorded, inputs, service.call)
    assert checked == recorded
    assert [(fault.path, fault.reason) for fault in faults] == [
        ("", f"job a ({ONE}): taskType preload => refresh, urlCount 5 => 6"),
        ("", f"job b ({TWO}) is gone ({IS})"),
        (
            "",
            "to accept what is there, run `pulumi refresh`; to see all of it, `pulumi refresh --preview-only --diff`",
        ),
    ]
    assert baseline.check(recorded, SITE, service.call)[1] == []
    # As the engine hands over inputs of which ignoreChanges names the jobs.
    assert baseline.check(recorded, {**inputs, "jobs": recorded["jobs"]}, service.call) == (recorded, [])


def test_the_gate_names_twenty_jobs_and_counts_the_rest() -> None:
    service = FakeService([job(number) for number in range(30)])
    recorded = record(service, failOnDrift=True)
    service.rows = []
    _, faults = baseline.check(recorded, {**SITE, "failOnDrift": True}, service.call)
    assert len(faults) == 22
    assert faults[20].reason == "... and 10 more jobs; a refresh shows them all"


def test_an_execution_that_ran_out_and_is_gone_passes_the_gate() -> None:
    service = with_plan(execution(1))
    recorded = record(service, failOnDrift=True, recordExecutions=True)
    inputs = {**SITE, "failOnDrift": True, "recordExecutions": True}
    service.executions[ONE] = []
    assert len(baseline.check(recorded, inputs, service.call)[1]) == 2
    service.time = AFTER_END
    assert baseline.check(recorded, inputs, service.call)[1] == []


RULE = {"job": "a", "field": "urlCount", "reason": "sale", "until": "2999-12-31"}


def test_what_a_rule_ignores_is_no_drift_of_a_refresh_but_told() -> None:
    service = FakeService([job(1, name="a")], now=BEFORE_END)
    recorded = record(service, ignore=[RULE])
    told = f"ignored: job a ({ONE}): urlCount 5 => 6 (sale, until 2999-12-31)"
    assert refresh(service, recorded) == ({}, ["the rule for a, urlCount matches nothing (sale, until 2999-12-31)"])
    service.rows = [job(1, name="a", urlCount=6)]
    assert refresh(service, recorded) == ({}, [told])
    service.rows = [job(1, name="a", urlCount=6, taskType="refresh")]
    changes, lines = refresh(service, recorded)
    assert list(changes) == [f'jobs["{ONE}"].taskType']
    assert lines == [f"job a ({ONE}): taskType preload => refresh", told]


def test_a_rule_that_ran_out_ignores_nothing_and_says_so() -> None:
    service = FakeService([job(1, name="a")], now=BEFORE_END)
    recorded = record(service, ignore=[{**RULE, "until": "2024-06-03"}])
    service.rows = [job(1, name="a", urlCount=6)]
    changes, lines = refresh(service, recorded)
    assert list(changes) == [f'jobs["{ONE}"].urlCount']
    assert lines == [
        f"job a ({ONE}): urlCount 5 => 6",
        "the rule for a, urlCount ran out, its finding counts again (sale, until 2024-06-03)",
    ]


def test_a_record_of_an_older_version_is_compared_in_the_fields_that_it_covers() -> None:
    service = FakeService([job(1)])
    recorded = record(service)
    older = {
        **recorded,
        "recordedFields": [name for name in FIELDS if name != "taskType"],
        "jobs": {ONE: {name: value for name, value in recorded["jobs"][ONE].items() if name != "taskType"}},
    }
    assert refresh(service, older) == ({}, [])
    assert baseline.check(older, SITE, service.call) == (older, [])
    # Recorded anew, it covers what this version knows.
    checked, _ = baseline.check(older, {**SITE, "pageSize": 10, "domain": "a.com"}, service.call)
    assert checked["recordedFields"] == FIELDS


def test_a_state_of_the_first_version_covers_what_that_one_knew() -> None:
    service = FakeService([job(1)])
    first = {name: value for name, value in record(service).items() if name not in ("recordedFields", "jobCount")}
    assert refresh(service, first) == ({}, [])
    checked, faults = baseline.check(first, SITE, service.call)
    assert (checked, faults) == ({**first, "recordedFields": FIELDS, "jobCount": 1}, [])
    assert dict(baseline.diff(first, checked, (), None).changes) == {}


@pytest.mark.parametrize("junk", ["text", 5, True, [], [{"name": "a"}]])
def test_jobs_that_are_no_map_count_as_changed_and_are_kept_until_a_refresh(junk: Any) -> None:
    service = FakeService([job(1)])
    recorded = {**record(service), "jobs": junk}
    assert refresh(service, recorded) == ({"jobs": Change.UPDATE}, ["what was recorded cannot be read"])
    checked, _ = baseline.check(recorded, SITE, service.call)
    assert checked["jobs"] == junk
    _, faults = baseline.check(recorded, {**SITE, "failOnDrift": True}, service.call)
    assert faults[0].reason == "what was recorded cannot be read"


@pytest.mark.parametrize("junk", ["text", 5, [], {"name": []}, {"executions": 5}, {"executions": {"x": []}}])
def test_a_job_that_is_no_record_counts_as_changed(junk: Any) -> None:
    service = FakeService([job(1), job(2)])
    recorded = record(service)
    recorded["jobs"] = {**recorded["jobs"], ONE: junk}
    assert refresh(service, recorded) == (
        {f'jobs["{ONE}"]': Change.UPDATE},
        [f"job nightly ({ONE}): what was recorded cannot be read"],
    )


def test_rules_of_a_state_that_cannot_be_read_ignore_nothing() -> None:
    service = FakeService([job(1, name="a")])
    recorded = record(service)
    live = {**recorded, "jobs": {}}
    broken = [{"job": "a"}]
    changes = baseline.diff({**live, "ignore": broken}, {**recorded, "ignore": broken}, (), None).changes
    assert list(changes) == [f'jobs["{ONE}"]']


def test_an_id_that_no_job_has_is_a_fault_when_something_is_recorded_and_drift_later() -> None:
    service = FakeService([job(1), job(2)])
    _, faults = baseline.check({}, {**SITE, "ids": [ONE, THREE]}, service.call)
    assert [(fault.path, THREE in fault.reason) for fault in faults] == [("ids", True)]
    recorded = record(service, ids=[ONE.upper(), TWO])
    service.rows = [job(1)]
    changes, lines = refresh(service, recorded)
    assert changes == {f'jobs["{TWO}"]': Change.ADD}
    assert lines == [f"job nightly ({TWO}) is gone ({IS})"]


def test_a_record_of_no_jobs_is_said() -> None:
    service = FakeService([job(1)])
    record(service, domain="other.com")
    assert service.said == ["siteId: site 1 has no job that matches: an empty record is made"]


def test_an_import_knows_the_id_only() -> None:
    service = FakeService([job(1)])
    assert baseline.read("7", {}, {}, service.call) == (
        "7",
        {"siteId": "7", "jobs": record(service)["jobs"], "jobCount": 1, "recordedFields": FIELDS},
    )
