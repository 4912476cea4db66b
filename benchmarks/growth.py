"""How time and memory grow with jobs, pages and sites, without latency: the provider and its peer measured in turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.plugin import Plugin
from benchmarks.rows import BIG, MANY, PAGE, expect, in_turns, timed
from benchmarks.sdk_loop import SdkLoop
from benchmarks.service import Service

JOBS_A_SITE = 45
MANY_JOBS = 10_000


@dataclass(frozen=True)
class Point:
    """How many, our seconds, the peer's seconds and our peak memory in MB."""

    count: int
    ours: float
    peer: float
    memory: float


@dataclass(frozen=True)
class Curve:
    """What grows, as one word and as a title, and the points."""

    what: str
    title: str
    points: Sequence[Point]


def curves(service: Service, quick: bool) -> list[Curve]:
    """All three; the quick ones leave out 100,000 jobs."""
    sizes = (100, 1_000, 10_000) if quick else (100, 1_000, 10_000, 100_000)
    entries = (500, 100, 50, 10)
    counts = (1, 10, 100, 200)
    repeats = 1 if quick else 3
    return [
        Curve(
            "jobs",
            f"Jobs of one site, {PAGE} a page",
            [_point(service, size, _sites(service, 1, size), size, PAGE, repeats) for size in sizes],
        ),
        Curve(
            "pages",
            f"Pages of {MANY_JOBS:,} jobs, {', '.join(map(str, entries[:-1]))} and {entries[-1]} a page",
            [
                _point(service, MANY_JOBS // page, _sites(service, 1, MANY_JOBS), MANY_JOBS, page, repeats)
                for page in entries
            ],
        ),
        Curve(
            "sites",
            f"Sites of {JOBS_A_SITE} jobs, all asked for at once; the loop has one after the other",
            [
                _point(service, count, _sites(service, count, JOBS_A_SITE), JOBS_A_SITE, PAGE, repeats)
                for count in counts
            ],
        ),
    ]


def _sites(service: Service, count: int, jobs: int) -> list[str]:
    return [service.site((BIG if count == 1 else MANY) + number, jobs) for number in range(count)]


def _point(service: Service, count: int, sites: Sequence[str], jobs: int, page: int, repeats: int) -> Point:
    # A fresh plugin for each point: the peak of memory must be this point's.
    with Plugin(service.environment()) as plugin, SdkLoop(service.environment()) as peer:
        plugin.invoke(siteId=sites[0], pageNumber=1, pageSize=1)
        peer.read(service.site(MANY, JOBS_A_SITE), PAGE)

        def ours() -> None:
            asked = [plugin.invoke_later(siteId=site, pageSize=page) for site in sites]
            for future in asked:
                expect(getattr(future.result(), "return"), jobs)

        def theirs() -> float:
            return sum(float(peer.read(site, page)["seconds"]) for site in sites)

        mine, other = in_turns(1 if jobs > MANY_JOBS else repeats, lambda: timed(ours), theirs)
        return Point(count, mine, other, plugin.memory("VmHWM"))
