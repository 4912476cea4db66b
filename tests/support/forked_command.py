"""`alicloud-esa` on the PATH of scripts whose runs are forks too: a small program hands on what it was started with."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.support.forks import COMMAND, can_fork, forks

PROGRAM = """#!{python} -IS
import json, os, socket, sys
server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
server.connect({address!r})
run = json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)])
socket.send_fds(server, [run.encode()], [0, 1, 2])
sys.exit(int(server.recv(9)))
"""


@contextlib.contextmanager
def forked_command(folder: Path) -> Iterator[str]:
    """A PATH on which the command is such a program, while the test waits for whatever calls it."""
    # Of Linux's abstract ones, which need no file.
    address = f"\0alicloud-esa-{os.getpid()}"
    program = folder / COMMAND.name
    program.write_text(PROGRAM.format(python=sys.executable, address=address))
    program.chmod(0o755)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(address)
        listener.listen()
        thread = threading.Thread(target=_serve, args=(listener,))
        thread.start()
        yield os.pathsep.join([str(folder), str(COMMAND.parent), os.environ["PATH"]])
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(20)


def _serve(listener: socket.socket) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            message, streams, _, _ = socket.recv_fds(connection, 2**20, 3)
            arguments, cwd, environment = json.loads(message)
            assert can_fork(environment)
            child = forks().start(arguments, Path(cwd), environment, streams, {})
            for stream in streams:
                os.close(stream)
            connection.send(str(forks().wait(child, 60)).encode())
