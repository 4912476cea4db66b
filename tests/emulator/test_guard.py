"""What a web page, or a hostile body, cannot do to an emulator that runs on a person's machine."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any

import pytest

from emulator import EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, SITE_ID, Emulator, Glitch
from emulator.guard import LONGEST_BODY
from emulator.requestlog import KEPT_BYTES, RequestLog, RequestRecord
from tests.support.caller import Caller

JOBS = f"/_emulator/sites/{EXAMPLE_SITE_ID}/jobs"


def send(
    emulator: Emulator, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(emulator.endpoint, timeout=10)
    try:
        connection.request(method, path, body=body or None, headers=headers or {})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://evil.example", "Host": "evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:3000"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8650"},
        {"Host": "10.0.0.1"},
        {"Host": "[::1"},
        {"Host": ""},
    ],
)
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", JOBS, b"{}"),
        ("POST", "/_emulator/faults", b'{"stall": true}'),
        ("POST", "/_emulator/keys", b'{"id": "k", "secret": "s"}'),
        ("POST", "/_emulator/reset", b""),
        ("DELETE", f"{JOBS}/{EXAMPLE_JOB_ID}", b""),
        ("GET", "/_emulator/", b""),
        ("POST", "/", b""),
    ],
)
def test_a_page_of_another_origin_or_host_is_refused(
    shared: Emulator, method: str, path: str, body: bytes, headers: dict[str, str]
) -> None:
    shared.store.add(SITE_ID)
    status, answer = send(shared, method, path, body, headers)
    assert status == 403
    assert list(answer) == ["error"]
    assert (len(shared.store.jobs(SITE_ID)), len(shared.store.jobs(EXAMPLE_SITE_ID))) == (46, 1)
    assert shared.glitches.applied() == []
    with pytest.raises(Exception, match=r"InvalidAccessKeyId\.NotFound"):
        shared.keys.secret_for("k", "")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.0.0.1:1", "[::1]:8650", "localhost:8650"])
def test_a_program_of_this_machine_is_served_by_whichever_name(shared: Emulator, host: str) -> None:
    assert send(shared, "POST", JOBS, b"{}", {"Host": host})[0] == 200
    assert send(shared, "POST", JOBS, b"{}", {"Host": host, "Origin": f"http://{host}"})[0] == 200


@pytest.mark.parametrize("path", ["/_emulator/faults", "/"])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_that_is_too_long_is_refused_before_it_is_held(shared: Emulator, path: str, chunked: bool) -> None:
    connection = http.client.HTTPConnection(shared.endpoint, timeout=10)
    try:
        connection.putrequest("POST", path)
        if chunked:
            connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders()
            for _ in range(LONGEST_BODY // 2**20):
                connection.send(b"100000\r\n" + b" " * 2**20 + b"\r\n")
            connection.send(b"1\r\n \r\n")
        else:
            connection.putheader("Content-Length", str(300 * 2**20))
            connection.endheaders()
        response = connection.getresponse()
        assert response.status == 413
        assert json.loads(response.read()) == {"error": f"a body may have {LONGEST_BODY} bytes"}
    finally:
        connection.close()


def test_a_body_that_just_fits_is_read(shared: Emulator) -> None:
    body = b'{"Name": "' + b"n" * (LONGEST_BODY - 12) + b'"}'
    assert send(shared, "POST", JOBS, body)[0] == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", f"/_emulator/sites/{'9' * 5000}", b'{"jobs": 1}'),
        ("GET", f"/_emulator/sites/{'9' * 5000}/jobs", b""),
        ("POST", "/_emulator/sites/1_0/jobs", b"{}"),
        ("PUT", f"/_emulator/sites/{SITE_ID}", b'{"jobs": ' + b"9" * 5000 + b"}"),
        ("PATCH", "/_emulator/settings", b'{"delay": 1e999}'),
        ("PATCH", "/_emulator/settings", b'{"delay": ' + b"9" * 400 + b"}"),
        ("POST", JOBS, b"[" * 100_000 + b"]" * 100_000),
        ("POST", JOBS, b'{"Name": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"),
        ("POST", JOBS, rb'{"Name": "half \ud800 character"}'),
        ("POST", JOBS, b'{"Name": "\xff"}'),
        ("POST", "/_emulator/faults", rb'{"code": "half \udc00 character"}'),
        ("POST", "/_emulator/faults", b"[" + b"{}," * 1000 + b"{}]"),
        ("POST", "/_emulator/faults", b'{"code": "' + b"x" * 1_000_000 + b'"}'),
        ("PUT", "/_emulator/sites", b'{"sites": 1000, "jobs": 1000}'),
    ],
)
def test_a_hostile_body_gets_one_short_line(
    shared: Emulator, method: str, path: str, body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    began = time.monotonic()
    status, answer = send(shared, method, path, body)
    assert status in (400, 404)
    assert list(answer) == ["error"]
    assert len(answer["error"]) <= 2000
    assert time.monotonic() - began < 5
    assert capfd.readouterr().err == ""
    assert (len(shared.store.jobs(SITE_ID)), len(shared.store.jobs(EXAMPLE_SITE_ID))) == (45, 1)
    assert shared.glitches.applied() == []


@pytest.mark.parametrize("name", ["SiteId", "StartTime", "EndTime", "PageNumber", "PageSize"])
def test_a_number_of_thousands_of_digits_is_an_invalid_parameter(
    shared: Emulator, shared_caller: Caller, name: str
) -> None:
    shared.glitches.add(Glitch(page=2, code="Throttling"))
    reply = shared_caller.call(**{"SiteId": SITE_ID, name: "9" * 5000})
    assert (reply.status, reply.json["Code"]) == (400, "InvalidParameter")


def test_the_log_is_bounded_by_its_bytes_and_keeps_the_newest() -> None:
    log = RequestLog()
    for number in range(1000):
        params = {str(index): "x" * 1000 for index in range(1000)}
        log.begin(RequestRecord(number, "A", "GET", params, {}, "", 1))
    kept = log.records()
    assert 90 < len(kept) <= KEPT_BYTES // 1_000_000
    assert kept[-1].number == 1000
    log.clear()
    log.begin(RequestRecord(0, "A", "GET", {}, {}, "", 1))
    assert [record.number for record in log.records()] == [1]


def test_the_log_keeps_the_beginning_of_a_long_value(shared: Emulator, shared_caller: Caller) -> None:
    shared_caller.call("GetScheduledPreloadJob", Id="x" * 5000)
    assert shared.requests[-1].params == {"Id": "x" * 1000}


def test_a_job_that_claims_millions_of_executions_does_not_hold_the_others_up(
    shared: Emulator, shared_caller: Caller
) -> None:
    _, job = send(shared, "POST", JOBS, b'{"ExecutionCount": 3000000}')
    began = time.monotonic()
    assert shared_caller.call("ListScheduledPreloadExecutions", Id=job["Id"]).json["TotalCount"] == 1000
    assert shared_caller.call(SiteId=SITE_ID).status == 200
    assert time.monotonic() - began < 5


def test_a_form_of_millions_of_parameters_does_not_hold_the_others_up(shared_caller: Caller) -> None:
    form = b"a&" * 4_000_000
    headers = shared_caller.headers(
        "GetScheduledPreloadJob", "", "POST", form, content_type="application/x-www-form-urlencoded"
    )
    began = time.monotonic()
    assert shared_caller.send("POST", "", headers, form).json["Code"] == "MissingId"
    assert time.monotonic() - began < 2
