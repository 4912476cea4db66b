"""Every fault that takes the place of an answer or spoils its way, and when faults apply."""

from __future__ import annotations

import gzip
import http.client
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from emulator import EMPTY_SITE_ID, EXAMPLE_SITE_ID, SITE_ID, Emulator, Glitch, RawAnswer
from emulator.keys import STS_ACCESS_KEY_ID, STS_ACCESS_KEY_SECRET, STS_SECURITY_TOKEN

if TYPE_CHECKING:
    from tests.support.caller import Caller, MakeCaller

ERROR = "InternalError"


def codes(caller: Caller, count: int, **params: object) -> list[str]:
    params = params or {"SiteId": SITE_ID, "PageSize": 1}
    return [str(caller.call(**params).json.get("Code", "ok")) for _ in range(count)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ({}, "xxxxxx"),
        ({"times": 2}, "xx...."),
        ({"every": 2}, ".x.x.x"),
        ({"every": 2, "times": 1}, ".x...."),
        ({"from_request": 4}, "...xxx"),
        ({"from_request": 3, "times": 1}, "..x..."),
        ({"probability": 0.0}, "......"),
        ({"probability": 1.0}, "xxxxxx"),
        ({"page": 2}, "......"),
        ({"site_id": EMPTY_SITE_ID}, "......"),
        ({"action": "GetScheduledPreloadJob"}, "......"),
        ({"page": 1, "site_id": SITE_ID, "action": "ListScheduledPreloadJobs"}, "xxxxxx"),
    ],
)
def test_a_fault_applies_to_the_requests_that_it_names(
    shared: Emulator, shared_caller: Caller, when: dict[str, Any], expected: str
) -> None:
    shared.glitches.add(Glitch(code=ERROR, **when))
    got = codes(shared_caller, 6)
    assert "".join({"ok": ".", ERROR: "x"}[code] for code in got) == expected
    assert [count for _, count in shared.glitches.applied()] == [expected.count("x")]


def test_a_probability_is_thrown_with_a_seed(shared: Emulator, shared_caller: Caller) -> None:
    def throw(seed: int) -> list[str]:
        shared.glitches.clear()
        shared.glitches.add(Glitch(code=ERROR, probability=0.5, random_seed=seed))
        return codes(shared_caller, 20)

    assert throw(1) == throw(1) != throw(2)
    assert 0 < throw(1).count(ERROR) < 20


def test_faults_queue_in_the_order_in_which_they_were_added(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(code="Throttling", times=1), Glitch(code=ERROR, times=2))
    assert codes(shared_caller, 4) == ["Throttling", ERROR, ERROR, "ok"]


def test_a_fault_is_matched_on_page_and_site(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(code=ERROR, page=2, site_id=SITE_ID))
    assert codes(shared_caller, 1, SiteId=SITE_ID, PageNumber=2) == [ERROR]
    assert codes(shared_caller, 1, SiteId=SITE_ID, PageNumber=3) == ["ok"]
    assert codes(shared_caller, 1, SiteId=EXAMPLE_SITE_ID, PageNumber=2) == ["ok"]


def test_a_refused_request_uses_no_fault_up(shared: Emulator, shared_caller: Caller, make_caller: MakeCaller) -> None:
    shared.glitches.add(Glitch(code=ERROR, times=1))
    forger = make_caller(emulator=shared, secret="wrong")
    assert codes(forger, 1) == ["SignatureDoesNotMatch"]
    assert codes(shared_caller, 2) == [ERROR, "ok"]


@pytest.mark.parametrize(
    ("raw", "status", "content_type", "body"),
    [
        (RawAnswer.html(), 502, "text/html", b"<h1>Bad Gateway</h1>"),
        (RawAnswer(body=b"{broken"), 200, "application/json;charset=utf-8", b"{broken"),
        (RawAnswer(body=b"[]"), 200, "application/json;charset=utf-8", b"[]"),
        (RawAnswer(status=204, content_type="text/plain"), 204, "text/plain", b""),
    ],
)
def test_a_raw_answer_is_sent_as_it_stands(
    shared: Emulator, shared_caller: Caller, raw: RawAnswer, status: int, content_type: str, body: bytes
) -> None:
    shared.glitches.add(Glitch(raw=raw, times=1))
    reply = shared_caller.call(SiteId=SITE_ID)
    assert (reply.status, reply.headers["content-type"]) == (status, content_type)
    assert body in reply.body
    assert (reply.body == body) == (raw != RawAnswer.html())


def test_a_redirect_names_another_place(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(raw=RawAnswer.redirect("http://127.0.0.1:1/elsewhere"), times=1))
    reply = shared_caller.call(SiteId=SITE_ID)
    assert (reply.status, reply.headers["location"]) == (302, "http://127.0.0.1:1/elsewhere")


def test_a_gzip_bomb_is_small_and_unpacks_to_much(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(raw=RawAnswer.gzip_bomb(8), times=1))
    reply = shared_caller.call(SiteId=SITE_ID)
    assert reply.headers["content-encoding"] == "gzip"
    assert len(reply.body) < 20_000
    assert len(gzip.decompress(reply.body)) == 8 * 2**20


def test_a_huge_body_is_streamed(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(raw=RawAnswer.huge(5), times=1))
    reply = shared_caller.call(SiteId=SITE_ID)
    assert "content-length" not in reply.headers
    assert len(reply.body) == 5 * 2**20


