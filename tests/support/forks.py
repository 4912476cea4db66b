"""Runs of the command without a start of Python: a process that has imported it forks a child for each run.

The child ends as a true start does, its threads joined and its exit functions called, with the streams, the folder, the
environment, the arguments and the signals of a true start. What Python reads only when it starts is the exception: see
`can_fork`.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import multiprocessing
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path

COMMAND = Path(sys.executable).with_name("alicloud-esa")
PACKAGE = "pulumi_resource_alicloud_esa"
# What most runs import. No module that reads the environment while it is imported.
IMPORTED = (
    *(f"{PACKAGE}.cli.{name}" for name in ("run", "doctor", "drift_check", "drift_record", "lists")),
    *(f"{PACKAGE}.credentials.{name}" for name in ("library", "sources")),
    *(f"{PACKAGE}.esa.{name}" for name in ("client", "service")),
    "difflib",
    "encodings.idna",
    "encodings.utf_8_sig",
    "rich.cells",
    "urllib3",
)
_READ_AT_START = ("PYTHON", "LC_", "LANG", "OPENSSL_", "LD_", "COVERAGE_")


def can_fork(environment: Mapping[str, str]) -> bool:
    """Whether nothing that is read only at a start differs from what this process, and so the server, started with."""
    return _read_at_start(environment) == _read_at_start(os.environ)


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_READ_AT_START)}


class Forks:
    """The server's end in the tests; one run at a time."""

    def __init__(self) -> None:
        self._connection, theirs = multiprocessing.Pipe()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, __file__, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
            )

    def close(self) -> None:
        self._connection.close()
        self._server.wait(20)

    def run(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        timeout: float,
        patches: Mapping[str, object] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """As `subprocess.run([COMMAND, *arguments], ..., stdin=DEVNULL, capture_output=True)`."""
        ends = time.monotonic() + timeout
        pipes = [os.pipe(), os.pipe()]
        with open(os.devnull, "rb") as nothing:
            streams = [nothing.fileno(), *(write for _, write in pipes)]
            child = self.start(arguments, folder, environment, streams, patches or {})
        for _, write in pipes:
            os.close(write)
        texts = _read([read for read, _ in pipes], ends)
        code = self.wait(child, 0 if texts is None else ends - time.monotonic())
        if texts is None or code == -signal.SIGKILL:
            raise subprocess.TimeoutExpired([COMMAND, *arguments], timeout)
        return subprocess.CompletedProcess([COMMAND, *arguments], code, *texts)

    def start(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        streams: Sequence[int],
        patches: Mapping[str, object],
    ) -> int:
        """Begin a run on a stdin, stdout and stderr, with other values under dotted names; its process id."""
        self._connection.send((list(arguments), str(folder), dict(environment), _umask(), dict(patches)))
        for stream in streams:
            send_handle(self._connection, stream, self._server.pid)
        child: int = self._connection.recv()
        return child

    def wait(self, child: int, timeout: float) -> int:
        """The exit code of the run, which is killed when it takes longer."""
        if not self._connection.poll(max(0.0, timeout)):
            os.kill(child, signal.SIGKILL)
        code: int = self._connection.recv()
        return code


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _read(pipes: list[int], ends: float) -> list[bytes] | None:
    """All that comes from each of the pipes, or None when that takes too long."""
    texts = {pipe: bytearray() for pipe in pipes}
    with selectors.DefaultSelector() as selector:
        for pipe in pipes:
            selector.register(pipe, selectors.EVENT_READ)
        while selector.get_map() and (events := selector.select(max(0.0, ends - time.monotonic()))):
            for key, _ in events:
                piece = os.read(key.fd, 65536)
                texts[key.fd] += piece
                if not piece:
                    selector.unregister(key.fd)
        done = not selector.get_map()
    for pipe in pipes:
        os.close(pipe)
    return [bytes(text) for text in texts.values()] if done else None


@functools.cache
def forks() -> Forks:
    """The server of this test process."""
    server = Forks()
    atexit.register(server.close)
    return server


def _serve(connection: Connection) -> bool:
    """Fork a child for each run, until nobody asks; whether this is such a child."""
    while True:
        try:
            run = connection.recv()
        except EOFError:
            return False
        streams = [recv_handle(connection) for _ in ("stdin", "stdout", "stderr")]
        child = os.fork()
        if child == 0:
            connection.close()
            _become(streams, *run)
            return True
        for stream in streams:
            os.close(stream)
        connection.send(child)
        connection.send(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _become(
    streams: list[int],
    arguments: list[str],
    folder: str,
    environment: dict[str, str],
    umask: int,
    patches: dict[str, object],
) -> None:
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.umask(umask)
    os.chdir(folder)
    sys.argv = [str(COMMAND), *arguments]
    for name, value in patches.items():
        module, _, attribute = name.rpartition(".")
        setattr(importlib.import_module(module), attribute, value)


if __name__ == "__main__":
    # As it is for the true executable.
    sys.path[0] = str(COMMAND.parent)
    for name in IMPORTED:
        importlib.import_module(name)
    from pulumi_resource_alicloud_esa.cli.main import main

    # What stands here for every child is not looked through, and so copied, by each.
    gc.freeze()
    if _serve(Connection(int(sys.argv[1]))):
        try:
            main()
        except SystemExit as left:
            # As the interpreter leaves, but for the teardown of every module: half of what a run would take.
            threading._shutdown()  # type: ignore[attr-defined]
            atexit._run_exitfuncs()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(left.code)  # type: ignore[arg-type]
