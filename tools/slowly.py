"""Runs a long command and says what it is, how long it takes and that it is still running."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
HEARTBEAT_SECONDS = 15
SHOWN_ON_FAILURE = 40  # lines of the log


def run(
    message: str,
    argv: Sequence[str | Path],
    *,
    log: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
) -> None:
    """Run `argv`, its output in .cache/log/<log>.log; on failure show the end of that log and exit."""
    log_file = CACHE / "log" / f"{log}.log"
    log_file.parent.mkdir(parents=True, exist_ok=True)
    print(f"==> {message}", flush=True)
    what = message.partition(",")[0]  # two of these may run side by side
    started = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    with log_file.open("wb") as output:
        child = subprocess.Popen(
            [str(word) for word in argv],
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            code = _wait(child, started, what)
        except BaseException:
            # Otherwise what we started would go on writing files during the next attempt.
            child.terminate()
            child.wait()
            raise
    if code != 0:
        _show_end(log_file)
        sys.exit(f"==> failed after {time.monotonic() - started:.0f} s, exit code {code}: {message}")
    print(f"    {what}: done in {time.monotonic() - started:.0f} s", flush=True)


def _stop(signum: int, _frame: object) -> None:
    sys.exit(128 + signum)


def _wait(child: subprocess.Popen[bytes], started: float, what: str) -> int:
    while True:
        try:
            return child.wait(timeout=HEARTBEAT_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"    ... {what}: still working, {time.monotonic() - started:.0f} s", flush=True)


def _show_end(log_file: Path) -> None:
    lines = log_file.read_text(errors="replace").splitlines()
    print(f"--- the end of {log_file.relative_to(ROOT)}", file=sys.stderr)
    for line in lines[-SHOWN_ON_FAILURE:]:
        print(line, file=sys.stderr)
    print("---", file=sys.stderr, flush=True)


def version_of(*command: str | Path, env: Mapping[str, str] | None = None) -> tuple[int, ...]:
    """Return the version with which a command's answer begins, () where it begins with none."""
    answer = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    found = re.match(r"(?:v|go)?(\d+(?:\.\d+)*)(?!\w)", answer.stdout.strip())
    return tuple(map(int, found[1].split("."))) if found else ()


@contextlib.contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Hold a lock on `name`, so that two makes at once do not build the same thing over each other."""
    lock_file = CACHE / "lock" / name
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"==> waiting for another make that prepares {name}", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def fingerprint(paths: Iterable[Path], *words: str) -> str:
    """Hash what a step is made from: after a checkout or a copy, file times mislead, contents do not."""
    digest = hashlib.sha256()
    for word in words:
        digest.update(word.encode() + b"\0")
    for path in sorted(paths):
        digest.update(os.fsencode(path.relative_to(ROOT)) + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def step(stamp: Path, wanted: str, make: Callable[[], object], *made: Path) -> None:
    """Call `make` unless it was finished before for this very fingerprint and what it `made` is still there."""
    if is_fresh(stamp, wanted) and all(path.exists() for path in made):
        return
    stamp.unlink(missing_ok=True)
    make()
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


def is_fresh(stamp: Path, wanted: str) -> bool:
    """Tell whether the step behind `stamp` was finished for this very fingerprint."""
    try:
        return stamp.read_text() == wanted
    except OSError:
        return False
