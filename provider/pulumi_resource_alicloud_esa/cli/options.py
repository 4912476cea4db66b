"""The options that several commands share. All arrive as text, which the provider's own code then checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from ..drift.record import DEFAULT_IGNORED
from ..esa.sites import KNOWN
from . import say
from .faults import OPTIONS

F = TypeVar("F", bound=Callable[..., Any])
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CONNECTION = ("profile", "region", "endpoint", "timeoutSeconds", "maxConcurrency")
EXIT_CODES = "Exit codes: 0 done, 1 it could not be done."

wide_option = click.option("--wide", is_flag=True, help="Every column, nothing cut, however narrow the terminal is.")


def epilog(*paragraphs: str) -> str:
    """What stands at the end of a help, each paragraph on its own lines."""
    # \b keeps click from folding the lines of a paragraph.
    return "\n\n".join(f"\b\n{paragraph}" for paragraph in paragraphs)


def split(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was given, in the shape of a function's inputs: the question, and the settings."""
    given = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None and value != ()
    }
    connection = {name: given.pop(name) for name in _CONNECTION if name in given}
    return given, connection


def site_options(text: str) -> Callable[[F], F]:
    """`--site` and `--site-id`; `text` tells what the site is for."""

    def add(command: F) -> F:
        command = _text("siteId", "DIGITS", "The site by its id; a name is not accepted here.")(command)
        return _text("site", "ID|NAME", text)(command)

    return add


def sites_options(text: str) -> Callable[[F], F]:
    """The same, with `--site` repeatable, and all sites of the account; `text` tells what the sites are for."""

    def add(command: F) -> F:
        for option in reversed(
            (
                click.option(OPTIONS["site"], "site", metavar="ID|NAME", multiple=True, help=text),
                _text("siteId", "DIGITS", "The site by its id; a name is not accepted here."),
                click.option(
                    OPTIONS["allSites"],
                    "allSites",
                    is_flag=True,
                    flag_value=True,
                    default=None,
                    help="All sites of the account.",
                ),
                _text("siteNameRegex", "REGEX", "All sites whose name matches (RE2's syntax)."),
            )
        ):
            command = option(command)
        return command

    return add


def format_options(formats: Sequence[str]) -> Callable[[F], F]:
    """`--format` of one answer, and its usual short form."""

    def add(command: F) -> F:
        command = click.option("--json", "form", flag_value="json", help="The same as --format json.")(command)
        return click.option(
            "--format",
            "form",
            metavar="|".join(formats),
            default=formats[0],
            shell_complete=choices(formats),
            help=f"For people or for machines.  [default: {formats[0]}]",
        )(command)

    return add


def choices(names: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """A type that a shell completes to one of these names; the code that reads the value rejects other ones."""
    return lambda context, parameter, begun: [name for name in names if name.startswith(begun)]


def filter_options(command: F) -> F:
    """The filters of jobs."""
    for option in reversed(
        (
            _text(
                "startTime",
                "TIME",
                "Only jobs created from then on: 2024-06-01T08:00:00Z, 2024-06-01 (its first moment, UTC), or epoch "
                "milliseconds.",
                callback=_moment,
            ),
            _text("endTime", "TIME", "Only jobs created until then.", callback=_moment),
            _text("pageSize", "N", "Entries to ask for at once.  [default: 50]"),
            click.option(OPTIONS["ids"], "ids", metavar="ID", multiple=True, help="Only this job; repeatable."),
            _text("nameRegex", "REGEX", "Only jobs whose name matches (RE2's syntax)."),
            _text("domain", "NAME", "Only jobs that preload something of this domain."),
            _text(
                "taskType",
                "TYPE",
                "Only jobs of this type: preload or refresh.",
                shell_complete=choices(("preload", "refresh")),
            ),
            _text(
                "insertWay",
                "WAY",
                "Only jobs whose URLs came this way: oss or textBox.",
                shell_complete=choices(("oss", "textBox")),
            ),
            click.option(
                "--has-error/--no-error", "hasError", default=None, help="Only jobs with, or without, an error."
            ),
        )
    ):
        command = option(command)
    return command


def site_filter_options(command: F) -> F:
    """The filters of sites."""
    for option in reversed(
        (
            _text("siteName", "NAME", "Only sites of this name."),
            _known("siteSearchType", "HOW", "How --site-name is matched: {}.  [default: exact]"),
            _known("status", "STATUS", "Only sites that are {}."),
            _known("accessType", "TYPE", "Only sites that are reached this way: {}."),
            _known("coverage", "PLACE", "Only sites that are served there: {}."),
            _known("planSubscribeType", "PLAN", "Only sites of this plan: {}."),
            _text("resourceGroupId", "ID", "Only sites of this resource group."),
            click.option(
                OPTIONS["onlyEnterprise"],
                "onlyEnterprise",
                is_flag=True,
                flag_value=True,
                default=None,
                help="Only sites of the enterprise plan.",
            ),
            click.option(
                OPTIONS["tags"],
                "tags",
                metavar="KEY[=VALUE]",
                multiple=True,
                help="Only sites with this tag, of any value where none is given; repeatable, all must be there.",
            ),
            _text("nameRegex", "REGEX", "Only sites whose name matches (RE2's syntax)."),
            _text("pageSize", "N", "Entries to ask for at once, at most 500.  [default: 500]"),
        )
    ):
        command = option(command)
    return command


def page_option(command: F) -> F:
    """`--page-number`."""
    return _text("pageNumber", "N", "Exactly that page.  [default: all pages]")(command)


def ignore_options(command: F) -> F:
    """What is left out of the comparison."""
    command = click.option(
        "--ignore-none", is_flag=True, help="Leave nothing out, not even counters that move by themselves."
    )(command)
    return click.option(
        OPTIONS["ignoreFields"],
        "ignoreFields",
        metavar="F",
        multiple=True,
        help=f"Leave this field out; repeatable.  [default: {', '.join(DEFAULT_IGNORED)}]",
    )(command)


def connection_options(command: F) -> F:
    """The settings that may stand on a command line; keys come from the environment or a profile."""
    for option in reversed(
        (
            _text("profile", "NAME", "A profile of the aliyun CLI, or of the SDK's credentials file."),
            _text("region", "REGION", "cn-hangzhou or ap-southeast-1.  [default: the environment's, else cn-hangzhou]"),
            _text("endpoint", "HOST", "The service's host, or its https:// address."),
            _text("timeoutSeconds", "N", "For everything together.  [default: 120]"),
            _text("maxConcurrency", "N", "Requests under way at once.  [default: 8]"),
            click.option(
                "--no-color",
                is_flag=True,
                expose_value=False,
                callback=_set_no_colour,
                help="No colours on a terminal either; NO_COLOR does the same, FORCE_COLOR the opposite.",
            ),
            click.option(
                "--debug",
                is_flag=True,
                expose_value=False,
                callback=_set_debug,
                help="Show where keys and errors came from, and failed attempts.",
            ),
        )
    ):
        command = option(command)
    return command


def _text(name: str, metavar: str, text: str, **more: Any) -> Callable[[F], F]:
    return click.option(OPTIONS[name], name, metavar=metavar, help=text, **more)


def _known(name: str, metavar: str, text: str) -> Callable[[F], F]:
    *others, last = KNOWN[name]
    listed = f"{', '.join(others)} or {last}"
    return _text(name, metavar, text.format(listed), shell_complete=choices(KNOWN[name]))


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    return f"{value}T00:00:00Z" if value is not None and _DATE.fullmatch(value) else value


def _set_debug(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    say.debugging = value


def _set_no_colour(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    say.no_colour = value
