"""`python -m benchmarks`: the provider against its peers; prints the table, with --write keeps it in docs/."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TypeVar

from benchmarks import account, report, rows
from benchmarks.growth import curves
from benchmarks.packed import packed
from benchmarks.preview import previews
from benchmarks.service import Service
from benchmarks.start import starts

T = TypeVar("T")


def main() -> int:
    """Always exit code 0: the figures are for people to read, and a busy machine makes them worse without a defect."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, no 100,000 jobs (about a minute)")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/performance.md and .svg")
    options = parser.parse_args()
    repeats = 2 if options.quick else 7
    with Service() as service:
        found = [tried("the packed plugin's size", packed)]
        found += tried("plugin start", lambda: starts(repeats * 2 + 1))
        found += tried("10,000 jobs, about half a minute", lambda: rows.many_jobs(service, repeats))
        found += tried(f"{rows.SITES} sites, about a minute", lambda: rows.many_sites(service, repeats))
        text = f"the command over {account.SITES} sites, about 25 s a repetition"
        found += tried(text, lambda: account.whole_account(repeats))
        found += tried("pulumi preview, about a minute", lambda: previews(service, repeats))
        grown = tried("growth with jobs, pages and sites, about a minute", lambda: curves(service, options.quick))
    print(f"\n{report.table(found)}\n\n{report.missed(found)}\n\n{report.growth_tables(grown)}\n\n{report.machine()}")
    if options.write:
        report.write(found, grown)
        print("written: docs/performance.md, docs/performance.svg")
    return 0


def tried(text: str, work: Callable[[], T]) -> T:
    """What the work measures; once more where it fails, since minutes of other figures would be lost with it."""
    say(text)
    try:
        return work()
    except Exception as error:
        say(f"once more, because of {type(error).__name__}: {error}")
        return work()


def say(text: str) -> None:
    """Say what is being measured, on standard error, so that standard output has only the table."""
    print(f"==> {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
