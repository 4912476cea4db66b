"""The shape of answers: types, presence, how a text is spelled; without the values, so that anybody may see it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

# The fields that the service documents. Any other name may be somebody's own, such as a tag's.
_KNOWN = frozenset(
    """
    RequestId TotalCount PageNumber PageSize Code Message Recommend HostId Jobs Executions Sites
    AliUid CreatedAt Domains ErrorInfo ExecutionCount FailedFileOss FileId Id InsertWay Name SiteId TaskSubmitted
    TaskType UrlCount UrlSubmitted JobId StartTime EndTime Interval SliceLen Status
    SiteName AccessType Coverage PlanName PlanSpecName InstanceId ResourceGroupId NameServerList CnameZone VerifyCode
    OfflineReason CreateTime UpdateTime VisitTime Tags
    """.split()  # noqa: SIM905  # one name per line would fill a page
)
_OTHER = "(a field that is not documented)"
# Separators of lists and of moments. Everything else in a text may be somebody's own and is replaced.
_SEPARATORS = frozenset("-:.,+/ _;|\n\r\t")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|\+[Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
_LONGEST = 60
_MOST_SPELLINGS = 12


def shape(values: Sequence[object]) -> dict[str, object]:
    """The common shape of these values, and the ways in which they differ; each value may be any JSON."""
    found: dict[str, object] = {}
    spellings = sorted({_spelling(value) for value in values if not isinstance(value, (dict, list))})
    if spellings:
        found["is"] = spellings[:_MOST_SPELLINGS]
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        found["fields"] = _fields(objects)
    lists = [value for value in values if isinstance(value, list)]
    if lists:
        found["items"] = shape([item for value in lists for item in value])
        if not all(lists):
            found["empty"] = "sometimes" if any(lists) else "always"
    return found


def _fields(objects: Sequence[dict[str, object]]) -> dict[str, object]:
    named: dict[str, list[object]] = {}
    for value in objects:
        for name, item in value.items():
            named.setdefault(name if name in _KNOWN else _OTHER, []).append(item)
    return {
        name: {**shape(items), **({"present": "sometimes"} if len(items) < len(objects) else {})}
        for name, items in sorted(named.items())
    }


def _spelling(value: object) -> str:
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    if isinstance(value, int):
        return "whole number" if abs(value) < 2**53 else "whole number beyond 2^53"
    if not isinstance(value, str):
        return "decimal number"
    if value == "":
        return "text, empty"
    stripped = value.strip()
    around = "" if stripped == value else ", white space around it"
    if _MOMENT.fullmatch(stripped):
        return "moment " + re.sub(r"\d", "9", stripped) + around
    return f"text {_signs(stripped)[:_LONGEST]}{around}"


def _signs(text: str) -> str:
    """`a` for letters, `9` for digits, `x` for both mixed, however many: a length tells something too."""
    signs = ""
    for kind, run in groupby(text, _kind):
        if kind == "word":
            word = "".join(run)
            signs += "a" if word.isalpha() else "9" if word.isdigit() else "x"
        else:
            signs += kind
    return signs


def _kind(char: str) -> str:
    if char in _SEPARATORS:
        return char
    if not char.isascii():
        return "?"
    return "word" if char.isalnum() else "*"
