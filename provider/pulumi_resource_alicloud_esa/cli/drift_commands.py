"""What can be typed of `drift record` and `drift check`."""

from __future__ import annotations

from typing import Any

import click

from .options import choices, connection_options, epilog, filter_options, ignore_options, sites_options, split

_REPORTS = ("text", "json", "markdown", "junit", "sarif")


@click.group()
def drift() -> None:
    """Record the jobs of one site or of all, and check them against the record."""


@drift.command(
    "record",
    epilog=epilog(
        "Examples:\n"
        "  alicloud-esa drift record --executions --site-id 190007158391808 -o preload-jobs.json\n"
        "  alicloud-esa drift record --executions --all-sites -o baselines/\n"
        "  alicloud-esa drift record --again -o preload-jobs.json",
        "Exit codes: 0 recorded, 1 something could not be recorded.",
    ),
)
@sites_options("A site's id, or its exact name; repeatable.  [required, or another choice of sites; but with --again]")
@click.option(
    "-o",
    "--output",
    "outputs",
    metavar="FILE|FOLDER",
    required=True,
    multiple=True,
    help="Where the baseline goes; - is stdout. A folder gets a file for each site. With --again repeatable.",
    type=click.Path(),
)
@filter_options
@ignore_options
@click.option("--executions", is_flag=True, help="Record the jobs' executions too, so that a moved one is drift.")
@click.option(
    "--again", is_flag=True, help="Ask what each FILE asks: same site, filters and fields; its rules are kept."
)
@click.option("--force", is_flag=True, help="Record over the baseline of another site, or one that covers more.")
@connection_options
def drift_record(
    outputs: tuple[str, ...], ignore_none: bool, executions: bool, again: bool, force: bool, **values: Any
) -> int:
    """Record the jobs of a site as a baseline: a file to commit. Of several sites, a file each in a folder.

    To accept drift, record the file --again.
    """
    from .drift_record import Request, run
    from .site_choice import choose_site

    given, connection = split(values)
    return run(Request(choose_site(given), outputs, ignore_none, executions, again, force), connection)


@drift.command(
    "check",
    epilog=epilog(
        "Examples:\n"
        "  alicloud-esa drift check --baseline preload-jobs.json\n"
        "  alicloud-esa drift check --baseline baselines --all-sites --format text --format sarif=drift.sarif",
        "Exit codes: 0 as recorded, 7 drift on any site (2 with --detailed-exitcode), else 1 could not tell.",
    ),
)
@click.option(
    "--baseline",
    "baselines",
    metavar="FILE|FOLDER",
    required=True,
    multiple=True,
    help="What `drift record` wrote: a file, or a folder of one file a site; repeatable.",
    type=click.Path(),
)
@sites_options("Only this site: its id, or its exact name; repeatable.  [default: those of the baselines]")
@click.option(
    "--format",
    "formats",
    metavar="FORMAT[=FILE]",
    multiple=True,
    shell_complete=choices(_REPORTS),
    help=f"{', '.join(_REPORTS)}: to stdout or a file; repeatable.  [default: text]",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 instead of 7 when there is drift.")
@click.option("--health", is_flag=True, help="Tell how the jobs' runs went too; that is no part of the verdict.")
@click.option(
    "--since",
    metavar="REPORT",
    type=click.Path(),
    help="Say which findings are new, known or resolved since this earlier JSON report; without the file all are new.",
)
@click.option(
    "--fail-on",
    metavar="drift|new",
    default="drift",
    shell_complete=choices(("drift", "new")),
    help="Exit with 7 for any drift, or only for findings that --since does not know.  [default: drift]",
)
@click.option(
    "--adopt",
    metavar="FILE",
    multiple=True,
    type=click.Path(),
    help="Write what imports the new jobs: for `pulumi import --file`, or terraform's blocks where FILE ends in "
    ".tf; repeatable.",
)
@connection_options
def drift_check(
    baselines: tuple[str, ...],
    formats: tuple[str, ...],
    as_json: bool,
    detailed_exitcode: bool,
    health: bool,
    since: str | None,
    fail_on: str,
    adopt: tuple[str, ...],
    **values: Any,
) -> int:
    """Compare the jobs of a site with a baseline, or of many with theirs: one verdict, one report.

    What was asked for and which fields are ignored is in the baseline.
    """
    from .drift_check import Request, run
    from .site_choice import choose_site

    given, connection = split(values)
    formats = (*formats, "json") if as_json else formats
    request = Request(baselines, choose_site(given), formats, detailed_exitcode, health, since, fail_on, adopt)
    return run(request, connection)
