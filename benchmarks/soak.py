"""`python -m benchmarks.soak`: thousands of calls from many threads against a service that fails one time in ten.

Every answer must be right or a clean error; memory stays flat; no thread or socket is left over; the time is
bounded. Exit code 0 when all of that holds, else 1 with what did not.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import grpc

from benchmarks.plugin import Plugin
from benchmarks.service import Service

CONCURRENCY = 8
CALL_THREADS = 32  # MAX_CALLS of the plugin's server
OWN_THREADS = 16  # main, gRPC's own, the timer of a call that ends just now
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
    {"probability": 0.002, "code": "InvalidUid.PermissionDenied"},
)
CLEAN = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.DEADLINE_EXCEEDED}


@dataclass
class Soak:
    """What the calls gave."""

    right: int = 0
    injected: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    seconds: float = 0.0


def soak(calls: int, threads: int, most_seconds: float) -> Soak:
    """Run it; `faults` of the answer says what did not hold."""
    result = Soak()
    with Service() as service:
        sites = {service.site(SITE + number, size): size for number, size in enumerate(SIZES)}
        expected = {site: _ids(service.control("GET", f"sites/{site}/jobs")) for site in sites}
        settings = {"maxConcurrency": CONCURRENCY, "timeoutSeconds": 20, "clientReadTimeout": 1000}
        with Plugin(service.environment(), settings) as plugin:
            for site in sites:
                plugin.invoke(siteId=site)
            service.control("POST", "faults", [{"random_seed": seed, **fault} for seed, fault in enumerate(FAULTS)])
            started = time.monotonic()
            asked = [list(sites)[number % len(sites)] for number in range(calls)]
            with ThreadPoolExecutor(threads) as pool:
                for number, outcome in enumerate(pool.map(lambda site: _call(plugin, site, expected[site]), asked)):
                    _note(result, outcome)
                    if number % max(1, calls // 20) == 0:
                        result.memory.append(plugin.memory())
            result.seconds = time.monotonic() - started
            result.memory.append(plugin.memory())
            result.injected = sum(fault["applied"] for fault in service.control("GET", "faults"))
            service.control("DELETE", "faults")
            _check_rest(result, plugin, service, calls, most_seconds)
        if plugin.process.returncode != 0:
            result.faults.append(f"the plugin ended with {plugin.process.returncode}")
    return result


def _ids(jobs: Any) -> list[str]:
    rows = jobs["jobs"] if isinstance(jobs, dict) else jobs
    return [row["Id"].strip() for row in rows]


def _call(plugin: Plugin, site: str, expected: Sequence[str]) -> tuple[str, str]:
    """("right" | "wrong" | "clean" | "unclean", text)"""
    try:
        answer = plugin.invoke(siteId=site)
    except grpc.RpcError as error:
        text = error.details() or ""
        clean = error.code() in CLEAN and text and "\n" not in text and "Traceback" not in text and len(text) < 600
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
    """What an error is about, without ids and numbers."""
    return text.split(": ", 1)[1].split(":", 1)[0].split(" (", 1)[0][:60]


def _check_rest(result: Soak, plugin: Plugin, service: Service, calls: int, most_seconds: float) -> None:
    """After the storm: it still answers, in the same memory, with no thread or socket too many."""
    plugin.invoke(siteId=str(SITE))
    time.sleep(1)
    checks = (
        (result.seconds <= most_seconds, f"{result.seconds:.0f} s, more than {most_seconds:.0f}"),
        (result.injected >= calls * 0.08, f"only {result.injected} faults were injected"),
        (result.right >= calls * 0.97, f"only {result.right} of {calls} answers"),
        (plugin.threads() <= CALL_THREADS + CONCURRENCY + OWN_THREADS, f"{plugin.threads()} threads left"),
        # Two pools of connections at most, and gRPC's: its listener, this client, its wake-up descriptors.
        (plugin.sockets() <= CONCURRENCY + 8, f"{plugin.sockets()} sockets left"),
        # The first fifth warms the pools up.
        (
            result.memory[-1] - result.memory[len(result.memory) // 5] <= 12,
            f"memory grew: {[round(value) for value in result.memory]} MB",
        ),
    )
    result.faults += [text for held, text in checks if not held]
    seen = service.control("GET", "")["maxInFlight"]
    if seen > CONCURRENCY:
        result.faults.append(f"{seen} requests at once, more than maxConcurrency {CONCURRENCY}")


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
    print(f"memory, MB: {' '.join(f'{value:.0f}' for value in result.memory)}")
    for fault in result.faults[:20]:
        print(f"FAILED  {fault}")
    return 1 if result.faults else 0


if __name__ == "__main__":
    sys.exit(main())
