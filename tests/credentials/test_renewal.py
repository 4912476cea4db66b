"""Keys that are renewed: what a failed renewal costs, which first fetch is tried again, and what is left on disk."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from pulumi_resource_alicloud_esa.config import read_settings
from pulumi_resource_alicloud_esa.credentials import renewal as credential_renewal
from pulumi_resource_alicloud_esa.credentials.renewal import Fetched, Patience
from pulumi_resource_alicloud_esa.credentials.sources import choose_source
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import Cancelled, CredentialsError
from pulumi_resource_alicloud_esa.esa.keys import Credentials, CredentialSource
from pulumi_resource_alicloud_esa.esa.retry import PROCESS_BUDGET, RetryPolicy

from tests.support.servers import Peer, RawServer, Script, answer, closing


def expiring(seconds: float, number: int = 1) -> Script:
    """Keys that expire in so many seconds."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    keys = {"AccessKeyId": f"STS.{number}", "AccessKeySecret": "hunter2", "SecurityToken": "t", "Expiration": at}
    return answer(closing(json.dumps({"Code": "Success", **keys}).encode()))


def status(code: int) -> Script:
    return answer(closing(b"hunter2", code))


def reset(peer: Peer) -> None:
    peer.read_request()
    peer.reset()


def cut(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


HOUR, SOON = 3600, 10 * 60


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were drawn, none of them slept; keys are looked at for every request."""
    drawn: list[float] = []

    def uniform(low: float, high: float) -> float:
        assert low == 0
        drawn.append(high)
        return 0.0

    monkeypatch.setattr(credential_renewal, "_POLICY", RetryPolicy(max_attempts=3, uniform=uniform))
    monkeypatch.setattr(credential_renewal, "_RECHECK_SECONDS", 0.0)
    return drawn


def source(server: RawServer) -> CredentialSource:
    return choose_source(read_settings({"credentialsUri": server.url}, {}), {}, pytest.fail)


def key(source: CredentialSource) -> str:
    return source.get(Deadline(20)).access_key_id


# --- renewals ---


@pytest.mark.parametrize("failure", [status(500), status(403), reset, cut], ids=["500", "403", "reset", "cut"])
def test_a_renewal_that_fails_leaves_the_keys_that_are_still_good(failure: Script, waits: list[float]) -> None:
    with RawServer(expiring(SOON), failure, expiring(HOUR, 2)) as server:
        keys = source(server)
        assert [key(keys) for _ in range(5)] == ["STS.1"] * 5
        # Asked once, not for every request, and not with a wait: nothing is missing yet.
        assert (server.accepted, waits) == (2, [])


def test_a_renewal_that_failed_is_tried_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    assert credential_renewal._PAUSE_SECONDS == 30
    monkeypatch.setattr(credential_renewal, "_PAUSE_SECONDS", 0.0)
    with RawServer(expiring(SOON), status(500), status(500), expiring(HOUR, 2)) as server:
        keys = source(server)
        assert [key(keys) for _ in range(5)] == ["STS.1", "STS.1", "STS.1", "STS.2", "STS.2"]
        assert server.accepted == 4


def test_keys_that_have_expired_are_not_used_when_the_renewal_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(expiring(SOON), status(403)) as server:
        keys = source(server)
        assert key(keys) == "STS.1"
        then = time.time() + SOON + 1
        monkeypatch.setattr(time, "time", lambda: then)
        with pytest.raises(CredentialsError, match="HTTP 403"):
            key(keys)


@pytest.mark.parametrize("seconds", [SOON, HOUR])
def test_keys_that_the_service_rejected_are_not_used_when_no_others_come(seconds: float) -> None:
    with RawServer(expiring(seconds), status(403), status(403), expiring(HOUR, 2)) as server:
        keys = source(server)
        rejected = keys.get(Deadline(20))
        with pytest.raises(CredentialsError, match="HTTP 403"):
            keys.refresh(rejected, Deadline(20))
        with pytest.raises(CredentialsError, match="HTTP 403"):
            key(keys)
        assert key(keys) == "STS.2"


def test_of_keys_whose_end_is_not_known_the_service_decides() -> None:
    answers: list[Fetched | Exception] = [Fetched(Credentials("id", "s")), OSError("no")]

    def fetch(patience: Patience) -> Fetched:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    keys = credential_renewal.RenewedSource("x", fetch)
    found = keys.get(Deadline(5))
    # Not asked again: there is no moment from which on they could be stale.
    assert keys.get(Deadline(5)) == found
    assert len(answers) == 1
    with pytest.raises(CredentialsError, match="x: no"):
        keys.refresh(found, Deadline(5))


@pytest.mark.parametrize("part", ["AccessKeyId", "AccessKeySecret", "SecurityToken"])
def test_keys_that_cannot_be_keys_are_not_used(part: str) -> None:
    body = json.loads(KEYS_FOR_EVER)
    body[part] = "hunter2\u0007x"
    with RawServer(answer(closing(json.dumps(body).encode()))) as server, pytest.raises(CredentialsError) as caught:
        key(source(server))
    assert str(caught.value) == ("credentialsUri: a key that it gave holds an unprintable character (character 8 of 9)")


def test_a_fetch_ends_when_nobody_waits_any_more() -> None:
    stopped, begun = threading.Event(), threading.Event()

    def fetch(patience: Patience) -> Fetched:
        with patience.stopping(stopped.set):
            begun.set()
            patience.sleep(15)
        raise AssertionError

    keys = credential_renewal.RenewedSource("x", fetch)
    first, second = Deadline(20), Deadline(20)
    waiting = [threading.Thread(target=suppressed, args=(keys, deadline)) for deadline in (first, second)]
    for thread in waiting:
        thread.start()
    assert begun.wait(5)
    while keys._fetch is None or keys._fetch.waiting < 2:
        time.sleep(0.01)
    first.cancel()
    waiting[0].join(5)
    # One call still waits, so the fetch goes on.
    assert not stopped.is_set()
    second.cancel()
    waiting[1].join(5)
    assert stopped.is_set()
    assert not waiting[1].is_alive()


def suppressed(keys: credential_renewal.RenewedSource, deadline: Deadline) -> None:
    with contextlib.suppress(Cancelled):
        keys.get(deadline)


# --- first fetches ---


@pytest.mark.parametrize(
    ("failure", "base"),
    [(status(500), 0.5), (status(503), 0.5), (status(429), 1.0), (reset, 0.5), (cut, 0.5)],
    ids=["500", "503", "429", "reset", "cut"],
)
def test_a_first_fetch_is_tried_again(failure: Script, base: float, waits: list[float]) -> None:
    with RawServer(failure, failure, expiring(HOUR)) as server:
        assert key(source(server)) == "STS.1"
        assert server.accepted == 3
    # Full jitter, doubling; from one second where the source throttles.
    assert waits == [base, 2 * base]


def test_a_first_fetch_is_tried_three_times_and_says_so() -> None:
    with RawServer(status(503)) as server:
        with pytest.raises(CredentialsError, match=r"HTTP 503 \(3 attempts\)$"):
            key(source(server))
        assert server.accepted == 3


@pytest.mark.parametrize("failure", [status(403), status(404), answer(closing(b"hunter2"))], ids=["403", "404", "text"])
def test_a_refusal_is_not_tried_again(failure: Script) -> None:
    with RawServer(failure) as server:
        with pytest.raises(CredentialsError):
            key(source(server))
        assert server.accepted == 1


def test_no_wait_passes_the_calls_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credential_renewal, "_POLICY", RetryPolicy(max_attempts=3, uniform=lambda low, high: 60.0))
    began = time.monotonic()
    with RawServer(status(503)) as server, pytest.raises(CredentialsError, match="HTTP 503"):
        source(server).get(Deadline(20))
    assert time.monotonic() - began < 10


def test_retries_are_paid_from_the_process_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PROCESS_BUDGET, "_left", PROCESS_BUDGET.cost)
    with RawServer(status(503)) as server:
        with pytest.raises(CredentialsError, match=r"HTTP 503 \(2 attempts\)"):
            key(source(server))
        assert server.accepted == 2


KEYS_FOR_EVER = json.dumps(
    {
        "Code": "Success",
        "AccessKeyId": "i",
        "AccessKeySecret": "s",
        "SecurityToken": "t",
        "Expiration": "2099-01-01T00:00:00Z",
    }
)
WITH_END = b'{"Code": "Success", "AccessKeyId": "i", "AccessKeySecret": "s", "SecurityToken": "t", "Expiration": %b}'


@pytest.mark.parametrize(
    "body",
    [
        b"hunter2",
        b'["hunter2"]',
        b"\xff\xfehunter2",
        b"",
        WITH_END % b"null",
        WITH_END % b'"hunter2"',
        WITH_END % b'"2099-01-01T00:00:00Zhunter2"',
    ],
)
def test_an_answer_in_another_form_is_one_line_that_quotes_nothing(body: bytes) -> None:
    with RawServer(answer(closing(body))) as server, pytest.raises(CredentialsError) as caught:
        key(source(server))
    assert str(caught.value).startswith("credentialsUri: its answer is not in the form in which keys are given (")
    assert "hunter2" not in str(caught.value)


def test_keys_that_have_expired_already_are_told_as_such() -> None:
    with (
        RawServer(expiring(-1)) as server,
        pytest.raises(CredentialsError, match="the keys that it gave have expired already"),
    ):
        key(source(server))


def test_a_thread_that_cannot_start_stops_nobody_who_comes_later(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(expiring(HOUR)) as server:
        keys = source(server)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", lambda self: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                key(keys)
        assert key(keys) == "STS.1"


# --- an OIDC token of the configuration ---

PROGRAM = """
import os, sys
from pulumi_resource_alicloud_esa.credentials import library as credential_library
from pulumi_resource_alicloud_esa.config import read_settings
from pulumi_resource_alicloud_esa.credentials.sources import choose_source
from pulumi_resource_alicloud_esa.esa.deadline import Deadline

def exchange(method, url, headers, body, timeouts):
    sys.stdout.write("hunter2-token" in url and "asked" or url)
    sys.stdout.flush()
    os.kill(os.getpid(), int(sys.argv[1])) if sys.argv[1] != "exit" else os._exit(3)

credential_library.exchange = exchange
oidc = {"oidcProviderArn": "p", "roleArn": "r", "oidcToken": "hunter2-token"}
choose_source(read_settings({"assumeRoleWithOidc": oidc}, {}), {}, print).get(Deadline(20))
"""


@pytest.mark.parametrize(("end", "code"), [("9", -9), ("15", -15), ("exit", 3)])
def test_an_oidc_token_is_in_no_file_when_the_process_ends_in_the_call_to_sts(
    tmp_path: Path, end: str, code: int
) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, end],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("asked", "", code)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
