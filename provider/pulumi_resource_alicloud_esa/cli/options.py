"""The options that several commands share. All arrive as text, which the provider's own code then checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from ..drift.record import DEFAULT_IGNORED
from ..esa.query import INSERT_WAYS, TASK_TYPES
from ..esa.sites import KNOWN
from . import say
from .faults import option_of

F = TypeVar("F", bound=Callable[..., Any])
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CONNECTION = ("profile", "region", "endpoint", "timeoutSeconds", "maxConcurrency")
EXIT_CODES = "Exit codes: 0 done, 1 it could not be done."


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


def choices(names: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """A type that a shell completes to one of these names; the code that reads the value rejects other ones."""
    return lambda context, parameter, begun: [name for name in names if name.startswith(begun)]


def _together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Options that are put on a command at once, and listed in its help in this order."""

    def add(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def _text(name: str, metavar: str, text: str, **more: Any) -> Callable[[F], F]:
    return click.option(option_of(name), name, metavar=metavar, help=text, **more)


def _flag(name: str, text: str) -> Callable[[F], F]:
    # None where it is not given, as any other input that is left out.
    return click.option(option_of(name), name, is_flag=True, flag_value=True, default=None, help=text)


def _known(name: str, metavar: str, text: str) -> Callable[[F], F]:
    *others, last = KNOWN[name]
    listed = f"{', '.join(others)} or {last}"
    return _text(name, metavar, text.format(listed), shell_complete=choices(KNOWN[name]))


def _moment(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    return f"{value}T00:00:00Z" if value is not None and _DATE.fullmatch(value) else value


def _remember(name: str) -> Callable[[click.Context, click.Parameter, bool], None]:
    """A flag that is kept for what is said on stderr, and handed to no command."""
    return lambda context, parameter, value: setattr(say, name, value)


def site_options(text: str) -> Callable[[F], F]:
    """`--site` and `--site-id`; `text` tells what the site is for."""
    return _together(_text("site", "ID|NAME", text), _SITE_ID)


def sites_options(text: str) -> Callable[[F], F]:
    """The same, with `--site` repeatable, and all sites of the account; `text` tells what the sites are for."""
    return _together(
        _text("site", "ID|NAME", text, multiple=True),
        _SITE_ID,
        _flag("allSites", "Every site of the account."),
        _text("siteNameRegex", "REGEX", "Every site whose name matches (RE2's syntax)."),
    )


def format_options(formats: Sequence[str]) -> Callable[[F], F]:
    """`--format` of one answer, and its usual short form."""
    return _together(
        click.option(
            "--format",
            "form",
            metavar="|".join(formats),
            default=formats[0],
            shell_complete=choices(formats),
            help=f"How the answer is printed.  [default: {formats[0]}]",
        ),
        click.option("--json", "form", flag_value="json", help="The same as --format json."),
    )


_SITE_ID: Callable[[F], F] = _text("siteId", "DIGITS", "The site by its id only; --site takes a name too.")
wide_option = click.option("--wide", is_flag=True, help="Show every column in full, however narrow the terminal is.")
page_option = _text("pageNumber", "N", "Only this page of the list.  [default: all pages]")
filter_options = _together(
    _text(
        "startTime",
        "TIME",
        "Only jobs created at this time or later: 2024-06-01T08:00:00Z, 2024-06-01 (midnight UTC), or "
        "milliseconds since 1970.",
        callback=_moment,
    ),
    _text("endTime", "TIME", "Only jobs created at this time or earlier.", callback=_moment),
    _text("pageSize", "N", "How many jobs each request fetches.  [default: 50]"),
    _text("ids", "ID", "Only the job with this id; repeatable.", multiple=True),
    _text("nameRegex", "REGEX", "Only jobs whose name matches (RE2's syntax)."),
    _text("domain", "NAME", "Only jobs that preload something of this domain."),
    _text("taskType", "TYPE", "Only jobs of this type: preload or refresh.", shell_complete=choices(TASK_TYPES)),
    _text(
        "insertWay",
        "WAY",
        "Only jobs whose URLs were given this way: oss (a file) or textBox (typed in).",
        shell_complete=choices(INSERT_WAYS),
    ),
    click.option("--has-error/--no-error", "hasError", default=None, help="Only jobs with, or without, an error."),
)
site_filter_options = _together(
    _text("siteName", "NAME", "Only sites with this name."),
    _known("siteSearchType", "HOW", "How --site-name is matched: {}.  [default: exact]"),
    _known("status", "STATUS", "Only sites that are {}."),
    _known("accessType", "TYPE", "Only sites set up this way: {}."),
    _known("coverage", "PLACE", "Only sites served in this part of the world: {}."),
    _known("planSubscribeType", "PLAN", "Only sites on this plan: {}."),
    _text("resourceGroupId", "ID", "Only sites of this resource group."),
    _flag("onlyEnterprise", "Only sites on an enterprise plan."),
    _text(
        "tags",
        "KEY[=VALUE]",
        "Only sites with this tag, and this value where one is given; repeatable, a site must have all.",
        multiple=True,
    ),
    _text("nameRegex", "REGEX", "Only sites whose name matches (RE2's syntax)."),
    _text("pageSize", "N", "How many sites each request fetches, at most 500.  [default: 500]"),
)
ignore_options = _together(
    _text(
        "ignoreFields",
        "F",
        f"Do not compare this field; repeatable.  [default: {', '.join(DEFAULT_IGNORED)}]",
        multiple=True,
    ),
    click.option("--ignore-none", is_flag=True, help="Compare every field, even counters that change by themselves."),
)
# Keys come from the environment or a profile, never from a command line.
connection_options = _together(
    _text("profile", "NAME", "A profile of the aliyun CLI or of the SDK's credentials file."),
    _text("region", "REGION", "cn-hangzhou or ap-southeast-1.  [default: the environment's, else cn-hangzhou]"),
    _text("endpoint", "HOST", "The service's host, or its https:// address."),
    _text("timeoutSeconds", "N", "Seconds until it gives up, for each site on its own.  [default: 120]"),
    _text("maxConcurrency", "N", "How many requests may run at the same time, over all sites.  [default: 8]"),
    click.option(
        "--no-color",
        is_flag=True,
        expose_value=False,
        callback=_remember("no_colour"),
        help="No colours, not even on a terminal; so does NO_COLOR, and FORCE_COLOR asks for them.",
    ),
    click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_remember("debugging"),
        help="Also show where the keys come from, each failed attempt, and the origin of a defect.",
    ),
)
