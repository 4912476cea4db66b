"""The site that a command is about: `--site-id` gives its id, `--site` its id or its exact name, which is looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ..context import CallContext
from ..esa.deadline import Deadline
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs, shown
from ..esa.models import Site
from ..esa.printable import printable
from ..esa.service import Service
from ..esa.sites import SiteQuery
from .answers import number

T = TypeVar("T")
# No domain has a longer name; comparing longer texts takes long.
_LONGEST_NAME = 255
_MOST_SHOWN = 3


@dataclass(frozen=True)
class SiteChoice:
    """What was typed: `values` are a function's inputs, without siteId where a `name` has to be looked up first."""

    values: dict[str, Any]
    name: str | None = None
    by_option: bool = False
    faults: tuple[Fault, ...] = ()

    @property
    def given(self) -> bool:
        """Whether a site was asked for at all."""
        return self.by_option or self.values.get("siteId") is not None

    def reading(self, read: Callable[[Inputs], T]) -> Callable[[Inputs], T]:
        """`read`, for which the site is what `--site` gives; its site id is "" where that is a name."""

        def read_and_choose(inputs: Inputs) -> T:
            result = read(inputs)
            if self.by_option:
                others = [fault for fault in inputs.faults if fault.path != "siteId"]
                inputs.faults[:] = [*self.faults, *others]
            return result

        return read_and_choose

    def find(self, site_id: str, context: CallContext) -> str:
        """The id: the one that was read, or that of the site of this name; raises InvalidInput where none is."""
        return site_id if self.name is None else find_site(self.name, context.service(), context.deadline)

    def of_option(self, error: InvalidInput) -> InvalidInput:
        """The same faults, those of the site by the option that was typed."""
        path = "site" if self.by_option else "siteId"
        return InvalidInput(replace(fault, path=path) if fault.path == "siteId" else fault for fault in error.faults)

    def label(self, site_id: str) -> str:
        """What a terminal shows while the site is read."""
        return f"site {site_id if self.name is None else printable(self.name, _LONGEST_NAME)}"


def choose_site(values: Mapping[str, Any]) -> SiteChoice:
    """Which site the options give; `values` are theirs."""
    others = dict(values)
    text = others.pop("site", None)
    if text is None:
        return SiteChoice(others)
    if "siteId" in others:
        return SiteChoice(others, None, True, (Fault("site", "contradicts --site-id; give one of them"),))
    text = text.strip()
    if text and not (text.isascii() and text.isdigit()):
        return SiteChoice(others, text, True)
    reader = Inputs({"site": text})
    site_id = reader.site_id("site")
    return SiteChoice({**others, "siteId": site_id}, None, True, tuple(reader.faults))


def find_site(name: str, service: Service, deadline: Deadline) -> str:
    """The id of the only site of this name; raises InvalidInput with what comes close, and what a listing raises."""
    sites: list[Site] = []
    # All of them only where the service's own search finds none: what comes close is among them.
    for query in (SiteQuery({"siteName": name, "siteSearchType": "exact"}), SiteQuery()):
        sites = service.sites(query, deadline).rows
        named = {site["siteId"]: site["status"] for site in sites if site["siteName"] == name}
        if len(named) == 1:
            return next(iter(named))
        if named:
            raise _refused(f"{_quoted(name)} is the name of {len(named)} sites: {_listed(named)}; give the id of one")
    raise _refused(f"no site is named {_quoted(name)}; {_close(name, sites)}")


def _refused(reason: str) -> InvalidInput:
    return InvalidInput([Fault("site", reason)])


def _quoted(name: str) -> str:
    return printable(shown(name))


def _listed(named: Mapping[str, str | None]) -> str:
    ids = [f"{site_id} ({printable(status or 'no status', 20)})" for site_id, status in named.items()]
    more = f", and {len(ids) - _MOST_SHOWN} more" if len(ids) > _MOST_SHOWN else ""
    return ", ".join(ids[:_MOST_SHOWN]) + more


def _close(name: str, sites: list[Site]) -> str:
    from difflib import get_close_matches

    names = {site["siteName"].casefold(): site["siteName"] for site in sites if site["siteName"]}
    short = [key for key in names if len(key) <= _LONGEST_NAME] if len(name) <= _LONGEST_NAME else []
    close = get_close_matches(name.casefold(), short, _MOST_SHOWN)
    if close:
        return f"close to it {'is' if len(close) == 1 else 'are'} {', '.join(printable(names[key]) for key in close)}"
    return f"nothing comes close among {number(len(sites), 'site')} (`alicloud-esa sites list` shows all)"
