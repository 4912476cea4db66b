"""What is written: stdout, and files that are whole or untouched."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import sys

STDOUT = "-"
"""How a command line names stdout where a file is expected."""


class PipeClosed(Exception):
    """Who read our stdout went away."""


def unwritable(path: str) -> str | None:
    """Why no file can be there, found before anything is sent."""
    if not path:
        return "'' is not accepted; give a file"
    if os.path.isdir(path):
        return f"{path} is a folder; give a file"
    folder = os.path.dirname(os.path.realpath(path))
    return None if os.path.isdir(folder) else f"the folder of {path} does not exist"


def write_stdout(text: str) -> None:
    """All of `text` in UTF-8; raises PipeClosed, and OSError when it does not fit."""
    if sys.stdout is None:
        raise OSError(0, "stdout is closed")
    try:
        sys.stdout.flush()
        rest = memoryview(text.encode("utf-8", "backslashreplace"))
        while rest:
            # With PYTHONUNBUFFERED, which containers like to set, one write may take a part only.
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _abandon_stdout()
        raise PipeClosed from None
    except OSError as error:
        _abandon_stdout()
        raise OSError(error.errno, error.strerror, "stdout") from None


def write_file(path: str, text: str) -> None:
    """Put `text` in the file at once: readers see the old content or the new one, a crash leaves one of them.

    A symlink stays one, the file keeps its mode, and what is no regular file (a pipe, a device) is written into.
    """
    target = os.path.realpath(path)
    data = text.encode("utf-8", "backslashreplace")
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        mode = None
    try:
        if mode is None or stat.S_ISREG(mode):
            _replace(target, data, mode)
        else:
            with open(target, "wb") as special:
                special.write(data)
    except OSError as error:
        # The temporary file's name says nothing to anybody.
        raise OSError(error.errno, error.strerror, path) from None


def _replace(target: str, data: bytes, mode: int | None) -> None:
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name}.{secrets.token_hex(6)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.chmod(temporary, stat.S_IMODE(mode))
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _rename(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _rename(temporary: str, target: str) -> None:
    try:
        os.replace(temporary, target)
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.EXDEV):
            raise
        # A single file that a container mounts has no other name to take; its content is all that can change.
        shutil.copyfile(temporary, target)
        os.unlink(temporary)


def _sync_folder(folder: str) -> None:
    # So that the new name survives a power cut as well; not every system can do it.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _abandon_stdout() -> None:
    """Let the interpreter's last flush go nowhere instead of failing again."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
