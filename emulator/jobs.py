"""One scheduled preload job or execution, in the shapes that the service sends."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property

from emulator.moments import parse_time

# One shared encoder: json.dumps makes a new one for each call with non-default settings.
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
OBJECT_ID = re.compile(r"[0-9a-f]{24}")

# The order is that of the documented example.
TEXT_FIELDS = (
    "AliUid",
    "CreatedAt",
    "Domains",
    "ErrorInfo",
    "FailedFileOss",
    "FileId",
    "Id",
    "InsertWay",
    "Name",
    "TaskType",
)
NUMBER_FIELDS = ("SiteId", "TaskSubmitted", "UrlCount", "UrlSubmitted", "ExecutionCount")
FIELDS = frozenset(TEXT_FIELDS + NUMBER_FIELDS)


class Job:
    """An immutable job: a change makes a new one, so that each row is serialised only once."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self.fields = dict(fields)
        self.id = str(self.fields["Id"])
        self.created_ms = parse_time(str(self.fields["CreatedAt"]))

    def with_changes(self, changes: Mapping[str, object]) -> Job:
        """The job with some fields replaced; a field given as None is left out."""
        merged = {**self.fields, **changes}
        return Job({name: value for name, value in merged.items() if value is not None})

    def without_count(self) -> dict[str, object]:
        """The job as every action except the list returns it."""
        return {name: value for name, value in self.fields.items() if name != "ExecutionCount"}

    @cached_property
    def row(self) -> bytes:
        """The job as the list sends it: the Id ends in a newline, as in the documented example."""
        return dump({**self.fields, "Id": self.id + "\n"})


def check_fields(fields: Mapping[str, object]) -> None:
    """Raises ValueError, in one line, if a field is not one of a job's or has the wrong type."""
    unknown = sorted(set(fields).difference(FIELDS))
    if unknown:
        raise ValueError(f"unknown job field {', '.join(unknown)}; known are {', '.join(sorted(FIELDS))}")
    for name, value in fields.items():
        wanted = int if name in NUMBER_FIELDS else str
        if value is not None and (not isinstance(value, wanted) or isinstance(value, bool)):
            raise ValueError(f"{name} must be {'a number' if wanted is int else 'a text'}, not {value!r}")
    if "CreatedAt" in fields:
        try:
            parse_time(str(fields["CreatedAt"]))
        except ValueError:
            raise ValueError("CreatedAt must look like 2024-06-01T08:53:13Z") from None
    if "Id" in fields and not OBJECT_ID.fullmatch(str(fields["Id"])):
        raise ValueError("Id must be 24 lower-case hex digits")


def dump(value: object) -> bytes:
    """Compact JSON."""
    return _ENCODER.encode(value).encode()
