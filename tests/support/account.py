"""An account of 24 sites: the four of every emulator, and 20 of one job each; all of them recorded in a folder."""

from __future__ import annotations

import json
from typing import Any

from tests.support.command import Cli, Ran

FIRST_ID = 190007158400000
FOLDER = "baselines"
ALL = ("--baseline", FOLDER, "--all-sites")
A, B = "a" * 24, "b" * 24


def site(number: int) -> str:
    """The id of one of the 20."""
    return str(FIRST_ID + number)


def file_of(number: int) -> str:
    """Its baseline."""
    return f"{FOLDER}/site-{number:03}.example.com-{site(number)}.json"


def check(cli: Cli, *arguments: str) -> Ran:
    """A check of all sites."""
    return cli("drift", "check", *ALL, *arguments)


def delete_job(cli: Cli, number: int) -> str:
    """The id of the site's only job, which is gone then."""
    (job,) = cli.emulator.store.jobs(FIRST_ID + number)
    cli.emulator.store.delete(FIRST_ID + number, job.id)
    return job.id


def report(cli: Cli, *arguments: str) -> Any:
    """The JSON report of a check of all sites."""
    check(cli, "--format", "json=r.json", *arguments)
    return json.loads(cli.read("r.json"))


def by_site(document: Any) -> dict[str | None, Any]:
    """What the JSON report says of each site."""
    return {one["siteId"]: one for one in document["sites"]}
