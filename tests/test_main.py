"""The plugin's process: its arguments, its exit code, how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

RUN = "from pulumi_resource_alicloud_esa import __main__ as plugin"
NO_HANDLERS = """
import asyncio
def no(*_): raise NotImplementedError
asyncio.SelectorEventLoop.add_signal_handler = no
"""


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", f"{RUN}\n{code}\nplugin.main()", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ["127.0.0.1:9"],
        ["--tracing", "tcp://127.0.0.1:7", "127.0.0.1:9"],
        ["--logtostderr", "-v=9", "--tracing", "tcp://127.0.0.1:7", "127.0.0.1:9"],
        ["--logtostderr", "-v=9", "127.0.0.1:9"],
    ],
)
def test_the_engines_address_is_what_stands_after_its_flags(arguments: list[str]) -> None:
    code = "async def show(engine, args): print(engine)\nplugin._serve = show"
    out, _ = start(code, *arguments).communicate(timeout=30)
    assert out == "127.0.0.1:9\n"


def test_a_plugin_that_cannot_serve_says_so_and_fails() -> None:
    code = "def broken(*_): raise OSError('no port is left')\nplugin.serve = broken"
    process = start(code)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert out == ""
    assert err == "pulumi-resource-alicloud-esa cannot serve: OSError: no port is left\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("windows", [False, True])
def test_a_signal_ends_it_well(number: signal.Signals, windows: bool) -> None:
    # As on Windows, whose event loops take no signal handlers.
    process = start(NO_HANDLERS if windows else "")
    assert process.stdout is not None
    assert process.stdout.readline().strip().isdigit()
    process.send_signal(number)
    _, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (0, "")
