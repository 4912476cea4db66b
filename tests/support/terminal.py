"""The command as a person runs it: on a terminal of a given width."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import pty
import re
import struct
import termios

from tests.support.command import Cli
from tests.support.forks import can_fork, forks

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(cli: Cli, *arguments: str, width: int = 100, **env: str) -> tuple[int, str]:
    """The exit code, and all that a terminal was sent."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    environment = {**cli.environment(), **env}
    assert can_fork(environment)
    child = forks().start(arguments, cli.folder, environment, [theirs] * 3, cli.patches)
    os.close(theirs)
    sent = b""
    with contextlib.suppress(OSError):
        while part := _read(ours):
            sent += part
    os.close(ours)
    return forks().wait(child, 10), sent.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError as error:
        # What Linux says once the other side is closed.
        if error.errno == errno.EIO:
            return b""
        raise
