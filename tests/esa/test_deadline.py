"""How a call ends early: in a sleep, in a read, by its time or by the user."""

from __future__ import annotations

import socket
import threading
import time

import pytest
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import Cancelled, DeadlineExceeded

from tests.support.threads import still_running, watch_threads


def test_a_call_that_has_time_goes_on() -> None:
    deadline = Deadline(5)
    deadline.check()
    deadline.sleep(0.01)
    assert deadline.ended is None
    assert 4 < deadline.remaining() < 5


def test_time_that_is_up_says_what_to_do() -> None:
    deadline = Deadline(0.01)
    time.sleep(0.02)
    with pytest.raises(DeadlineExceeded, match=r"no complete answer within 0\.01 seconds: raise the time limit"):
        deadline.check()
    assert deadline.remaining() == 0
    assert isinstance(deadline.ended, DeadlineExceeded)


def test_a_sleep_that_would_pass_the_end_is_refused_at_once() -> None:
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded) as caught:
        Deadline(1).sleep(2)
    assert str(caught.value) == (
        "no complete answer within 1 seconds: the next request has to wait 2.0 seconds, which is beyond that; "
        "raise the time limit, or ask for less"
    )
    assert time.monotonic() - began < 0.5


def test_cancel_wakes_a_sleeper_at_once() -> None:
    deadline = Deadline(30)
    threading.Timer(0.05, deadline.cancel).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        deadline.sleep(20)
    assert time.monotonic() - began < 0.5


def test_the_first_reason_stands() -> None:
    deadline = Deadline(30)
    deadline.cancel()
    deadline.expire()
    assert isinstance(deadline.ended, Cancelled)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_watched_socket_is_shut_whether_it_is_watched_before_or_after_the_end(when: str) -> None:
    deadline = Deadline(30)
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(5)
        if when == "before":
            deadline.watch(near)
            threading.Timer(0.05, deadline.cancel).start()
        else:
            deadline.cancel()
            deadline.watch(near)
        assert near.recv(1) == b""


def test_a_socket_that_is_no_longer_watched_survives() -> None:
    deadline = Deadline(30)
    near, far = socket.socketpair()
    with near, far:
        deadline.watch(near)
        deadline.unwatch(near)
        deadline.cancel()
        far.sendall(b"x")
        assert near.recv(1) == b"x"


def test_a_closed_socket_does_not_disturb_the_end() -> None:
    deadline = Deadline(30)
    near, far = socket.socketpair()
    deadline.watch(near)
    near.close()
    far.close()
    deadline.cancel()
    assert isinstance(deadline.ended, Cancelled)


def test_the_timer_ends_a_call_that_waits_in_a_socket() -> None:
    deadline = Deadline(0.1)
    near, far = socket.socketpair()
    with near, far, deadline.timer():
        near.settimeout(5)
        deadline.watch(near)
        assert near.recv(1) == b""
    assert isinstance(deadline.ended, DeadlineExceeded)


def test_the_timer_of_a_finished_call_leaves_no_thread() -> None:
    started = watch_threads()
    with Deadline(60).timer():
        assert len(started()) == 1
    assert not still_running(started, 2)
