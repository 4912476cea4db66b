"""Keys from the command of an `External` profile: bounded in time and in output, and no process is left after the call.

Not the library's way: that reads unlimited output, leaves the command running when the call is over, and writes the
keys in clear into the aliyun CLI's configuration.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import threading
from collections.abc import Iterator
from typing import IO

from ..esa.errors import CredentialsError
from ..esa.keys import Credentials, misfit
from ..esa.moments import parse_rfc3339
from .renewal import Fetched, Patience

MAX_OUTPUT_BYTES = 1024 * 1024
_POLL_SECONDS = 0.05
_SHAPE = "process_command: its output is not the JSON of keys, with access_key_id and access_key_secret"


def keys_of_command(command: str, patience: Patience) -> Fetched:
    """What the command prints, read as keys; raises CredentialsError, which never quotes the command or its output."""
    return _read(_output(command, patience))


def _output(command: str, patience: Patience) -> bytes:
    output, ended = bytearray(), threading.Event()
    # When the call ends, the command is killed, and this loop ends with it.
    with _started(command) as process, patience.stopping(lambda: _kill(process)):
        threading.Thread(target=_drain, args=(process.stdout, output, ended), name="command", daemon=True).start()
        while process.poll() is None and len(output) <= MAX_OUTPUT_BYTES:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_SECONDS)
        # With a time limit: a process that the command left behind may keep the stream open.
        ended.wait(_POLL_SECONDS * 10)
    if len(output) > MAX_OUTPUT_BYTES:
        raise CredentialsError(f"process_command: more than {MAX_OUTPUT_BYTES // 2**20} MiB of output")
    status = process.returncode
    if status:
        ending = f"exit status {status}" if status > 0 else f"signal {-status}"
        raise CredentialsError(f"process_command: ended with {ending}")
    return bytes(output)


@contextlib.contextmanager
def _started(command: str) -> Iterator[subprocess.Popen[bytes]]:
    windows = os.name == "nt"
    try:
        process = subprocess.Popen(  # noqa: S603  # as the aliyun CLI does: the profile's owner wrote the command
            command if windows else shlex.split(command),
            # It must not use the plugin's own streams: stdout is the engine's, and stderr is shown to the user.
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            shell=windows,
            start_new_session=not windows,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "cannot be read as a command line"
        raise CredentialsError(f"process_command: {reason}") from None
    try:
        yield process
    finally:
        _kill(process)
        # Its exit status is collected without waiting: a process that the system cannot end must not hold up the call.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(1)


def _drain(stream: IO[bytes] | None, output: bytearray, ended: threading.Event) -> None:
    """Read until the end, or a little more than is accepted."""
    with contextlib.suppress(OSError, ValueError), stream or contextlib.nullcontext():
        while stream is not None and len(output) <= MAX_OUTPUT_BYTES:
            chunk = os.read(stream.fileno(), 65536)
            if not chunk:
                break
            output += chunk
    ended.set()


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the command and what it started: its process group, which is its own."""
    with contextlib.suppress(OSError):
        if os.name == "nt":
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)  # noqa: S603, S607
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _read(output: bytes) -> Fetched:
    try:
        data = json.loads(output.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise CredentialsError(_SHAPE) from None
    data = data if isinstance(data, dict) else {}
    key, secret, token = (_key(data, name) for name in ("access_key_id", "access_key_secret", "sts_token"))
    if key is None or secret is None:
        raise CredentialsError(_SHAPE)
    if token is None and str(data.get("mode")).lower() == "ststoken":
        raise CredentialsError("process_command: its output has mode StsToken, but no sts_token")
    return Fetched(Credentials(key, secret, token), _end(data.get("expiration")))


def _key(data: dict[str, object], name: str) -> str | None:
    value = data.get(name)
    if value is None or value == "":
        return None
    wrong = misfit(value) if isinstance(value, str) else "is not text"
    if wrong is not None:
        raise CredentialsError(f"process_command: {name} of its output {wrong}")
    return str(value)


def _end(expiration: object) -> float | None:
    if expiration is None or expiration == "":
        return None
    milliseconds = parse_rfc3339(expiration) if isinstance(expiration, str) else None
    if milliseconds is None:
        raise CredentialsError("process_command: expiration of its output is not a moment such as 2024-06-01T00:00:00Z")
    return milliseconds / 1000
