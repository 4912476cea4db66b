"""The sites that a command is about: ids and exact names, or all sites of the account.

`--site-id` gives an id, `--site` an id or an exact name; `--all-sites` and `--site-name-regex`, which narrows it and
needs no `--all-sites` beside it, take what ListSites answers. That action is called only for a name or for all sites.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..context import CallContext
from ..drift.text import number
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs, shown
from ..esa.models import Site
from ..esa.pattern import Pattern
from ..esa.printable import printable
from ..esa.sites import SiteQuery
from .faults import option_of

# No domain has a longer name; comparing longer texts takes long.
_LONGEST_NAME = 255
_MOST_SHOWN = 3


@dataclass(frozen=True)
class ChosenSite:
    """One site, with its name where that was looked up."""

    id: str
    name: str | None = None

    @property
    def called(self) -> str:
        """What a message calls it: `190007158391808 (example.com)`."""
        return f"{self.id} ({printable(self.name, _LONGEST_NAME)})" if self.name else self.id


@dataclass(frozen=True)
class ChosenSites:
    """The sites that were found, each once; by its name a fault for each that no site has, or several."""

    sites: Sequence[ChosenSite]
    faults: Mapping[str, Fault] = field(default_factory=dict)
    others: Collection[str] = ()
    """The ids of the account's sites that a pattern leaves out."""


@dataclass(frozen=True)
class SiteChoice:
    """What was typed: `values` are a function's inputs, with siteId only where one id was given."""

    values: dict[str, Any]
    texts: tuple[str, ...] = ()
    all_sites: bool = False
    name_regex: Pattern | None = None
    option: str = "siteId"
    faults: tuple[Fault, ...] = ()

    @property
    def given(self) -> bool:
        """Whether a site was asked for at all."""
        return self.all_sites or bool(self.texts) or bool(self.faults) or self.values.get("siteId") is not None

    @property
    def several(self) -> bool:
        """Whether more than one site was asked for, even if only one is there."""
        return self.all_sites or len(self.texts) > 1

    @property
    def names(self) -> list[str]:
        """What has to be looked up."""
        return [text for text in self.texts if not _is_id(text)]

    def with_faults(self, faults: Sequence[Fault]) -> list[Fault]:
        """The faults of this choice before those of `values`; without those of a site's id that they need not have."""
        others = faults if self.option == "siteId" else [fault for fault in faults if fault.path != "siteId"]
        return [*self.faults, *others]

    def find(self, context: CallContext) -> ChosenSites:
        """The sites, in the order in which they were typed or listed; raises what a listing raises.

        InvalidInput where `--all-sites` or `--site-name-regex` find none.
        """
        if not self.all_sites and not self.names:
            return ChosenSites([ChosenSite(text) for text in dict.fromkeys(self.texts)])
        sites = self._listed(context)
        if self.all_sites:
            matching = self._matching(sites)
            return ChosenSites(matching, others={site.siteId for site in sites} - {site.id for site in matching})
        known = {site.siteId: site.siteName for site in sites}
        found: list[ChosenSite] = []
        faults = {}
        for text in dict.fromkeys(self.texts):
            site_id, reason = (text, "") if _is_id(text) else _only_one(text, sites)
            if reason:
                faults[text] = Fault("site", reason)
            else:
                found.append(ChosenSite(site_id, known.get(site_id)))
        return ChosenSites(list(dict.fromkeys(found)), faults)

    def find_one(self, context: CallContext) -> ChosenSite:
        """The one site that was asked for; raises InvalidInput with what comes close where none is found."""
        found = self.find(context)
        if found.faults:
            raise InvalidInput(found.faults.values())
        (site,) = found.sites
        return site

    def of_option(self, error: InvalidInput) -> InvalidInput:
        """The same faults, those of the site by the option that was typed."""
        return InvalidInput(
            fault._replace(path=self.option) if fault.path == "siteId" else fault for fault in error.faults
        )

    @property
    def label(self) -> str:
        """What a terminal shows while it is read."""
        if self.all_sites:
            return "all sites" if self.name_regex is None else f"sites {printable(self.name_regex.text, 40)}"
        return f"{len(self.texts)} sites" if self.several else f"site {printable(''.join(self.texts), _LONGEST_NAME)}"

    def _listed(self, context: CallContext) -> list[Site]:
        """The sites among which to look: for one name first what the service's own search finds, as it is short."""
        service = context.service()
        if len(self.texts) == 1:
            (name,) = self.texts
            sites = service.sites(SiteQuery({"siteName": name, "siteSearchType": "exact"}), context.deadline).rows
            if any(site.siteName == name for site in sites):
                return sites
        return service.sites(SiteQuery(), context.deadline).rows

    def _matching(self, sites: Sequence[Site]) -> list[ChosenSite]:
        pattern = self.name_regex
        found = [site for site in sites if pattern is None or pattern.found_in(site.siteName or "")]
        if not sites:
            raise InvalidInput([Fault(self.option, "the account has no site")])
        if not found and pattern is not None:
            reason = f"{_quoted(pattern.text)} matches the name of none of {number(len(sites), 'site')}"
            raise InvalidInput([Fault(self.option, f"{reason} (`alicloud-esa sites list` shows all)")])
        return [ChosenSite(site.siteId, site.siteName) for site in found]


