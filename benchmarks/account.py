"""The command over every site of an account, beside a loop over the official SDK, both from start to end."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plugin import clean_environment, process_memory
from benchmarks.rows import Row, in_turns
from benchmarks.service import Service

COMMAND = Path(sys.executable).with_name("alicloud-esa")
LIST = (str(COMMAND), "jobs", "list", "--all-sites", "--format")
LOOP = (sys.executable, "-m", "benchmarks.account_loop")
SITES, FEW_SITES, JOBS = 200, 10, 45
LATENCY = 0.05
CONCURRENCY = 8
# Over the reading of the last three quarters of the sites; what is to be printed is kept, a few hundred bytes a job.
GROWTH_MB = 10


@dataclass(frozen=True)
class Ended:
    """How long a process took, the most memory that it had (MB), and how many rows of a list it printed."""

    seconds: float
    memory: float
    rows: int


def whole_account(repeats: int) -> list[Row]:
    """Time with and without latency, with and without executions, and memory."""
    rows = []
    against = "the official SDK's loop, its start included"
    with Account(FEW_SITES) as service:
        few = run([*LIST, "json"], service, "jobs", FEW_SITES * JOBS)
        service.delay(LATENCY)
        ours, peer = in_turns(
            max(1, repeats // 3),
            lambda: run([*LIST, "pulumi-import", "--executions"], service, "resources").seconds,
            lambda: run([*LOOP, "--executions"], service, "jobs", FEW_SITES * JOBS).seconds,
        )
        text = f"{FEW_SITES} sites of {JOBS} jobs with the executions of each job, 50 ms a request, the command"
        rows.append(Row(text, against, ours, peer, 0.25))
    with Account(SITES) as service:
        for delay, text, target in (
            (LATENCY, f"{SITES} sites of {JOBS} jobs, 50 ms a request, the command", 0.25),
            (0.0, "the same without latency", 1.5),
        ):
            service.delay(delay)
            ours, peer = in_turns(
                max(1, repeats // 2),
                lambda: run([*LIST, "json"], service, "jobs", SITES * JOBS).seconds,
                lambda: run(LOOP, service, "jobs", SITES * JOBS).seconds,
            )
            rows.append(Row(text, against, ours, peer, target))
        many = run([*LIST, "json"], service, "jobs", SITES * JOBS)
        loop = run(LOOP, service, "jobs", SITES * JOBS)
    note = f"at {FEW_SITES} sites {few.memory:.0f} MB; the official SDK's loop: {loop.memory:.0f} MB"
    rows.append(Row(f"peak memory of the command at {SITES} sites", "", many.memory, None, 150, "MB", note))
    return rows


def soak(every_seconds: float = 0.5) -> tuple[list[float], list[str]]:
    """The memory of the command (MB) while it reads every site with all executions, and what did not hold."""
    memory: list[float] = []
    with Account(SITES) as service, tempfile.TemporaryFile() as out:
        service.delay(0.002)
        env = clean_environment(service.environment())
        with subprocess.Popen([*LIST, "pulumi-import", "--executions"], stdout=out, env=env) as process:
            while process.poll() is None:
                # Of a process that has just ended there is no memory to read.
                with contextlib.suppress(OSError, ValueError):
                    memory.append(process_memory(process.pid, "VmRSS"))
                time.sleep(every_seconds)
        out.seek(0)
        jobs = [one["id"] for one in json.load(out)["resources"] if one["type"].endswith(":ScheduledPreloadJob")]
        seen = service.control("GET", "")
    # At the start and at the end it holds what it loads and what it prints.
    reading = memory[len(memory) // 4 : -4]
    checks = (
        (process.returncode == 0, f"the command ended with {process.returncode}"),
        (len(set(jobs)) == SITES * JOBS, f"{len(set(jobs))} jobs instead of {SITES * JOBS}"),
        (seen["requests"] >= SITES * (JOBS + 1), f"only {seen['requests']} requests"),
        (seen["maxInFlight"] <= CONCURRENCY, f"{seen['maxInFlight']} requests at once, more than {CONCURRENCY}"),
        (max(reading) - min(reading) <= GROWTH_MB, f"memory grew while the sites were read: {reading} MB"),
    )
    return memory, [text for held, text in checks if not held]


class Account(Service):
    """A service with so many sites and no others."""

    def __init__(self, sites: int) -> None:
        super().__init__()
        self._sites = sites

    def __enter__(self) -> Account:
        super().__enter__()
        for site in self.control("GET", "sites"):
            self.control("DELETE", f"sites/{site['SiteId']}")
        self.control("PUT", "sites", {"sites": self._sites, "jobs": JOBS})
        return self


def run(argv: Sequence[str], service: Service, key: str, expected: int | None = None) -> Ended:
    """Run it to its end; raises where it failed, or printed another number of rows under `key` than expected."""
    with tempfile.TemporaryFile() as out:
        started = time.perf_counter()
        ended, memory = _wait(argv, clean_environment(service.environment()), out.fileno())
        seconds = time.perf_counter() - started
        out.seek(0)
        rows = len(json.load(out)[key])
    if ended != 0 or (expected is not None and rows != expected):
        raise AssertionError(f"{argv[-1]} ended with {ended} and {rows} rows: a figure for that is worth nothing")
    return Ended(seconds, memory, rows)


def _wait(argv: Sequence[str], env: Mapping[str, str], out: int) -> tuple[int, float]:
    process = os.posix_spawn(argv[0], argv, env, file_actions=[(os.POSIX_SPAWN_DUP2, out, 1)])
    _, status, used = os.wait4(process, 0)
    return os.waitstatus_to_exitcode(status), used.ru_maxrss / 1024
