"""The rows of the speed table: each measures the provider and its peer in turns, and gives both medians."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.plugin import Plugin
from benchmarks.sdk_loop import SdkLoop
from benchmarks.service import Service

BIG = 500_000_000_000_001
MANY = 600_000_000_000_000
PAGE = 100
SITES = 200
PROCESSOR = (
    "With nothing to wait for it is processor time alone, of one core for Python: the loop keeps its rows, and the "
    "provider checks them, writes an answer of megabytes, and sends it to a process that parses it. What each change "
    "gave, and what is left of a page, stands below."
)
SMALL = (
    "With nothing to wait for it is processor time alone, of one core for Python: beside the request and the page, "
    "which the loop has too, each site is a gRPC call of its own, handed to a thread and back, a quarter of the whole."
)
ROUNDS = (
    "No more than `maxConcurrency` (8) requests are under way at once, which is an eighth of the waiting, and a "
    "listing's first page is waited for before the others, 280 ms in all; the rest is processor time."
)


@dataclass(frozen=True)
class Row:
    """One line of the table: seconds of both sides (or MB of ours), and what was aimed at."""

    work: str
    against: str
    ours: float
    peer: float | None
    target: float
    unit: str = "s"
    note: str = ""
    why: str = ""
    """The reason that is written where the target is missed."""

    @property
    def figure(self) -> float:
        """The value that the target limits: the ratio, or the figure itself where there is no peer."""
        return self.ours if self.peer is None else self.ours / self.peer

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.figure <= self.target


def in_turns(repeats: int, *works: Callable[[], float]) -> list[float]:
    """The median seconds of each work; they take turns, so that a busy moment of the machine hits all."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(repeats):
        for work, seconds in zip(works, taken, strict=True):
            seconds.append(work())
    return [statistics.median(seconds) for seconds in taken]


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def many_jobs(service: Service, repeats: int) -> list[Row]:
    """10,000 jobs with and without latency, and the memory that they take."""
    site = service.site(BIG, 10_000)
    rows = []
    with Plugin(service.environment()) as plugin, SdkLoop(service.environment()) as peer:

        def ours() -> float:
            return timed(lambda: expect(plugin.invoke(siteId=site, pageSize=PAGE), 10_000))

        def theirs() -> float:
            return float(peer.read(site, PAGE)["seconds"])

        in_turns(1, ours, theirs)
        for delay, text, target, why in (
            (0.02, "10,000 jobs, 100 a page, 20 ms a page, over gRPC", 0.20, ROUNDS),
            (0.0, "the same without latency, whole answer marshalled", 1.0, PROCESSOR),
        ):
            service.delay(delay)
            mine, other = in_turns(repeats, ours, theirs)
            rows.append(Row(text, "the official SDK's loop", mine, other, target, why=why))
        memory = peer.read(site, PAGE)["memory"]
        note = f"the official SDK's loop: {memory:.0f} MB"
        rows.append(Row("peak memory at 10,000 jobs", "", plugin.memory("VmHWM"), None, 110, "MB", note))
    service.delay(0)
    return rows


def many_sites(service: Service, repeats: int) -> list[Row]:
    """200 sites at once: beside the loop without latency, and beside one after the other with it."""
    sites = [service.site(MANY + number, 45) for number in range(SITES)]
    service.delay(0)
    with Plugin(service.environment()) as plugin, SdkLoop(service.environment()) as loop:

        def all_at_once() -> None:
            for future in [plugin.invoke_later(siteId=site) for site in sites]:
                expect(getattr(future.result(), "return"), 45)

        def looped() -> float:
            return sum(float(loop.read(site, 50)["seconds"]) for site in sites)

        in_turns(1, lambda: timed(all_at_once), looped)
        ours, peer = in_turns(repeats, lambda: timed(all_at_once), looped)
    row = Row(f"{SITES} sites of 45 jobs at once, no latency", "the official SDK's loop", ours, peer, 1.0, why=SMALL)
    return [row, _sites_with_latency(service, sites, max(1, repeats // 3))]


def _sites_with_latency(service: Service, sites: Sequence[str], repeats: int) -> Row:
    """At once, and one after the other; threads and connections recorded on the way."""
    service.delay(0.05)
    most = 0
    with Plugin(service.environment()) as plugin:
        plugin.invoke(siteId=sites[0])
        before = service.control("GET", "")["connections"]

        def at_once() -> None:
            nonlocal most
            asked = [plugin.invoke_later(siteId=site) for site in sites]
            while not all(future.done() for future in asked):
                most = max(most, plugin.threads())
                time.sleep(0.01)
            for future in asked:
                expect(getattr(future.result(), "return"), 45)

        def in_a_row() -> None:
            for site in sites:
                expect(plugin.invoke(siteId=site), 45)

        ours, peer = in_turns(repeats, lambda: timed(at_once), lambda: timed(in_a_row))
        seen = service.control("GET", "")
    service.delay(0)
    # The control requests themselves come over one connection that is kept.
    opened = seen["connections"] - before + 1
    note = f"{most} threads, {seen['maxInFlight']} requests at once, {opened} connections"
    return Row(f"{SITES} sites at once, 50 ms each", "one after the other", ours, peer, 0.15, note=note, why=ROUNDS)


def expect(result: object, jobs: int) -> None:
    """Fail where an answer does not hold so many jobs."""
    found = len(result.fields["jobs"].list_value.values)  # type: ignore[attr-defined]
    if found != jobs:
        raise AssertionError(f"{found} jobs instead of {jobs}: a figure for a wrong answer is worth nothing")
