"""Ctrl-C, Cancel and a killed engine: the plugin ends at once, in a sleep and in a read that stalls, and is gone."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2

from benchmarks.plugin import Plugin
from emulator import Emulator, Fault
from tests.engine.harness import SITE_ID, Engine, interrupt

PROGRAM = f"""
name: cancelled
runtime: yaml
variables:
  jobs:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{SITE_ID}"}}
outputs:
  count: ${{jobs.totalCount}}
"""
# What the plugin is doing when it is told to stop.
WAITS = {
    "a retry's sleep": Fault(code="ServiceUnavailable", retry_after=50_000),
    "a stalled read": Fault(stall=True),
    "a dripping body": Fault(drip=1, drip_interval=0.2),
}
ENGINE_SECONDS = 4.0  # the engine's own way out, on a machine with other work, and our one second


def plugins_of(mark: str) -> list[int]:
    """The plugin processes that carry this value in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment, command = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if mark.encode() in environment and b"pulumi-resource-alicloud-esa" in command:
            found.append(int(folder.name))
    return found


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for a condition; fail with its name when it does not come."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"{what}: not within {seconds} s"
        time.sleep(0.02)


@pytest.fixture
def waiting(engine: Engine, emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A preview whose plugin has sent its request and waits."""
    emulator.faults.add(WAITS[request.param])
    engine.write(PROGRAM)
    engine.stack()
    engine.environment["ESA_TEST_MARK"] = str(engine.folder)
    process = engine.start("preview")
    try:
        until(lambda: emulator.requests, 30, "the first request")
        time.sleep(0.3)
        assert plugins_of(str(engine.folder))
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("waiting", WAITS, indirect=True)
def test_ctrl_c_ends_the_preview_and_leaves_no_plugin(engine: Engine, waiting: subprocess.Popen[str]) -> None:
    started = time.monotonic()
    interrupt(waiting)
    text, _ = waiting.communicate(timeout=30)
    taken = time.monotonic() - started
    assert waiting.returncode != 0
    assert taken < ENGINE_SECONDS, text
    assert "Traceback" not in text
    until(lambda: not plugins_of(str(engine.folder)), 1, "the end of the plugin")


@pytest.mark.parametrize("waiting", ["a stalled read"], indirect=True)
def test_a_killed_engine_takes_the_plugin_with_it(engine: Engine, waiting: subprocess.Popen[str]) -> None:
    waiting.kill()
    waiting.wait(5)
    until(lambda: not plugins_of(str(engine.folder)), 3, "the end of the plugin")


@pytest.mark.parametrize("wait", WAITS)
def test_cancel_is_answered_at_once_and_ends_the_call(emulator: Emulator, wait: str) -> None:
    emulator.faults.add(WAITS[wait])
    with Plugin(emulator.environment()) as plugin:
        call = plugin.invoke_later(siteId=SITE_ID)
        until(lambda: emulator.requests, 10, "the first request")
        time.sleep(0.2)
        started = time.monotonic()
        plugin.stub.Cancel(empty_pb2.Empty(), timeout=5)
        answered = time.monotonic() - started
        with pytest.raises(grpc.RpcError) as ended:
            call.result(timeout=5)
        taken = time.monotonic() - started
    assert ended.value.code() is grpc.StatusCode.CANCELLED
    assert ended.value.details() == "cancelled"
    assert answered < 1
    assert taken < 1


def test_cancel_ends_all_calls_and_refuses_those_to_come(emulator: Emulator) -> None:
    emulator.faults.add(Fault(stall=True))
    with Plugin(emulator.environment()) as plugin:
        calls = [plugin.invoke_later(siteId=SITE_ID) for _ in range(50)]
        until(lambda: len(emulator.requests) >= 8, 10, "the first requests")
        plugin.stub.Cancel(empty_pb2.Empty(), timeout=5)
        calls.append(plugin.invoke_later(siteId=SITE_ID))
        started = time.monotonic()
        for call in calls:
            with pytest.raises(grpc.RpcError) as ended:
                call.result(timeout=5)
            assert ended.value.code() is grpc.StatusCode.CANCELLED
        assert time.monotonic() - started < 2
