"""A call of the command whose time ends just as its work does."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.cli.run import run
from pulumi_resource_alicloud_esa.cli.session import _Call
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import DeadlineExceeded

from emulator import SITE_ID, Emulator


class _Refused(Exception):
    pass


def _refuse() -> None:
    raise _Refused


def test_work_that_fails_between_two_looks_at_it_is_that_error() -> None:
    call = _Call(_refuse, Deadline(0), SimpleQueue())
    looked = call.done

    def done() -> bool:
        if not looked():
            call._run()
        return looked()

    call.done = done  # type: ignore[method-assign]
    with pytest.raises(_Refused):
        call.outcome()


def test_a_call_whose_time_is_up_before_the_timer_noticed_was_not_cancelled_by_anybody() -> None:
    call: _Call[Any] = _Call(_refuse, Deadline(0), SimpleQueue())
    assert call.over()
    with pytest.raises(DeadlineExceeded):
        call.outcome()


@pytest.mark.parametrize("threads", ["call", "page"], ids=["of a call", "of a page"])
def test_no_thread_to_be_had_is_one_line_and_no_defect(
    shared: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], threads: str
) -> None:
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name.startswith(threads):
            raise RuntimeError("can't start new thread")
        start(thread)

    for name, value in shared.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert run(["jobs", "list", "--site-id", str(SITE_ID), "--page-size", "10"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "error: the system lets this process start no more threads: raise its limit (`ulimit -u`, or a container's "
        "limit of pids), or lower --max-concurrency\n"
    )
