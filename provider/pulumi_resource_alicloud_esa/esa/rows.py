"""From a decoded answer to typed entries: tolerant of spelling, strict about shapes.

A page whose rows have exactly the documented types, as nearly all do, is read by msgspec in one step, or was so when it
was decoded. Any other is read field by field: that accepts the other spellings, and its errors name the field.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import msgspec

from .errors import ResponseError, one_line
from .inputs import MAX_EXACT, shown, whole
from .models import E, Entry, Shape, WrongType, key_of


def read_page(
    body: Mapping[str, Any], key: str, shape: Shape[E], asked: Mapping[str, str], before: int = 0
) -> tuple[int, list[E]]:
    """TotalCount and the entries of one page; `before` is the number of entries on earlier pages.

    A list that is null or left out is an empty one where no entry is due, as services in Go and Java write it, and
    an error where one is. It is an error too if an entry differs from `asked` in one of those fields, for then it
    answers another request, and if one id comes with two contents. Raises ResponseError naming the field.
    """
    total = read_total(body)
    if body.get(key) is None and before >= total:
        return total, []
    rows = read_rows(body, key, shape)
    by_id: dict[str, E] = {}
    # One look at each page; at each row only where that shows something.
    answers = all(set(map(attrgetter(name), rows)) <= {None, value} for name, value in asked.items())
    if answers and len(set(map(shape.id_of, rows))) == len(rows):
        return total, rows
    for index, row in enumerate(rows):
        hold_to_question(row, asked, body, f"{key}[{index}].")
        other = by_id.setdefault(shape.id_of(row), row)
        if other is not row and other != row:
            what = f"{key}[{index}] has the {key_of(shape.id)} of another row and other contents"
            raise ResponseError(what, request_id=read_request_id(body))
    return total, rows


def hold_to_question(row: Entry, asked: Mapping[str, str], body: Mapping[str, Any], path: str = "") -> None:
    """Raises ResponseError where a field of an entry says that it is the answer to another question."""
    for name, value in asked.items():
        found = getattr(row, name)
        if found is not None and found.lower() != value:
            raise ResponseError(
                f"{path}{key_of(name)} is {shown(found)}, but {value} was asked for: it answers another question",
                request_id=read_request_id(body),
            )


def read_rows(body: Mapping[str, Any], key: str, shape: Shape[E]) -> list[E]:
    """The typed entries of a list; raises ResponseError naming the field that has the wrong shape."""
    rows = body.get(key)
    if not isinstance(rows, list):
        what = f"{key} is {shown(rows)}" if key in body else f"{key} is missing"
        raise ResponseError(f"{what} where a list is documented", request_id=read_request_id(body))
    if exact := _read_exact(rows, shape):
        return exact
    plain = (msgspec.to_builtins(row) if isinstance(row, msgspec.Struct) else row for row in rows)
    return [read_row(row, shape, body, f"{key}[{index}]") for index, row in enumerate(plain)]


def _read_exact(rows: list[Any], shape: Shape[E]) -> list[E] | None:
    """The rows if all of them have exactly the documented types and an Id, else None."""
    if not all(isinstance(row, shape.kind) for row in rows[:1]):
        try:
            rows = msgspec.convert([{**shape.blank, **row} for row in rows], list[shape.kind])  # type: ignore[name-defined]
        except (msgspec.ValidationError, TypeError):
            return None
    # Column by column, since in most nothing is to be changed.
    for name, finish in shape.to_finish:
        values = list(map(attrgetter(name), rows))
        # Most columns are full, and then no step of Python's is taken for a value.
        finished = list(map(finish, values)) if None not in values else [v if v is None else finish(v) for v in values]
        if finished != values:
            for row, value in zip(rows, finished, strict=True):
                setattr(row, name, value)
    return rows if all(map(shape.id_of, rows)) else None


def read_total(body: Mapping[str, Any]) -> int:
    """TotalCount, a number in the shape of text; raises ResponseError when it is no count."""
    value = body.get("TotalCount")
    number = whole(value)
    if number is None or not 0 <= number < MAX_EXACT:
        what = f"{shown(value)} is not a count" if "TotalCount" in body else "it is missing"
        raise ResponseError(f"TotalCount: {what}", request_id=read_request_id(body))
    return number


def read_row(row: Any, shape: Shape[E], body: Mapping[str, Any], path: str = "") -> E:
    """One typed row, `body` being the answer that it came in; raises ResponseError."""
    if not isinstance(row, dict):
        raise ResponseError(f"{path} is {shown(row)} where an object is documented", request_id=read_request_id(body))
    prefix = f"{path}." if path else ""
    result: dict[str, Any] = {}
    get = row.get
    try:
        for one in shape.fields:
            value = get(one.key)
            result[one.name] = None if value is None else one.read(value)
    except WrongType as expected:
        raise ResponseError(
            f"{prefix}{one.key} is {shown(value)} where {expected} is documented",
            request_id=read_request_id(body),
        ) from None
    if not result.get(shape.id):
        raise ResponseError(f"{prefix}{key_of(shape.id)} is missing", request_id=read_request_id(body))
    return shape.kind(**result)


def read_request_id(body: Mapping[str, Any]) -> str:
    """RequestId, "" where the service gave none."""
    value = body.get("RequestId")
    return one_line(value)[:100] if isinstance(value, str) else ""
