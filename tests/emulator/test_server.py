"""The running server: what it counts, how it ends, and where it refuses to listen."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from emulator import SITE_ID, Emulator, Glitch
from emulator.keys import STS_ACCESS_KEY_ID, STS_ACCESS_KEY_SECRET, STS_SECURITY_TOKEN

if TYPE_CHECKING:
    from tests.support.caller import Caller, MakeCaller


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread.name for thread in threading.enumerate() if thread not in before and thread.is_alive()]
    assert [name for name in left if name.startswith("emulator")] == []


def test_the_log_tells_what_was_asked(emulator: Emulator, caller: Caller) -> None:
    caller.call(SiteId=SITE_ID, PageNumber=2)
    caller.call("GetScheduledPreloadJob", Id="zz")
    first, second = emulator.requests
    assert (first.number, first.action, first.method) == (1, "ListScheduledPreloadJobs", "GET")
    assert first.params == {"SiteId": str(SITE_ID), "PageNumber": "2"}
    assert first.headers["host"] == emulator.endpoint
    assert (first.status, first.code) == (200, "")
    assert first.access_key_id == "testAccessKeyId"
    assert (second.status, second.code) == (400, "InvalidParameter.ObjectId")
    assert second.nonce == caller.sent["x-acs-signature-nonce"] != first.nonce


def test_the_log_holds_no_secret(emulator: Emulator, make_caller: MakeCaller) -> None:
    make_caller(key=STS_ACCESS_KEY_ID, secret=STS_ACCESS_KEY_SECRET, token=STS_SECURITY_TOKEN).call(SiteId=SITE_ID)
    record = emulator.requests[0]
    assert record.has_token
    assert STS_SECURITY_TOKEN not in repr(record)
    assert "Signature=" not in repr(record)
    assert STS_ACCESS_KEY_SECRET not in repr(vars(emulator.keys))


def test_connections_are_counted_by_their_port(emulator: Emulator, make_caller: MakeCaller) -> None:
    kept, other = make_caller(), make_caller()
    for _ in range(3):
        kept.call(SiteId=SITE_ID)
    other.call(SiteId=SITE_ID)
    assert len({record.client_port for record in emulator.requests}) == 2
    assert emulator.connections == 2


def test_an_answer_does_not_wait_for_the_clients_delayed_ack(caller: Caller) -> None:
    began = time.monotonic()
    for _ in range(25):
        caller.call(SiteId=SITE_ID)
    # The kernel's delayed ACK alone would make it a second.
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize("at_once", [1, 5])
def test_requests_under_way_are_counted(emulator: Emulator, make_caller: MakeCaller, at_once: int) -> None:
    emulator.delay = 0.3
    callers = [make_caller() for _ in range(5)]
    with ThreadPoolExecutor(at_once) as pool:
        replies = list(pool.map(lambda caller: caller.call(SiteId=SITE_ID), callers))
    assert [reply.status for reply in replies] == [200] * 5
    assert emulator.max_in_flight == at_once


def test_a_stalled_request_that_was_given_up_is_no_longer_under_way(
    emulator: Emulator, make_caller: MakeCaller
) -> None:
    emulator.glitches.add(Glitch(stall=True, times=2))
    for _ in range(2):
        with pytest.raises(TimeoutError):
            make_caller(timeout=0.2).call(SiteId=SITE_ID)
        time.sleep(0.1)
    assert emulator.max_in_flight == 1


@pytest.mark.parametrize(
    "glitch",
    [Glitch(stall=True), Glitch(drip=1, drip_interval=1.0), Glitch(delay=60)],
    ids=["stall", "drip", "delay"],
)
def test_it_ends_within_a_second_whatever_is_under_way(make_caller: MakeCaller, glitch: Glitch) -> None:
    with Emulator() as other:
        other.glitches.add(glitch)
        callers = [make_caller(emulator=other) for _ in range(5)]
        with ThreadPoolExecutor(5) as pool:
            calls = [pool.submit(caller.call, SiteId=SITE_ID) for caller in callers]
            while len(other.requests) < 5:
                time.sleep(0.01)
            time.sleep(0.1)
            began = time.monotonic()
            other.stop()
            assert time.monotonic() - began < 1
            assert all(call.exception(2) is not None for call in calls)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", other.port)).close()


def test_it_can_be_started_again_on_its_port(make_caller: MakeCaller) -> None:
    other = Emulator()
    for _ in range(2):
        with other:
            caller = make_caller(emulator=other)
            assert caller.call(SiteId=SITE_ID).status == 200
            caller.close()
    assert len({record.nonce for record in other.requests}) == 2


def test_a_request_that_breaks_off_is_not_logged(emulator: Emulator, caller: Caller) -> None:
    with socket.create_connection(("127.0.0.1", emulator.port)) as client:
        client.sendall(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc")
    assert caller.call(SiteId=SITE_ID).status == 200
    assert len(emulator.requests) == 1


def test_a_taken_port_is_an_error_at_once(emulator: Emulator) -> None:
    with pytest.raises(OSError, match="ddress"):
        Emulator(port=emulator.port).start()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.com", ""])
def test_it_binds_to_loopback_only(host: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        Emulator(host=host)


def test_it_serves_https(tmp_path: Path, make_caller: MakeCaller) -> None:
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with Emulator(certfile=tmp_path / "server.pem", keyfile=tmp_path / "server.pem") as secure:
        assert secure.url.startswith("https://127.0.0.1:")
        trusting = make_caller(emulator=secure, context=context)
        assert trusting.call(SiteId=SITE_ID).status == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            make_caller(emulator=secure, context=ssl.create_default_context()).call(SiteId=SITE_ID)


def test_a_missing_certificate_is_an_error_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Emulator(certfile=tmp_path / "nothing.pem", keyfile=tmp_path / "nothing.pem").start()


def test_its_environment_points_at_it(emulator: Emulator) -> None:
    assert emulator.environment() == {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "testAccessKeyId",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "testAccessKeySecret",
        "ALIBABA_CLOUD_ENDPOINT_ESA": f"http://127.0.0.1:{emulator.port}",
    }
