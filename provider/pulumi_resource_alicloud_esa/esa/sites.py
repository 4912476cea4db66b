"""Which sites a caller asks for: read from plain inputs, and turned into the parameters of ListSites."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from .errors import Fault
from .inputs import Inputs, shown
from .models import Site
from .pattern import Pattern

MOST_A_PAGE = 500
_TEXTS = ("siteName", "siteSearchType", "status", "accessType", "coverage", "planSubscribeType", "resourceGroupId")
KNOWN: dict[str, tuple[str, ...]] = {
    "siteSearchType": ("exact", "prefix", "suffix", "fuzzy"),
    "status": ("pending", "active", "offline", "moved"),
    "accessType": ("NS", "CNAME"),
    "coverage": ("domestic", "global", "overseas"),
    "planSubscribeType": ("basicplan", "standardplan", "advancedplan", "enterpriseplan"),
}


class SiteQuery(Struct, frozen=True):
    """One valid question: the filters of the API by their names here, then the one that is applied here."""

    filters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    only_enterprise: bool | None = None
    name_regex: Pattern | None = None
    page_size: int = MOST_A_PAGE

    def parameters(self) -> dict[str, str]:
        """The API's parameters but for the page."""
        parameters = {name[0].upper() + name[1:]: value for name, value in self.filters.items()}
        if self.only_enterprise is not None:
            parameters["OnlyEnterprise"] = str(self.only_enterprise).lower()
        if self.tags:
            # An empty value stands for any: only the key is asked for.
            pairs = [{"Key": key, **({"Value": value} if value else {})} for key, value in sorted(self.tags.items())]
            parameters["TagFilter"] = json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))
        return parameters

    def accepts(self, site: Site) -> bool:
        """Whether this site is part of the answer."""
        return self.name_regex is None or self.name_regex.found_in(site.siteName or "")

    def doubts(self, found: bool) -> list[Fault]:
        """What looks like a typing error where nothing was found: values that the service is not known to have."""
        return [
            Fault(name, f"no site has {shown(value)}, and the service is not known to; known are {', '.join(known)}")
            for name, known in KNOWN.items()
            if not found and (value := self.filters.get(name)) is not None and value not in known
        ]


def read_site_query(values: Mapping[str, Any]) -> SiteQuery:
    """The query that a function's inputs describe; raises InvalidInput with all faults at once."""
    inputs = Inputs(values)
    query = read_site_query_from(inputs)
    inputs.finish()
    return query


def read_site_query_from(inputs: Inputs) -> SiteQuery:
    """The same; faults are noted in `inputs`, to be raised by its owner."""
    filters = {name: text for name in _TEXTS if (text := inputs.text(name)) is not None}
    if "siteSearchType" in filters and inputs.get("siteName") is None:
        inputs.fault("siteSearchType", "says how a name is matched; give the name to look for too, or leave it out")
    return SiteQuery(
        filters=filters,
        tags=inputs.text_map("tags") or {},
        only_enterprise=inputs.boolean("onlyEnterprise"),
        name_regex=inputs.regex("nameRegex"),
        page_size=inputs.integer("pageSize", 1, MOST_A_PAGE) or MOST_A_PAGE,
    )
