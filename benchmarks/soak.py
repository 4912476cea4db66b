"""`python -m benchmarks.soak`: thousands of calls from many threads against a service that fails one time in ten.

Every answer must be right or a clean error; memory stays flat; no thread or socket is left over; the time is
bounded. Then the command reads a whole account with all executions, where memory stays flat too. Exit code 0 when all
of that holds, else 1 with what did not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc

from benchmarks import account
from benchmarks.plugin import Plugin
from benchmarks.service import KEYS, Service

CONCURRENCY = 8
# Allowed: a connection that was replaced, a timer that is just ending.
LEFT_OVER = 3
# Over the second half of the calls; the memory that the allocator keeps for itself varies.
GROWTH_MB = 8
WARM_UP = 150
SIZES = (0, 1, 45, 120, 300)
SITE = 700_000_000_000_000
# Together one request in ten; each by its own seeded throw.
FAULTS: tuple[dict[str, Any], ...] = (
    {"probability": 0.025, "code": "ServiceUnavailable"},
    {"probability": 0.01, "code": "InternalError", "retry_after": 50},
    {"probability": 0.004, "code": "TooManyRequests", "retry_after": 100},
    {"probability": 0.015, "raw": {"html": 502}},
    {"probability": 0.01, "raw": {"status": 200, "content_type": "application/json", "body": '{"Jobs":['}},
    {"probability": 0.015, "reset": True},
    {"probability": 0.01, "cut": 50},
    {"probability": 0.01, "hang_up": True},
    {"probability": 0.003, "stall": True},
    {"probability": 0.005, "delay": 0.3},
    # A message that quotes the secret: the error must not.
    {"probability": 0.002, "code": "InvalidUid.PermissionDenied", "message": f"your secret is {KEYS[1]}"},
)
CLEAN = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.DEADLINE_EXCEEDED}
DIRTY = ("\n", "Traceback", "<html", " at 0x", "Signature=", KEYS[1])


@dataclass(frozen=True)
class Rest:
    """What the idle plugin holds."""

    threads: int
    sockets: int
    memory: float


@dataclass
class Soak:
    """The results of the calls."""

    right: int = 0
    injected: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    seconds: float = 0.0
    before: Rest | None = None
    after: Rest | None = None


def soak(calls: int, threads: int, most_seconds: float) -> Soak:
    """Run it; `faults` of the answer says what did not hold."""
    result = Soak()
    with Service() as service:
        sites = {service.site(SITE + number, size): size for number, size in enumerate(SIZES)}
        expected = {site: _ids(service.control("GET", f"sites/{site}/jobs")) for site in sites}
        settings = {"maxConcurrency": CONCURRENCY, "timeoutSeconds": 20, "clientReadTimeout": 1000}
        with Plugin(service.environment(), settings) as plugin:
            service.control("POST", "faults", [{"random_seed": seed, **fault} for seed, fault in enumerate(FAULTS)])
            # Threads, sockets and memory rightly grow until every thread and every code path has been used once.
            warm_up = Soak()
            for outcome in _storm(plugin, expected, WARM_UP, threads):
                _note(warm_up, outcome)
            result.faults += warm_up.faults
            result.before = _rest(plugin)
            applied = _applied(service)
            started = time.monotonic()
            for number, outcome in enumerate(_storm(plugin, expected, calls, threads)):
                _note(result, outcome)
                if number % max(1, calls // 20) == 0:
                    result.memory.append(plugin.memory())
            result.seconds = time.monotonic() - started
            result.injected = _applied(service) - applied
            service.control("DELETE", "faults")
            # The plugin must still answer after the storm.
            plugin.invoke(siteId=str(SITE))
            result.after = _rest(plugin)
            result.faults += _check(result, calls, most_seconds)
            seen = service.control("GET", "")["maxInFlight"]
            if seen > CONCURRENCY:
                result.faults.append(f"{seen} requests at once, more than maxConcurrency {CONCURRENCY}")
        if plugin.process.returncode != 0:
            result.faults.append(f"the plugin ended with {plugin.process.returncode}")
    return result


def _storm(
    plugin: Plugin, expected: Mapping[str, Sequence[str]], calls: int, threads: int
) -> Iterator[tuple[str, str]]:
    """The outcome of each call, the sites in turns."""
    sites = list(expected)
    asked = [sites[number % len(sites)] for number in range(calls)]
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(lambda site: _call(plugin, site, expected[site]), asked)


def _rest(plugin: Plugin) -> Rest:
    """Threads, sockets and memory once nothing is under way."""
    time.sleep(1)
    return Rest(plugin.threads(), plugin.sockets(), plugin.memory())


def _applied(service: Service) -> int:
    return sum(fault["applied"] for fault in service.control("GET", "faults"))


def _ids(jobs: Any) -> list[str]:
    rows = jobs["jobs"] if isinstance(jobs, dict) else jobs
    return [row["Id"].strip() for row in rows]


def _call(plugin: Plugin, site: str, expected: Sequence[str]) -> tuple[str, str]:
    """("right" | "wrong" | "clean" | "unclean", text)"""
    try:
        answer = plugin.invoke(siteId=site)
    except grpc.RpcError as error:
        text = error.details() or ""
        clean = error.code() in CLEAN and text and len(text) < 600 and not any(part in text for part in DIRTY)
        return ("clean" if clean else "unclean"), f"{error.code().name}: {text}"
    ids = [value.string_value for value in answer.fields["ids"].list_value.values]
    return ("right", "") if ids == expected else ("wrong", f"{len(ids)} of {len(expected)} jobs of site {site}")


def _note(result: Soak, outcome: tuple[str, str]) -> None:
    kind, text = outcome
    if kind == "right":
        result.right += 1
    elif kind == "clean":
        result.errors[_family(text)] += 1
    else:
        result.faults.append(f"{kind}: {text}")


def _family(text: str) -> str:
    """The text of an error without ids and numbers, so that equal errors are counted together."""
    return text.split(": ", 1)[1].split(":", 1)[0].split(" (", 1)[0][:60]


def _check(result: Soak, calls: int, most_seconds: float) -> list[str]:
    """What did not hold: threads and sockets must be as before the storm, and memory must have been flat."""
    before, after = result.before, result.after
    assert before
    assert after
    half = result.memory[len(result.memory) // 2]
    checks = (
        (result.seconds <= most_seconds, f"{result.seconds:.0f} s, more than {most_seconds:.0f}"),
        (result.injected >= calls * 0.08, f"only {result.injected} faults were injected"),
        (result.right >= calls * 0.97, f"only {result.right} of {calls} answers"),
        (after.threads <= before.threads + LEFT_OVER, f"{after.threads} threads left, {before.threads} before"),
        (after.sockets <= before.sockets + LEFT_OVER, f"{after.sockets} sockets left, {before.sockets} before"),
        (
            result.memory[-1] - half <= GROWTH_MB,
            f"memory grew over the second half: {[round(value) for value in result.memory]} MB",
        ),
    )
    return [text for held, text in checks if not held]


def main() -> int:
    """The command; the exit code says whether all held."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--calls", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=180, help="longer is a failure")
    options = parser.parse_args()
    print(f"{options.calls} calls from {options.threads} threads, one request in ten fails", flush=True)
    result = soak(options.calls, options.threads, options.seconds)
    print(f"{result.injected} faults injected")
    print(f"{result.right} right, {sum(result.errors.values())} clean errors, in {result.seconds:.0f} s")
    for text, count in result.errors.most_common():
        print(f"  {count:>4}  {text}")
    print(f"idle before: {result.before}; idle after: {result.after}")
    print(f"memory in between, MB: {' '.join(f'{value:.0f}' for value in result.memory)}")
    print(f"the command, {account.SITES} sites of {account.JOBS} jobs with their executions", flush=True)
    memory, faults = account.soak()
    print(f"memory in between, MB: {' '.join(f'{value:.0f}' for value in memory)}")
    faults = [*result.faults, *faults]
    for fault in faults[:20]:
        print(f"FAILED  {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
