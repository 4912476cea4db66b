"""The plugin's process: its arguments, its exit code, how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest
from pulumi_resource_alicloud_esa.schema import VERSION

RUN = "import asyncio, sys, grpc.aio\nfrom pulumi_resource_alicloud_esa import __main__ as plugin"
NO_HANDLERS = """
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
    assert engine_in(arguments) == "127.0.0.1:9"


@pytest.mark.parametrize("arguments", [[], ["-v", "9"], ["--logtostderr", "-v=9"], ["--tracing", "tcp://127.0.0.1:7"]])
def test_a_flag_or_its_value_is_no_address(arguments: list[str]) -> None:
    assert engine_in(arguments) == "None"


def engine_in(arguments: list[str]) -> str:
    """The engine that a plugin with these arguments would serve."""
    show = "print(serving.cr_frame.f_locals['engine'], flush=True), serving.close()"
    out, _ = start(f"asyncio.run = lambda serving: ({show})", *arguments).communicate(timeout=30)
    return out.strip()


@pytest.mark.parametrize(("flag", "word"), [("--version", VERSION), ("--help", "engine starts it"), ("-h", "usage")])
def test_a_person_gets_the_version_and_the_help(flag: str, word: str) -> None:
    process = start("", flag)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert word in out


def test_a_plugin_that_cannot_serve_says_so_and_fails() -> None:
    code = "def broken(**_): raise OSError('no port is left')\ngrpc.aio.server = broken"
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
