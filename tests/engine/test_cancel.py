"""Ctrl-C, Cancel and a killed engine: the plugin ends at once, in a sleep and in a read that stalls, and is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2

from benchmarks.plugin import Plugin
from emulator import Emulator, Glitch
from tests.support.engine import SITE_ID, Engine, interrupt
from tests.support.language_host import language_host

pytestmark = pytest.mark.usefixtures("measured")
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
    "a retry's sleep": Glitch(code="ServiceUnavailable", retry_after=50_000),
    "a stalled read": Glitch(stall=True),
    "a dripping body": Glitch(drip=1, drip_interval=0.2),
}
MARK = "ESA_TEST_MARK"


def processes_of(engine: Engine, command: str = "") -> list[int]:
    """The processes that carry this engine's mark in their environment, and this text in their command line."""
    mark, found = f"{MARK}={engine.folder}".encode(), []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            environment, words = (folder / "environ").read_bytes(), (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if mark in environment and command.encode() in words:
            found.append(int(folder.name))
    return found


def plugins_of(engine: Engine) -> list[int]:
    """The plugin's processes of this engine."""
    return processes_of(engine, "pulumi-resource-alicloud-esa")


def until(condition: Callable[[], object], seconds: float, what: str) -> None:
    """Wait for a condition; fail with its name when it does not come."""
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, f"{what}: not within {seconds} s"
        time.sleep(0.02)


@pytest.fixture
def waiting(engine: Engine, emulator: Emulator, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A preview whose plugin has sent its request and waits."""
    emulator.glitches.add(WAITS[request.param])
    engine.write(PROGRAM)
    engine.stack()
    engine.environment[MARK] = str(engine.folder)
    process = engine.start("preview")
    try:
        until(lambda: emulator.requests, 30, "the first request")
        time.sleep(0.3)
        assert plugins_of(engine)
        yield process
    finally:
        process.kill()
        process.communicate()


def seconds_without_the_plugin(folder: Path) -> float:
    """How long the engine takes to end on Ctrl-C when the program sleeps and there is no provider at all."""
    engine = Engine(folder)
    engine.write("name: idle\nruntime: go\n")
    engine.stack()
    running = threading.Event()

    def sleep(_: object) -> tuple[list[str], dict[str, str]]:
        running.set()
        return ["sleep", "30"], {}

    with language_host(sleep, engine.environment) as address:
        process = engine.start("preview", "--client", address)
        assert running.wait(30)
        time.sleep(0.3)
        started = time.monotonic()
        interrupt(process)
        text, _ = process.communicate(timeout=30)
    assert "preview canceled" in text
    return time.monotonic() - started


@pytest.mark.parametrize("waiting", WAITS, indirect=True)
def test_ctrl_c_ends_plugin_and_preview_within_a_second(
    engine: Engine, waiting: subprocess.Popen[str], tmp_path: Path
) -> None:
    without = seconds_without_the_plugin(tmp_path / "idle" / "project")
    started = time.monotonic()
    interrupt(waiting)
    until(lambda: not plugins_of(engine), 1, "the end of the plugin")
    text, _ = waiting.communicate(timeout=30)
    taken = time.monotonic() - started
    assert waiting.returncode != 0
    assert taken < without + 1, f"{taken:.1f} s, {without:.1f} s without the plugin: {text}"
    assert "Traceback" not in text
    until(lambda: not processes_of(engine), 1, "the end of every process")


@pytest.mark.parametrize("waiting", ["a stalled read"], indirect=True)
def test_ctrl_c_in_a_terminal_reaches_every_process_and_leaves_none(
    engine: Engine, waiting: subprocess.Popen[str]
) -> None:
    os.killpg(waiting.pid, signal.SIGINT)
    until(lambda: not plugins_of(engine), 1, "the end of the plugin")
    text, _ = waiting.communicate(timeout=5)
    assert waiting.returncode != 0
    assert "Traceback" not in text
    until(lambda: not processes_of(engine), 1, "the end of every process")


@pytest.mark.parametrize("waiting", ["a stalled read"], indirect=True)
def test_a_killed_engine_takes_the_plugin_with_it(engine: Engine, waiting: subprocess.Popen[str]) -> None:
    waiting.kill()
    waiting.wait(5)
    until(lambda: not plugins_of(engine), 3, "the end of the plugin")


@pytest.mark.parametrize("wait", WAITS)
def test_cancel_is_answered_at_once_and_ends_the_call(emulator: Emulator, wait: str) -> None:
    emulator.glitches.add(WAITS[wait])
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
    emulator.glitches.add(Glitch(stall=True))
    with Plugin(emulator.environment()) as plugin:
        calls = [plugin.invoke_later(siteId=SITE_ID) for _ in range(50)]
        until(lambda: len(emulator.requests) >= 8, 10, "the first requests")
        started = time.monotonic()
        plugin.stub.Cancel(empty_pb2.Empty(), timeout=5)
        calls.append(plugin.invoke_later(siteId=SITE_ID))
        for call in calls:
            with pytest.raises(grpc.RpcError) as ended:
                call.result(timeout=5)
            assert ended.value.code() is grpc.StatusCode.CANCELLED
        assert time.monotonic() - started < 1
