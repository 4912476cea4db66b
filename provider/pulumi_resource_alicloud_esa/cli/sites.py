"""`alicloud-esa sites list`: the function's answer, for people or as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..drift.text import number
from ..esa.errors import Fault
from ..esa.inputs import Inputs, shown
from ..esa.sites import SiteQuery, read_site_query_from
from ..functions import get_sites
from .files import written
from .json_text import json_output
from .session import call, read_all
from .table import SITE_COLUMNS, tabled


def list_sites(values: Mapping[str, Any], connection: Mapping[str, Any], form: str, wide: bool) -> int:
    """The sites of the account."""
    tags, faults = _tags(values.get("tags", ()))
    values = {**values, "tags": tags}

    def read(inputs: Inputs) -> SiteQuery:
        inputs.faults += faults
        return read_site_query_from(inputs)

    _, settings = read_all(values, connection, read, form)
    answer = call(settings, "sites", lambda context: get_sites.invoke(values, context))
    if form == "json":
        return written(json_output(answer))
    count = f"{len(answer['sites'])} of {number(answer['totalCount'], 'site')}"
    return tabled(SITE_COLUMNS, answer["sites"], wide, count)


def _tags(given: Sequence[str]) -> tuple[dict[str, str], list[Fault]]:
    """`KEY=VALUE` as a map, and what is wrong with it; without a value any value matches."""
    tags: dict[str, str] = {}
    faults = []
    for text in given:
        key, _, value = text.partition("=")
        if not key.strip():
            faults.append(Fault("tags", f"{shown(text)} names no tag; give KEY=VALUE, or KEY for any value"))
        elif tags.setdefault(key, value) != value:
            faults.append(Fault("tags", f"{shown(key)} is given with two values, which no site has; give one"))
    return tags, faults