def test_a_huge_body_stops_when_the_client_leaves(shared: Emulator, make_caller: MakeCaller) -> None:
    shared.glitches.add(Glitch(raw=RawAnswer.huge(2_000_000), times=1))
    caller = make_caller(emulator=shared)
    connection = caller._connect()
    connection.request("GET", "/", headers=caller.headers("ListScheduledPreloadJobs", "", "GET", b""))
    connection.getresponse().read(1000)
    connection.close()
    caller.close()
    # It notices a moment later, and answers others before and after that.
    for _ in range(3):
        assert codes(caller, 1) == ["ok"]
        time.sleep(0.1)


def test_a_delay_is_slept_before_the_answer(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(delay=0.3, times=1))
    began = time.monotonic()
    assert codes(shared_caller, 1) == ["ok"]
    assert 0.3 <= time.monotonic() - began < 2


def test_a_delay_and_an_error_apply_together(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(delay=0.2, times=1), Glitch(code=ERROR, times=1))
    began = time.monotonic()
    assert codes(shared_caller, 2) == [ERROR, "ok"]
    assert time.monotonic() - began >= 0.2


def test_a_stalled_request_gets_no_answer(shared: Emulator, make_caller: MakeCaller) -> None:
    shared.glitches.add(Glitch(stall=True, times=1))
    caller = make_caller(emulator=shared, timeout=0.3)
    with pytest.raises(TimeoutError):
        caller.call(SiteId=SITE_ID)
    assert shared.requests[-1].status == 0
    assert codes(caller, 1) == ["ok"]


def test_a_reset_ends_the_connection_at_once(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(reset=True, times=1))
    with pytest.raises(ConnectionResetError) as caught:
        shared_caller.call(SiteId=SITE_ID)
    # A plain end of the stream would be RemoteDisconnected, which is a ConnectionResetError too.
    assert not isinstance(caught.value, http.client.RemoteDisconnected)
    assert codes(shared_caller, 1) == ["ok"]


@pytest.mark.parametrize("kept", [0, 100, 10_000_000])
def test_a_cut_body_is_shorter_than_promised(shared: Emulator, shared_caller: Caller, kept: int) -> None:
    shared.glitches.add(Glitch(cut=kept, times=1))
    with pytest.raises(http.client.IncompleteRead) as caught:
        shared_caller.call(SiteId=EXAMPLE_SITE_ID)
    assert caught.value.expected
    if kept < 1000:
        assert len(caught.value.partial) == kept
    assert codes(shared_caller, 1) == ["ok"]


def test_a_drip_sends_the_body_in_pieces(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(drip=100, drip_interval=0.05, times=1))
    began = time.monotonic()
    reply = shared_caller.call(SiteId=EXAMPLE_SITE_ID)
    assert time.monotonic() - began >= 0.05 * (len(reply.body) // 100)
    assert reply.json["TotalCount"] == "1"


def test_a_connection_hangs_up_after_its_answer(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(hang_up=True, times=1))
    assert codes(shared_caller, 1) == ["ok"]
    time.sleep(0.05)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        shared_caller.call(SiteId=SITE_ID)
    assert codes(shared_caller, 1) == ["ok"]


@pytest.mark.parametrize("code", [None, "Throttling.User"])
def test_a_rate_limit_refuses_what_is_above_it(shared: Emulator, shared_caller: Caller, code: str | None) -> None:
    shared.glitches.add(Glitch(rate=3, code=code))
    got = codes(shared_caller, 6)
    assert got[:3] == ["ok"] * 3
    assert set(got[3:]) == {code or "TooManyRequests"}


def test_a_token_expires_in_the_middle_of_a_walk(shared: Emulator, make_caller: MakeCaller) -> None:
    sts = {"key": STS_ACCESS_KEY_ID, "secret": STS_ACCESS_KEY_SECRET, "token": STS_SECURITY_TOKEN}
    caller = make_caller(emulator=shared, **sts)
    shared.glitches.add(Glitch(expire_token=True, page=2, times=1))
    expired = "InvalidSecurityToken.Expired"
    got = [codes(caller, 1, SiteId=SITE_ID, PageNumber=page)[0] for page in (1, 2, 3)]
    assert got == ["ok", expired, expired]
    shared.keys.set_token(STS_ACCESS_KEY_ID, "fresh")
    caller.token = "fresh"
    assert codes(caller, 1, SiteId=SITE_ID, PageNumber=2) == ["ok"]


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"code": "Nope"}, "code 'Nope' is not one of: "),
        ({"code": ERROR, "stall": True}, "give only one of"),
        ({"rate": 1, "reset": True}, "give only one of"),
        ({"shift": "sideways"}, "shift must be one of: delete, insert"),
        ({"total_count": "many"}, "total_count must be one of"),
        ({"times": 0}, "times must be 1 or more"),
        ({"delay": -1}, "delay must be 0 or more"),
        ({"delay": float("inf")}, "delay must be 0 or more"),
        ({"code": ERROR, "status": 99}, "status must be from 200"),
        ({"code": ERROR, "retry_after": "1\r\nx: y"}, "retry_after must be printable ASCII"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Glitch(**settings)


def test_a_fault_without_effect_changes_nothing(shared: Emulator, shared_caller: Caller) -> None:
    plain = shared_caller.call(SiteId=SITE_ID).json
    shared.glitches.add(Glitch())
    same = shared_caller.call(SiteId=SITE_ID).json
    assert plain.pop("RequestId") != same.pop("RequestId")
    assert json.dumps(plain) == json.dumps(same)
