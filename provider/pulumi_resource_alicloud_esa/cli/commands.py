"""What can be typed: `jobs list`, `drift record`, `drift check`."""

from __future__ import annotations

from typing import Any

import click

from ..schema import VERSION
from .options import connection_options, filter_options, ignore_options, page_option, site_option, split

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


@click.group(context_settings=_SETTINGS)
@click.version_option(VERSION, prog_name="alicloud-esa")
def cli() -> None:
    """Scheduled preload jobs of Alibaba Cloud ESA: list them, and notice when somebody changed them.

    Keys come from the same environment variables and profiles as the provider's, such as
    ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.
    """


@cli.group()
def jobs() -> None:
    """The jobs of a site."""


@cli.group()
def drift() -> None:
    """Record the jobs of a site, and check them against the record."""


@jobs.command("list")
@site_option
@filter_options
@page_option
@click.option("--format", "form", metavar="table|json", default="table", help="For people or for machines.")
@connection_options
def jobs_list(form: str, **values: Any) -> int:
    """List the jobs of a site, all pages of them."""
    from .jobs_list import run

    return run(*split(values), form)


@drift.command("record")
@site_option
@click.option("-o", "--output", metavar="FILE", required=True, help="Where the baseline goes; - is stdout.")
@filter_options
@ignore_options
@click.option("--again", is_flag=True, help="Ask what FILE asks: same site, same filters, same ignored fields.")
@connection_options
def drift_record(output: str, ignore_none: bool, again: bool, **values: Any) -> int:
    """Record the jobs of a site as a baseline: a file to commit.

    To accept drift, record the file --again.
    """
    from .drift_record import run

    given, connection = split(values)
    if again:
        from .drift_record import question_of

        given, ignore_none = question_of(output, given, ignore_none)
    return run(given, connection, output, ignore_none)


@drift.command("check")
@click.option("--baseline", "path", metavar="FILE", required=True, help="What `drift record` wrote.")
@click.option("--site-id", "siteId", metavar="DIGITS", help="Must be the baseline's; taken from it otherwise.")
@click.option(
    "--format",
    "formats",
    metavar="FORMAT[=FILE]",
    multiple=True,
    help="text, json, markdown, junit or sarif, to stdout or a file; repeatable.  [default: text]",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 instead of 7 when there is drift.")
@click.option("--executions", is_flag=True, help="Report on the jobs' executions too; they are no drift.")
@connection_options
def drift_check(path: str, formats: tuple[str, ...], detailed_exitcode: bool, executions: bool, **values: Any) -> int:
    """Compare the jobs of a site with a baseline.

    Exit codes: 0 as recorded, 7 drift, 1 could not tell. What was asked for and which fields are ignored is
    in the baseline.
    """
    from .drift_check import run

    given, connection = split(values)
    return run(path, given.get("siteId"), connection, formats, detailed_exitcode, executions)
