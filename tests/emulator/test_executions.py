"""The executions in the store and at the control address: seeded, created, moved, stopped, deleted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator import EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, SITE_ID, Emulator
from emulator.errors import ApiError
from emulator.moments import format_moment, parse_moment
from tests.support.control import control

if TYPE_CHECKING:
    from tests.support.caller import Caller

EXECUTIONS = f"jobs/{EXAMPLE_JOB_ID}/executions"
SEEDED = "4140d8f213c69a2539a3390a"
NOBODYS = "0" * 24


def listed(caller: Caller, job_id: str = EXAMPLE_JOB_ID) -> list[dict[str, Any]]:
    body = caller.call("ListScheduledPreloadExecutions", Id=job_id).json
    assert body["TotalCount"] == len(body["Executions"])
    rows: list[dict[str, Any]] = body["Executions"]
    return rows


def test_a_job_has_as_many_executions_as_it_says(shared: Emulator, shared_caller: Caller) -> None:
    statuses = set()
    for job in shared.store.jobs(SITE_ID):
        rows = listed(shared_caller, job.id)
        assert len(rows) == job.fields["ExecutionCount"]
        assert {execution["JobId"] for execution in rows} == {job.id}
        statuses.update(execution["Status"] for execution in rows)
    assert statuses == {"waiting", "running", "finished", "failed", "stopped"}


def test_another_execution_count_is_a_counter_that_moved_and_nothing_else(
    shared: Emulator, shared_caller: Caller
) -> None:
    shared.store.change(SITE_ID, EXAMPLE_JOB_ID, ExecutionCount=902)
    assert [row["Id"] for row in listed(shared_caller)] == [SEEDED]


def test_a_job_that_claims_millions_of_executions_has_a_thousand(shared: Emulator, shared_caller: Caller) -> None:
    job = shared.store.add(SITE_ID, ExecutionCount=3_000_000)
    assert len(listed(shared_caller, job.id)) == 1000


def test_a_job_of_the_last_day_that_there_is_has_executions(shared: Emulator, shared_caller: Caller) -> None:
    job = shared.store.add(SITE_ID, CreatedAt="9999-12-31T23:59:59Z", ExecutionCount=2)
    assert [row["EndTime"] for row in listed(shared_caller, job.id)] == ["9999-12-31T23:59:59.000+08:00"] * 2


def test_executions_are_added_changed_and_deleted_by_hand(shared: Emulator, shared_caller: Caller) -> None:
    (before,) = listed(shared_caller)
    _, added = control(shared, "POST", EXECUTIONS, {"StartTime": "2030-01-01T00:00:00Z", "Interval": 7})
    assert (added["StartTime"], added["Interval"], added["JobId"]) == ("2030-01-01T00:00:00Z", 7, EXAMPLE_JOB_ID)
    assert listed(shared_caller) == [before, added]
    assert control(shared, "GET", f"sites/{SITE_ID}/jobs/{EXAMPLE_JOB_ID}")[1]["ExecutionCount"] == 2
    assert control(shared, "GET", EXECUTIONS) == (200, [before, added])
    _, moved = control(shared, "PATCH", f"executions/{SEEDED}", {"EndTime": "2024-06-01T16:00:00+0800"})
    assert moved == {**before, "EndTime": "2024-06-01T16:00:00+0800"}
    assert control(shared, "GET", f"executions/{SEEDED}") == (200, moved)
    assert control(shared, "DELETE", f"executions/{SEEDED}") == (200, moved)
    assert listed(shared_caller) == [added]


def test_an_execution_is_stopped_and_started_by_hand(shared: Emulator, shared_caller: Caller) -> None:
    assert control(shared, "POST", f"executions/{SEEDED}/stop")[1]["Status"] == "stopped"
    assert listed(shared_caller)[0]["Status"] == "stopped"
    assert control(shared, "POST", f"executions/{SEEDED}/start")[1]["Status"] == "running"
    control(shared, "PATCH", f"executions/{SEEDED}", {"StartTime": None})
    assert "StartTime" not in listed(shared_caller)[0]
    assert control(shared, "POST", f"executions/{SEEDED}/start")[1]["Status"] == "running"


def test_an_execution_added_without_a_field_lies_ahead_by_the_servers_clock(shared: Emulator) -> None:
    shared.clock_offset = 86_400.0
    first, second = (shared.store.executions.add(EXAMPLE_JOB_ID) for _ in range(2))
    ahead = parse_moment(str(first["StartTime"])) / 1000 - shared.clock_offset
    assert 3590 < ahead - shared.store.now_ms() / 1000 + shared.clock_offset < 3601
    assert (first["Status"], second["Status"]) == ("waiting", "waiting")
    assert first["Id"] != second["Id"]


def test_a_reset_brings_the_seeded_executions_back(shared: Emulator, shared_caller: Caller) -> None:
    before = listed(shared_caller)
    shared.store.executions.delete(SEEDED)
    added = shared.store.executions.add(EXAMPLE_JOB_ID)
    control(shared, "POST", "reset")
    assert listed(shared_caller) == before
    assert shared.store.executions.add(EXAMPLE_JOB_ID)["Id"] == added["Id"]


def test_the_executions_of_a_job_can_be_replaced_by_anything(shared: Emulator, shared_caller: Caller) -> None:
    shared.store.executions.set(EXAMPLE_JOB_ID, [{"Id": None}, {}])
    assert listed(shared_caller) == [{"Id": None}, {}]
    shared.store.executions.set(EXAMPLE_JOB_ID, [])
    assert listed(shared_caller) == []
    assert shared.store.job(EXAMPLE_SITE_ID, EXAMPLE_JOB_ID).fields["ExecutionCount"] == 0


def test_rows_that_were_handed_out_are_copies(shared: Emulator) -> None:
    shared.store.executions.of(EXAMPLE_JOB_ID)[0]["Status"] = "finished"
    shared.store.executions.find(SEEDED)["Status"] = "finished"
    assert shared.store.executions.find(SEEDED)["Status"] == "failed"


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"name": "x"}, "unknown execution field name; known are AliUid, EndTime, Id, "),
        ({"Interval": "5"}, "Interval must be a number, not '5'"),
        ({"SliceLen": True}, "SliceLen must be a number"),
        ({"StartTime": 5}, "StartTime must be a text, not 5"),
        ({"EndTime": "tomorrow"}, "EndTime must look like 2024-05-31T17:10:48.849"),
        ({"Status": "paused"}, "Status must be one of: waiting, running, "),
        ({"Id": "short"}, "Id must be 24"),
    ],
)
def test_a_bad_field_is_refused_in_one_line(shared: Emulator, fields: dict[str, object], complaint: str) -> None:
    for method, path in (("POST", EXECUTIONS), ("PATCH", f"executions/{SEEDED}")):
        status, answer = control(shared, method, path, fields)
        assert status == 400
        assert complaint in answer["error"]
    assert len(shared.store.executions.of(EXAMPLE_JOB_ID)) == 1


def test_an_id_is_not_given_twice_or_changed(shared: Emulator) -> None:
    with pytest.raises(ValueError, match="already has an execution"):
        shared.store.executions.add(EXAMPLE_JOB_ID, Id=SEEDED)
    with pytest.raises(ValueError, match="cannot be changed"):
        shared.store.executions.change(SEEDED, Id=NOBODYS)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/start"), ("POST", "/stop")]
)
def test_an_execution_that_is_not_there_is_named_so(shared: Emulator, method: str, path: str) -> None:
    status, answer = control(shared, method, f"executions/{NOBODYS}{path}", {})
    assert (status, answer["error"][:39]) == (404, "The execution plan does not exist. Chec")
    with pytest.raises(ApiError, match=r"InvalidJob\.NotFound"):
        shared.store.executions.of(NOBODYS)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("2024-06-01T08:53:13Z", 1717231993000),
        ("2023-06-05T10:04:20+0800", 1685930660000),
        ("2024-01-01T00:00:00+Z", 1704067200000),
        ("2024-05-31T17:10:48.849+08:00", 1717146648849),
        ("2024-05-31T04:10:48.84912-05:00", 1717146648849),
    ],
)
def test_every_spelling_of_the_services_pages_is_read(text: str, milliseconds: int) -> None:
    assert parse_moment(text) == milliseconds
    assert parse_moment(format_moment(milliseconds)) == milliseconds


def test_an_execution_is_spelled_as_the_services_example_spells_it() -> None:
    assert format_moment(1717146648849) == "2024-05-31T17:10:48.849+08:00"


@pytest.mark.parametrize("text", ["", "2024-05-31", "2024-05-31 17:10:48Z", "2024-05-31T17:10:48", "1717146648849"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a moment like"):
        parse_moment(text)
