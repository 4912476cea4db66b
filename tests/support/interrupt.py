"""A command that runs beside the test, and Ctrl-C for it."""

from __future__ import annotations

import signal
import subprocess
import time

from tests.support.command import COMMAND, Cli


def start(cli: Cli, *arguments: str, stdout: int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    command = [str(COMMAND), *arguments]
    return subprocess.Popen(command, cwd=cli.folder, env=cli.environment(), stdout=stdout, stderr=subprocess.PIPE)


def interrupted(process: subprocess.Popen[bytes]) -> tuple[str, str]:
    """What it wrote by the time that Ctrl-C ended it: 0.5 s on an idle machine, not what it waits for."""
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=10)
    # Not 1.0: other test processes share the cores. What it must not wait for takes a minute.
    assert time.monotonic() - started < 3.0
    assert process.returncode == 130
    return out.decode(), err.decode()
