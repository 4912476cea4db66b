"""What can be typed, but for `drift`, which drift_commands.py has."""

from __future__ import annotations

from typing import Any

import click

from ..schema import VERSION
from .drift_commands import drift
from .options import (
    EXIT_CODES,
    connection_options,
    epilog,
    filter_options,
    format_options,
    page_option,
    site_filter_options,
    site_options,
    sites_options,
    split,
    wide_option,
)

_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 120}


@click.group(
    context_settings=_SETTINGS,
    epilog=epilog(
        "Examples:\n"
        "  alicloud-esa jobs list --site-id 190007158391808\n"
        "  alicloud-esa drift record --executions --site-id 190007158391808 -o preload-jobs.json\n"
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


cli.add_command(drift)


@cli.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
def completion(shell: str) -> int:
    """Show what makes a shell complete the command's words.

    \b
    bash, in ~/.bashrc:                   eval "$(alicloud-esa completion bash)"
    zsh, in ~/.zshrc:                     eval "$(alicloud-esa completion zsh)"
    fish, in ~/.config/fish/config.fish:  alicloud-esa completion fish | source
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is not None:
        click.echo(made(cli, {}, "alicloud-esa", "_ALICLOUD_ESA_COMPLETE").source())
    return 0


@cli.group()
def sites() -> None:
    """The sites of the account, whose ids and names the other commands take."""


@sites.command(
    "list",
    epilog=epilog(
        "Examples:\n"
        "  alicloud-esa sites list --status active --tag env=prod\n"
        "  alicloud-esa sites list --site-name example. --site-search-type prefix --json | jq -r '.ids[]'",
        EXIT_CODES,
    ),
)
@site_filter_options
@format_options(("table", "json"))
@wide_option
@connection_options
def sites_list(form: str, wide: bool, **values: Any) -> int:
    """List the sites of the account, all pages of them."""
    from .lists import list_sites

    return list_sites(*split(values), form, wide)


@cli.group()
def jobs() -> None:
    """The jobs of a site, and their executions."""


@jobs.command(
    "list",
    epilog=epilog(
        "Examples:\n"
        "  alicloud-esa jobs list --site-id 190007158391808 --has-error\n"
        "  alicloud-esa jobs list --site-id 190007158391808 --start-time 2024-06-01 --json | jq '.jobs[].name'\n"
        "  alicloud-esa jobs list --site example.com --site example.org --format pulumi-import > import.json\n"
        "  alicloud-esa jobs list --all-sites --json | jq -r '.jobs[] | .siteName + \" \" + .name'",
        EXIT_CODES,
    ),
)
@sites_options("A site's id, or its exact name; repeatable.  [required, or another choice of sites]")
@filter_options
@page_option
@format_options(("table", "json", "pulumi-import", "terraform-import"))
@click.option("--executions", is_flag=True, help="Put the jobs' executions into the import file too.")
@wide_option
@connection_options
def jobs_list(form: str, wide: bool, executions: bool, **values: Any) -> int:
    """List all jobs of a site, of several sites, or of every site.

    When a site cannot be read, the others are listed, the error names it, and the exit code is 1.
    """
    from .lists import list_jobs

    return list_jobs(*split(values), form, wide, executions)


@jobs.command("show", epilog=epilog("Example:\n  alicloud-esa jobs show 665d3af3621bccf3fe29e1a4", EXIT_CODES))
@click.argument("job_id", metavar="ID")
@site_options("The site's id, or its exact name: must be the job's.")
@format_options(("table", "json"))
@connection_options
def jobs_show(job_id: str, form: str, **values: Any) -> int:
    """Show everything of one job, by its id."""
    from .lists import show_job

    return show_job(job_id, *split(values), form)


@jobs.command("runs", epilog=epilog("Example:\n  alicloud-esa jobs runs 665d3af3621bccf3fe29e1a4", EXIT_CODES))
@click.argument("job_id", metavar="ID")
@site_options("The site's id, or its exact name: must be the job's.")
@format_options(("table", "json"))
@wide_option
@connection_options
def jobs_runs(job_id: str, form: str, wide: bool, **values: Any) -> int:
    """List the executions of one job, by its id: what is planned and what ran."""
    from .lists import list_runs

    return list_runs(job_id, *split(values), form, wide)
