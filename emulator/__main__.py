"""`python -m emulator`: the emulator on the command line; it prints what to type next and one line for each request."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from emulator.requestlog import RequestRecord
from emulator.seed import EXAMPLE_JOB_ID, SITE_ID
from emulator.server import Emulator


def main(arguments: list[str] | None = None) -> int:
    """Serves until Ctrl-C or SIGTERM; returns the exit code."""
    options = _parser().parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        emulator = Emulator(
            port=options.port, jobs=options.jobs, sites=options.sites, on_request=None if options.quiet else _show
        )
        emulator.start()
    except (OSError, ValueError) as error:
        print(f"emulator: cannot listen on port {options.port}: {error}", file=sys.stderr)
        return 1
    try:
        print(_guide(emulator), flush=True)
        if options.ready_file is not None:
            options.ready_file.write_text(emulator.url + "\n")
        stopped.wait()
    finally:
        emulator.stop()
    print("stopped", flush=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8650, help="0 picks a free one (default: 8650)")
    parser.add_argument("--jobs", type=_count(100_000), metavar="N", help=f"site {SITE_ID} holds N generated jobs")
    parser.add_argument("--sites", type=_count(1000), default=0, metavar="N", help="N further sites of 45 jobs each")
    parser.add_argument("--ready-file", type=Path, metavar="PATH", help="write the address to this file once it serves")
    parser.add_argument("--quiet", action="store_true", help="print no line for each request")
    return parser


def _count(most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if not 0 <= value <= most:
            raise argparse.ArgumentTypeError(f"must be from 0 to {most}")
        return value

    return number


def _guide(emulator: Emulator) -> str:
    jobs = f"{emulator.url}/_emulator/sites/{SITE_ID}/jobs"
    held = emulator.store.jobs(SITE_ID)
    job_id = next((job.id for job in held if job.id == EXAMPLE_JOB_ID), held[0].id if held else EXAMPLE_JOB_ID)
    exports = "\n".join(f"  export {name}={value}" for name, value in emulator.environment().items())
    return f"""ESA emulator at {emulator.url} (Ctrl-C ends it)

Point a program at it:
{exports}

List the {len(held)} jobs of a site:
  pulumi do --package .venv/bin/pulumi-resource-alicloud-esa alicloud-esa:getScheduledPreloadJobs \
--site-id {SITE_ID} --output json

Cause drift:
  curl -X POST {jobs} -d '{{"Name":"added-by-hand"}}'
  curl -X PATCH {jobs}/{job_id} -d '{{"Domains":"www.example.com"}}'
  curl -X DELETE {jobs}/{job_id}

Get something wrong, and back to the start:
  curl -X POST {emulator.url}/_emulator/faults -d '{{"code":"TooManyRequests","times":2}}'
  curl -X POST {emulator.url}/_emulator/reset
"""


def _show(record: RequestRecord) -> None:
    query = " ".join(f"{name}={value}" for name, value in sorted(record.params.items()))
    status = record.status or "unanswered"
    # One line whatever was sent: a control character in a parameter must not reach the terminal.
    line = f"{record.number:>5} {status} {record.code} {record.action} {query} {record.milliseconds:.1f} ms"
    print("".join(character if character.isprintable() else "?" for character in line), flush=True)


if __name__ == "__main__":
    sys.exit(main())
