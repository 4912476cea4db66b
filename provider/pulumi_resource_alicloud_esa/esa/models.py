"""The typed form of what the service answers: tolerant of spelling, strict about shapes.

A page whose rows have exactly the documented types, as nearly all do, is read by msgspec in one step. Any other
is read field by field, which knows the other spellings and names the field that has none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from .errors import ResponseError, one_line
from .inputs import MAX_EXACT, shown, whole


@dataclass(frozen=True)
class Field:
    """One documented field: the API's key, and how its value is read."""

    key: str
    read: Callable[[Any], Any]
    name: str = field(init=False)
    """The Pulumi name: the API's key with a small first letter."""

    def __post_init__(self) -> None:
        # Once, not for each row.
        object.__setattr__(self, "name", self.key[0].lower() + self.key[1:])


class _WrongType(Exception):
    pass


def _string(value: Any) -> str:
    # Numbers arrive where strings are documented (account ids); nothing else does.
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or whole(value) is None:
        raise _WrongType("a string")
    return str(whole(value))


def _trimmed(value: Any) -> str:
    # The documented example's Id ends in a newline.
    return (value if type(value) is str else _string(value)).strip()


def _integer(value: Any) -> int:
    if type(value) is int and -MAX_EXACT < value < MAX_EXACT:
        return value
    number = whole(value)
    if number is None or abs(number) >= MAX_EXACT:
        raise _WrongType("an integer")
    return number


def _digits(value: Any) -> str:
    number = whole(value)
    if number is None:
        raise _WrongType("an integer")
    return str(number)


JOB_FIELDS = (
    Field("AliUid", _trimmed),
    Field("CreatedAt", _trimmed),
    Field("Domains", _string),
    Field("ErrorInfo", _string),
    Field("ExecutionCount", _integer),
    Field("FailedFileOss", _string),
    Field("FileId", _trimmed),
    Field("Id", _trimmed),
    Field("InsertWay", _trimmed),
    Field("Name", _string),
    Field("SiteId", _digits),
    Field("TaskSubmitted", _integer),
    Field("TaskType", _trimmed),
    Field("UrlCount", _integer),
    Field("UrlSubmitted", _integer),
)

EXECUTION_FIELDS = (
    Field("AliUid", _trimmed),
    Field("EndTime", _trimmed),
    Field("Id", _trimmed),
    Field("Interval", _integer),
    Field("JobId", _trimmed),
    Field("SliceLen", _integer),
    Field("StartTime", _trimmed),
    Field("Status", _trimmed),
)

# The type that each reader leaves as it is, or has only to trim or to spell out.
_EXACT_TYPES: dict[Callable[[Any], Any], Any] = {
    _string: str,
    _trimmed: str,
    _integer: Annotated[int, msgspec.Meta(gt=-MAX_EXACT, lt=MAX_EXACT)],
    _digits: int,
}

# A job, or another row of the family, as its Pulumi properties; every documented field is present, null if not given.
Row = dict[str, Any]


def read_rows(body: Mapping[str, Any], key: str, fields: tuple[Field, ...]) -> list[Row]:
    """The typed rows of one page; raises ResponseError naming the field that has the wrong shape."""
    rows = body.get(key)
    if not isinstance(rows, list):
        what = f"{key} is {shown(rows)}" if key in body else f"{key} is missing"
        raise ResponseError(f"{what} where a list is documented", request_id=read_request_id(body))
    return _read_exact(rows, fields) or [
        read_row(row, fields, body, f"{key}[{index}]") for index, row in enumerate(rows)
    ]


def _read_exact(rows: list[Any], fields: tuple[Field, ...]) -> list[Row] | None:
    """The rows if all of them have exactly the documented types and an Id, else None."""
    try:
        found = msgspec.convert(rows, _exact_rows(fields))
    except msgspec.ValidationError:
        return None
    to_finish = [one for one in fields if one.read is _trimmed or one.read is _digits]
    result: list[Row] = [msgspec.structs.asdict(row) for row in found]
    for row in result:
        for one in to_finish:
            value = row[one.name]
            if value is not None:
                row[one.name] = one.read(value)
        if not row["id"]:
            return None
    return result


@lru_cache
def _exact_rows(fields: tuple[Field, ...]) -> Any:
    """The type of a list of rows with these fields; `gc=False`: no row can be a part of itself."""
    row = msgspec.defstruct(
        "ExactRow",
        [(one.name, _EXACT_TYPES[one.read] | None, None) for one in fields],
        rename={one.name: one.key for one in fields},
        gc=False,
    )
    return list[row]  # type: ignore[valid-type]  # made at run time


def read_total(body: Mapping[str, Any]) -> int:
    """TotalCount, a number in the shape of text; raises ResponseError when it is no count."""
    value = body.get("TotalCount")
    number = whole(value)
    if number is None or not 0 <= number < MAX_EXACT:
        what = f"{shown(value)} is no count" if "TotalCount" in body else "it is missing"
        raise ResponseError(f"TotalCount: {what}", request_id=read_request_id(body))
    return number


def read_row(row: Any, fields: tuple[Field, ...], body: Mapping[str, Any], path: str = "") -> Row:
    """One typed row, `body` being the answer that it came in; raises ResponseError."""
    if not isinstance(row, dict):
        raise ResponseError(f"{path} is {shown(row)} where an object is documented", request_id=read_request_id(body))
    prefix = f"{path}." if path else ""
    result: Row = {}
    get = row.get
    try:
        for one in fields:
            value = get(one.key)
            result[one.name] = None if value is None else one.read(value)
    except _WrongType as expected:
        raise ResponseError(
            f"{prefix}{one.key} is {shown(value)} where {expected} is documented",
            request_id=read_request_id(body),
        ) from None
    if not result.get("id"):
        raise ResponseError(f"{prefix}Id is missing", request_id=read_request_id(body))
    return result


def read_request_id(body: Mapping[str, Any]) -> str:
    """RequestId, "" where the service gave none."""
    value = body.get("RequestId")
    return one_line(value)[:100] if isinstance(value, str) else ""
