"""What can be typed about sites: `sites list`."""

from __future__ import annotations

from typing import Any

import click

from .options import EXIT_CODES, connection_options, epilog, format_options, site_filter_options, split, wide_option


@click.group()
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
    from .sites import list_sites

    return list_sites(*split(values), form, wide)
