"""A run that was forked is as one that started Python, in all that these tests look at."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from emulator import EXAMPLE_JOB_ID, SITE_ID, Glitch
from tests.support.command import BASELINE, SITE, Cli, start_python
from tests.support.forks import COMMAND, can_fork, forks
from tests.support.terminal import on_terminal


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["drift"],
        ["drift", "check", "--baseline", BASELINE],
        ["drift", "check", "--baseline", "\udcff.json"],
        ["drift", "record", "--site-id", SITE, "-o", "/dev/stdout"],
        ["jobs", "list", "--site-id", SITE, "--timeout-seconds", "0"],
        ["doctor", "--site-id", "none"],
    ],
    ids=" ".join,
)
def test_a_fork_of_the_command_writes_and_ends_as_a_start_does(cli: Cli, arguments: list[str]) -> None:
    cli.recorded()
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    forked, started = (run(arguments, cli.folder, cli.environment(), 60) for run in (forks().run, start_python))
    assert vars(forked) == vars(started)
    assert forked.stdout + forked.stderr


def test_a_fork_on_a_terminal_shows_what_a_start_shows_there(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    arguments = ["drift", "check", "--baseline", BASELINE]
    spawn = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    command = [sys.executable, "-c", spawn, COMMAND, *arguments]
    started = subprocess.run(
        command, cwd=cli.folder, env=cli.environment(), stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    assert on_terminal(cli, *arguments) == (started.returncode, started.stdout.decode())
    assert b"\x1b[31m" in started.stdout


@pytest.mark.parametrize("name", ["PYTHONPATH", "LC_ALL", "OPENSSL_CONF"])
def test_what_python_reads_at_its_start_makes_a_start(cli: Cli, name: str) -> None:
    assert can_fork(cli.environment())
    assert not can_fork({**cli.environment(), name: "another"})


def test_a_fork_that_takes_too_long_is_ended_and_the_next_one_runs(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(stall=True))
    started = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        forks().run(["jobs", "list", "--site-id", SITE], cli.folder, cli.environment(), timeout=0.5)
    assert time.monotonic() - started < 20
    assert cli("--version").code == 0


def test_nothing_of_a_fork_is_left_in_the_next(cli: Cli) -> None:
    (cli.folder / "other").mkdir()
    here = Cli(cli.emulator, cli.folder / "other", {"ALIBABA_CLOUD_ENDPOINT_ESA": "nonsense://"})
    mask = os.umask(0o077)
    try:
        assert here("jobs", "list", "--site-id", SITE).code == 1
    finally:
        os.umask(mask)
    cli.record()
    assert (cli.folder / BASELINE).stat().st_mode & 0o777 == 0o666 & ~mask
    assert list((cli.folder / "other").iterdir()) == []
