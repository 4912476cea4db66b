"""The control endpoints: the same things over HTTP, and one clear line for a bad request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator import EMPTY_SITE_ID, EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, SITE_ID, Emulator
from emulator.keys import STS_ACCESS_KEY_ID, STS_SECURITY_TOKEN
from tests.support.control import control

if TYPE_CHECKING:
    from tests.support.caller import Caller

JOBS = f"sites/{EXAMPLE_SITE_ID}/jobs"


def test_the_overview_counts(shared: Emulator, shared_caller: Caller) -> None:
    shared_caller.call(SiteId=SITE_ID)
    status, body = control(shared, "GET")
    assert status == 200
    assert body["sites"][str(SITE_ID)] == 45
    assert (body["requests"], body["maxInFlight"], body["faults"]) == (1, 1, 0)


def test_jobs_are_added_changed_and_deleted(shared: Emulator, shared_caller: Caller) -> None:
    _, added = control(shared, "POST", JOBS, {"Name": "by-hand", "UrlCount": 3})
    assert (added["Name"], added["UrlCount"]) == ("by-hand", 3)
    control(shared, "PATCH", f"{JOBS}/{EXAMPLE_JOB_ID}", {"Domains": "www.example.com"})
    _, one = control(shared, "GET", f"{JOBS}/{EXAMPLE_JOB_ID}")
    assert one["Domains"] == "www.example.com"
    _, listed = control(shared, "GET", JOBS)
    assert [job["Name"] for job in listed] == ["by-hand", "example"]
    assert len(shared_caller.call(SiteId=EXAMPLE_SITE_ID).json["Jobs"]) == 2
    assert control(shared, "DELETE", f"{JOBS}/{EXAMPLE_JOB_ID}")[0] == 200
    assert [job["Name"] for job in control(shared, "GET", JOBS)[1]] == ["by-hand"]


def test_a_site_is_generated_and_shuffled(shared: Emulator) -> None:
    assert control(shared, "PUT", f"sites/{EMPTY_SITE_ID}", {"jobs": 30}) == (200, {"jobs": 30})
    before = [job.id for job in shared.store.jobs(EMPTY_SITE_ID)]
    _, after = control(shared, "POST", f"sites/{EMPTY_SITE_ID}/shuffle", {"seed": 2})
    assert [job["Id"] for job in after] != before
    assert sorted(job["Id"] for job in after) == sorted(before)


def test_faults_are_added_listed_and_cleared(shared: Emulator, shared_caller: Caller) -> None:
    sent = [{"code": "Throttling", "retry_after": 5, "times": 1}, {"clamp_page_size": 3}]
    assert control(shared, "POST", "faults", sent)[0] == 200
    reply = shared_caller.call(SiteId=SITE_ID)
    assert (reply.json["Code"], reply.headers["x-acs-retry-after"]) == ("Throttling", "5")
    assert len(shared_caller.call(SiteId=SITE_ID).json["Jobs"]) == 3
    _, listed = control(shared, "GET", "faults")
    assert listed == [{**sent[0], "applied": 1}, {**sent[1], "applied": 2}]
    control(shared, "DELETE", "faults")
    assert len(shared_caller.call(SiteId=SITE_ID).json["Jobs"]) == 20


@pytest.mark.parametrize(
    ("raw", "status", "length"),
    [
        ({"status": 502, "content_type": "text/html", "body": "<html>", "headers": {"x-a": "b"}}, 502, 6),
        ({"html": 503}, 503, None),
        ({"redirect": "http://127.0.0.1:1/"}, 302, 0),
        ({"huge": 2}, 200, 2 * 2**20),
        ({"gzip_bomb": 1}, 200, None),
        ({"body": "ab", "repeat": 3}, 200, 6),
    ],
)
def test_raw_answers_can_be_given(
    shared: Emulator, shared_caller: Caller, raw: dict[str, Any], status: int, length: int | None
) -> None:
    assert control(shared, "POST", "faults", {"raw": raw})[0] == 200
    reply = shared_caller.call(SiteId=SITE_ID)
    assert reply.status == status
    assert length in (None, len(reply.body))
    assert ("x-a" in reply.headers) == ("headers" in raw)


def test_the_log_is_read_and_cleared(shared: Emulator, shared_caller: Caller) -> None:
    shared_caller.call(SiteId=SITE_ID)
    _, body = control(shared, "GET", "requests")
    assert body["requests"][0]["params"] == {"SiteId": str(SITE_ID)}
    control(shared, "DELETE", "requests")
    assert control(shared, "GET", "requests")[1]["requests"] == []


def test_settings_and_keys_are_changed(shared: Emulator) -> None:
    control(shared, "PATCH", "settings", {"clockOffset": 60, "delay": 0.01})
    assert (shared.clock_offset, shared.delay) == (60, 0.01)
    assert control(shared, "POST", "keys", {"id": "k", "secret": "s"}) == (200, {"id": "k"})
    assert shared.keys.secret_for("k", "") == "s"
    control(shared, "POST", f"keys/{STS_ACCESS_KEY_ID}/expire-token")
    with pytest.raises(Exception, match=r"InvalidSecurityToken\.Expired"):
        shared.keys.secret_for(STS_ACCESS_KEY_ID, STS_SECURITY_TOKEN)


def test_reset_puts_everything_back(shared: Emulator, shared_caller: Caller) -> None:
    control(shared, "POST", "faults", {"code": "Throttling"})
    control(shared, "POST", JOBS, {})
    control(shared, "PATCH", "settings", {"clockOffset": 60, "delay": 0.01})
    shared_caller.call(SiteId=SITE_ID)
    _, body = control(shared, "POST", "reset")
    assert (body["delay"], body["clockOffset"]) == (0, 0)
    assert (body["faults"], body["requests"], body["sites"][str(EXAMPLE_SITE_ID)]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "complaint"),
    [
        ("POST", "faults", "{", 400, "the body is not JSON: "),
        ("POST", "faults", "5", 400, "a fault must be a JSON object"),
        ("POST", "faults", {"cod": "x"}, 400, "unknown: cod; a fault has times, "),
        ("POST", "faults", {"code": "x"}, 400, "code 'x' is not one of: "),
        ("POST", "faults", {"times": "2"}, 400, "times must be a number, not '2'"),
        ("POST", "faults", {"stall": 1}, 400, "stall must be true or false, not 1"),
        ("POST", "faults", {"delay": True}, 400, "delay must be a number"),
        ("POST", "faults", {"no_list": "empty"}, 400, "no_list must be one of: null, missing"),
        ("POST", "faults", {"moments": "unix"}, 400, "moments must be one of: z, plus_z, "),
        ("POST", "faults", {"cap_total": -1}, 400, "cap_total must be 0 or more"),
        ("POST", "faults", {"stray_row": 1}, 400, "stray_row must be true or false, not 1"),
        ("POST", "faults", {"repeat_key": True}, 400, "repeat_key must be a text, not True"),
        ("POST", "faults", {"interim": 200}, 400, "interim must be from 102 to 199"),
        ("POST", "faults", {"interim": 101}, 400, "interim must be from 102 to 199"),
        ("POST", "faults", {"again": -1}, 400, "again must be 0 or more"),
        ("POST", "faults", {"date": "a\nb"}, 400, "date must be printable ASCII"),
        ("POST", "faults", {"raw": "x"}, 400, "raw must be an object, not 'x'"),
        ("POST", "faults", {"raw": {"statsu": 1}}, 400, "unknown in raw: statsu; it has status, "),
        ("POST", "faults", {"raw": {"status": "1"}}, 400, "raw status must be a number"),
        ("POST", "faults", {"raw": {"status": 1}}, 400, "status must be from 200"),
        ("POST", "faults", {"raw": {"html": "x"}}, 400, "raw html must be a number"),
        ("POST", "faults", {"raw": {"headers": {"a": 1}}}, 400, "raw header a must be a text"),
        ("POST", "faults", {"raw": {"headers": {"a b": "c"}}}, 400, "raw header 'a b'"),
        ("PATCH", "settings", {"delay": -1}, 400, "delay must not be negative"),
        ("PATCH", "settings", '{"delay": NaN}', 400, "the body is not JSON: "),
        ("PATCH", "settings", {"delay": 1e300}, 400, "delay must be a number below"),
        ("PATCH", "settings", {"speed": 1}, 400, "unknown: speed; known are delay, clockOffset"),
        ("POST", "keys", {"id": "k"}, 400, "id and secret are required"),
        ("POST", "keys/nobody/expire-token", None, 404, "there is no access key nobody"),
        ("PUT", "sites/1", {"jobs": -1}, 400, "jobs must be a number from 0"),
        ("GET", "sites/1/jobs", None, 404, "there is no site 1; there are 190007158391808"),
        ("GET", f"{JOBS}/abc", None, 404, f"site {EXAMPLE_SITE_ID} has no job abc"),
        ("DELETE", f"{JOBS}/abc", None, 404, "has no job abc"),
        ("PATCH", f"{JOBS}/{EXAMPLE_JOB_ID}", {"name": "x"}, 400, "unknown job field name; known are AliUid"),
        ("PATCH", f"{JOBS}/{EXAMPLE_JOB_ID}", [], 400, "the body must be a JSON object"),
        ("POST", JOBS, {"site_id": 3}, 400, "unknown job field site_id"),
        ("PUT", "nothing", None, 404, "there is no PUT /_emulator/nothing"),
        ("PUT", "faults", None, 404, "there is no PUT /_emulator/faults"),
    ],
)
def test_a_bad_request_gets_one_line(
    shared: Emulator, method: str, path: str, body: Any, status: int, complaint: str
) -> None:
    got, answer = control(shared, method, path, body)
    assert got == status
    assert list(answer) == ["error"]
    assert complaint in answer["error"]
    assert "\n" not in answer["error"]
    assert shared.glitches.applied() == []


def test_one_bad_fault_of_several_adds_none(shared: Emulator) -> None:
    assert control(shared, "POST", "faults", [{"code": "Throttling"}, {"code": "x"}])[0] == 400
    assert shared.glitches.applied() == []
