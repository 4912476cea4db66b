"""What can be typed: `jobs list`, `jobs show`, `jobs runs`, `drift record`, `drift check`, and help around them."""

from __future__ import annotations

from typing import Any

import click

from ..schema import VERSION
from .completion import completion
from .options import (
    EXIT_CODES,
    choices,
    connection_options,
    epilog,
    filter_options,
    format_options,
    ignore_options,
    page_option,
    site_options,
    split,
    wide_option,
)
from .site_commands import sites

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}
_REPORTS = ("text", "json", "markdown", "junit", "sarif")


@click.group(
    context_settings=_SETTINGS,
    epilog=epilog(
        "Examples:\n"
        "  alicloud-esa jobs list --site-id 190007158391808\n"
        "  alicloud-esa drift record --site-id 190007158391808 -o preload-jobs.json\n"
        "  alicloud-esa drift check --baseline preload-jobs.json",
        "Exit codes: 0 done or as recorded, 7 drift, 1 could not tell, 130 interrupted.",
        'Completion:  eval "$(alicloud-esa completion bash)"  in ~/.bashrc; zsh and fish likewise.',
    ),
)
@click.version_option(VERSION, prog_name="alicloud-esa")
def cli() -> None:
    """Scheduled preload jobs of Alibaba Cloud ESA: list them, and notice when somebody changed them.

    Keys come from the same environment variables and profiles as the provider's, such as
    ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.
    """


@cli.command("version")
def version() -> int:
    """Show the version, as --version does."""
    click.echo(f"alicloud-esa, version {VERSION}")
    return 0


@cli.command(
    "doctor",
    epilog=epilog(
        "Examples:\n  alicloud-esa doctor\n  alicloud-esa doctor --site-id 190007158391808 --record shapes.json",
        "Exit codes: 0 nothing is wrong, 1 something is.",
    ),
)
@site_options("The site to ask about.  [default: the first of ListSites]")
@format_options(("text", "json"))
@click.option(
    "--record",
    metavar="FILE",
    help="Write the shapes of the answers, without any value of them, for a bug report; - is stdout.",
    type=click.Path(),
)
@connection_options
def doctor(form: str, record: str | None, **values: Any) -> int:
    """Find out why nothing works: keys, clock, endpoint, proxy, and each action that is called.

    Keys are never shown, and nothing is changed.
    """
    from .doctor import run

    return run(*split(values), form, record)


cli.add_command(completion)
cli.add_command(sites)


@cli.group()
def jobs() -> None:
    """The jobs of a site, and their executions."""


@cli.group()
def drift() -> None:
    """Record the jobs of a site, and check them against the record."""


@jobs.command(
    "list",
    epilog=epilog(
        "Examples:\n"
        "  alicloud-esa jobs list --site-id 190007158391808 --has-error\n"
        "  alicloud-esa jobs list --site-id 190007158391808 --start-time 2024-06-01 --json | jq '.jobs[].name'",
        EXIT_CODES,
    ),
)
@site_options("The site's id, or its exact name.  [required, or --site-id]")
@filter_options
@page_option
@format_options(("table", "json"))
@wide_option
@connection_options
def jobs_list(form: str, wide: bool, **values: Any) -> int:
    """List the jobs of a site, all pages of them."""
    from .jobs import list_jobs

    return list_jobs(*split(values), form, wide)


@jobs.command("show", epilog=epilog("Example:\n  alicloud-esa jobs show 665d3af3621bccf3fe29e1a4", EXIT_CODES))
@click.argument("job_id", metavar="ID")
@site_options("The site's id, or its exact name: must be the job's.")
@format_options(("table", "json"))
@connection_options
def jobs_show(job_id: str, form: str, **values: Any) -> int:
    """Show everything of one job, by its id."""
    from .jobs import show_job

    return show_job(job_id, *split(values), form)


@jobs.command("runs", epilog=epilog("Example:\n  alicloud-esa jobs runs 665d3af3621bccf3fe29e1a4", EXIT_CODES))
@click.argument("job_id", metavar="ID")
@format_options(("table", "json"))
@wide_option
@connection_options
def jobs_runs(job_id: str, form: str, wide: bool, **values: Any) -> int:
    """List the executions of one job, by its id: what is planned and what ran."""
    from .jobs import list_runs

    return list_runs(job_id, split(values)[1], form, wide)


@drift.command(
    "record",
    epilog=epilog(
        "Examples:\n"
        "  alicloud-esa drift record --site-id 190007158391808 -o preload-jobs.json\n"
        "  alicloud-esa drift record --again -o preload-jobs.json",
        "Exit codes: 0 recorded, 1 it could not be recorded.",
    ),
)
@site_options("The site's id, or its exact name.  [required, or --site-id; but with --again]")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    required=True,
    help="Where the baseline goes; - is stdout.",
    type=click.Path(),
)
@filter_options
@ignore_options
@click.option("--executions", is_flag=True, help="Record the jobs' executions too, so that a moved one is drift.")
@click.option("--again", is_flag=True, help="Ask what FILE asks: same site, filters and fields; its rules are kept.")
@click.option("--force", is_flag=True, help="Record over the baseline of another site.")
@connection_options
def drift_record(output: str, ignore_none: bool, executions: bool, again: bool, force: bool, **values: Any) -> int:
    """Record the jobs of a site as a baseline: a file to commit.

    To accept drift, record the file --again.
    """
    from .drift_record import Request, run

    given, connection = split(values)
    return run(Request(given, output, ignore_none, executions, again, force), connection)


@drift.command(
    "check",
    epilog=epilog(
        "Examples:\n"
        "  alicloud-esa drift check --baseline preload-jobs.json\n"
        "  alicloud-esa drift check --baseline preload-jobs.json --format text --format sarif=drift.sarif",
        "Exit codes: 0 as recorded, 7 drift (2 with --detailed-exitcode), 1 could not tell.",
    ),
)
@click.option("--baseline", "path", metavar="FILE", required=True, help="What `drift record` wrote.", type=click.Path())
@site_options("The site's id, or its exact name: must be the baseline's.  [default: the baseline's]")
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
@connection_options
def drift_check(
    path: str,
    formats: tuple[str, ...],
    as_json: bool,
    detailed_exitcode: bool,
    health: bool,
    since: str | None,
    fail_on: str,
    **values: Any,
) -> int:
    """Compare the jobs of a site with a baseline.

    What was asked for and which fields are ignored is in the baseline.
    """
    from .drift_check import Request, run
    from .site_choice import choose_site

    given, connection = split(values)
    formats = (*formats, "json") if as_json else formats
    request = Request(path, choose_site(given), formats, detailed_exitcode, health, since, fail_on)
    return run(request, connection)
