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


# As many links as the system follows.
_LINKS = 40


class PipeClosed(Exception):
    """The program that reads our stdout has closed it."""


NO_PATH = "'' is not accepted; give a file"


def unwritable(path: str) -> str | None:
    """Why no file can be there, found before anything is sent."""
    if not path:
        return NO_PATH
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


def written(text: str) -> int:
    """Write an answer to stdout, and the exit code of that."""
    write_stdout(text)
    return 0


def write_file(path: str, text: str) -> None:
    """Put `text` in the file at once: readers see the old content or the new one, a crash leaves one of them.

    A link of either kind stays one, owner and mode are kept, and what is not a regular file (a pipe, a device, an open
    descriptor such as /dev/stdout) is written into. Raises PipeClosed and OSError.
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        descriptor = open_descriptor(path)
        if descriptor is not None:
            _write_into(os.dup(descriptor), data)
        elif os.path.exists(path) and not os.path.isfile(path):
            _write_into(os.open(path, os.O_WRONLY), data)
        else:
            _replace(os.path.realpath(path), data)
    except BrokenPipeError:
        raise PipeClosed from None
    except OSError as error:
        # The error names the file that was asked for, not the temporary one.
        raise OSError(error.errno, error.strerror, path) from None


def place_of(path: str) -> str:
    """The file that a path leads to, the same for all its names; STDOUT for this process's stdout."""
    descriptor = open_descriptor(path)
    if descriptor is None:
        return os.path.realpath(path)
    return STDOUT if descriptor == 1 else f"descriptor {descriptor}"


def open_descriptor(path: str) -> int | None:
    """The descriptor of this process that a path names (/dev/stdout, a shell's `>(command)`), None where it is a file.

    Opening such a path anew would start at the front of what a shell appends to, and a pipe's has no file behind it.
    """
    for _ in range(_LINKS):
        folder, name = os.path.split(os.path.abspath(path))
        if os.path.realpath(folder) in (f"/proc/{os.getpid()}/fd", "/dev/fd") and name.isdigit():
            return int(name)
        if not os.path.islink(path):
            return None
        path = os.path.join(folder, os.readlink(path))
    return None


def _write_into(descriptor: int, data: bytes) -> None:
    for stream in (sys.stdout, sys.stderr):
        # Flushed first, so that earlier output comes first where both go to the same place.
        if stream is not None:
            stream.flush()
    with os.fdopen(descriptor, "wb") as special:
        special.write(data)


def _replace(target: str, data: bytes) -> None:
    old = os.stat(target) if os.path.exists(target) else None
    folder = os.path.dirname(target)
    # Not derived from the file's name, which may already have the longest length allowed.
    temporary = os.path.join(folder, f".alicloud-esa.{secrets.token_hex(6)}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except PermissionError:
        if old is None:
            raise
        # A folder in which no file can be created may hold a file that can be written.
        with open(target, "r+b") as file:
            file.write(data)
            file.truncate()
        return
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if old is None or _made_alike(temporary, old):
            _rename(temporary, target)
        else:
            _copy(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sync_folder(folder)


def _made_alike(temporary: str, old: os.stat_result) -> bool:
    """Whether the new file can take the old one's place: same owner and mode, and no second name that keeps the old."""
    if old.st_nlink > 1:
        return False
    mine = os.stat(temporary)
    if (mine.st_uid, mine.st_gid) != (old.st_uid, old.st_gid):
        try:
            os.chown(temporary, old.st_uid, old.st_gid)
        except OSError:
            return False
    os.chmod(temporary, stat.S_IMODE(old.st_mode))
    return True


def _rename(temporary: str, target: str) -> None:
    try:
        os.replace(temporary, target)
    except OSError as error:
        if error.errno not in (errno.EBUSY, errno.EXDEV):
            raise
        # A single file that a container mounts has no other name to take.
        _copy(temporary, target)


def _copy(temporary: str, target: str) -> None:
    """Change the content of a file that must stay the same file; it is not whole until the end."""
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