def choose_site(values: Mapping[str, Any]) -> SiteChoice:
    """Which site or sites the options give; `values` are theirs, of which those of sites are taken."""
    others = dict(values)
    given = [name for name in ("site", "siteId", "siteNameRegex", "allSites") if others.get(name) is not None]
    texts, faults = _read_texts(others.pop("site", ()))
    reader = Inputs({"siteNameRegex": others.pop("siteNameRegex", None), "allSites": others.pop("allSites", None)})
    regex = reader.regex("siteNameRegex")
    faults += reader.faults
    if contradiction := _contradiction(given):
        return SiteChoice(others, option=contradiction.path, faults=(contradiction, *faults))
    option = given[0] if given else "siteId"
    if option == "siteId":
        site_id = Inputs(others).site_id()
        return SiteChoice(others, (site_id,) if site_id else ())
    if len(texts) == 1 and _is_id(texts[0]):
        others["siteId"] = texts[0]
    return SiteChoice(others, texts, all_sites=option != "site", name_regex=regex, option=option, faults=tuple(faults))


def _contradiction(given: Sequence[str]) -> Fault | None:
    """What cannot stand beside each other; a regular expression narrows all sites, so those two can."""
    if len(given) < 2 or given == ["siteNameRegex", "allSites"]:
        return None
    first, other = (given[0], given[1]) if given[1] == "siteId" else (given[-1], given[0])
    return Fault(first, f"contradicts {option_of(other)}; give one of them")


def _read_texts(typed: str | Sequence[str]) -> tuple[tuple[str, ...], list[Fault]]:
    """Ids, without leading zeros, and names."""
    read: list[str] = []
    faults: list[Fault] = []
    for text in map(str.strip, [typed] if isinstance(typed, str) else typed):
        if text and not _is_id(text):
            read.append(text)
            continue
        reader = Inputs({"site": text})
        read.append(reader.site_id("site"))
        faults += reader.faults
    return tuple(read), faults


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _only_one(name: str, sites: Sequence[Site]) -> tuple[str, str]:
    """The id of the only site of this name, or why there is none."""
    named = {site.siteId: site.status for site in sites if site.siteName == name}
    if len(named) == 1:
        return next(iter(named)), ""
    if named:
        return "", f"{_quoted(name)} is the name of {len(named)} sites: {_shown(named)}; give the id of one"
    return "", f"no site is named {_quoted(name)}; {_close(name, sites)}"


def _quoted(name: str) -> str:
    return printable(shown(name))


def _shown(named: Mapping[str, str | None]) -> str:
    ids = [f"{site_id} ({printable(status or 'no status', 20)})" for site_id, status in named.items()]
    more = f", and {len(ids) - _MOST_SHOWN} more" if len(ids) > _MOST_SHOWN else ""
    return ", ".join(ids[:_MOST_SHOWN]) + more


def _close(name: str, sites: Sequence[Site]) -> str:
    from difflib import get_close_matches

    names = {site.siteName.casefold(): site.siteName for site in sites if site.siteName}
    short = [key for key in names if len(key) <= _LONGEST_NAME] if len(name) <= _LONGEST_NAME else []
    close = get_close_matches(name.casefold(), short, _MOST_SHOWN)
    if close:
        return f"close to it {'is' if len(close) == 1 else 'are'} {', '.join(printable(names[key]) for key in close)}"
    return f"nothing comes close among {number(len(sites), 'site')} (`alicloud-esa sites list` shows all)"
