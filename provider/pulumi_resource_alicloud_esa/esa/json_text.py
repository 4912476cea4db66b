"""JSON as the service answers it: read fast where it is plain, and a key that an object gives twice is an error."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

_BLANKS = b" \t\r\n"
# Each value but the first of a text stands behind one of these; behind an empty list's or object's stands none.
_SIGNS = (b",", b"[", b"{")
_WINDOW = 2**20
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class RepeatedKey(Exception):
    """An object that holds one key twice, so that its value is ambiguous; the text is the key."""


class ExactPage(msgspec.Struct, frozen=True):
    """What a page consists of where nothing is left out, spelled otherwise or added."""

    decoder: msgspec.json.Decoder[Any]
    key: str
    own_keys: int
    keys_a_row: int


def decode_page(raw: bytes, page: ExactPage) -> dict[str, Any] | None:
    """The page in this text, straight to typed rows; None where it is not exactly such a page."""
    try:
        found = msgspec.structs.asdict(page.decoder.decode(raw))
    except (ValueError, RecursionError):
        return None
    # The decoder passes over other keys, an error's Code among them, and over repeated ones.
    return found if _count_keys(raw) == page.own_keys + page.keys_a_row * len(found[page.key]) else None


def decode(raw: bytes) -> Any:
    """The value that the JSON text holds; raises ValueError for a text that is not JSON, and RepeatedKey."""
    try:
        try:
            value = msgspec.json.decode(raw)
        except (ValueError, RecursionError):
            # A byte order mark, or half a character, which the fast decoder refuses. Not json's own guess from
            # bytes: JSON is UTF-8, and that guess lets lone surrogates through.
            return _without_surrogates(json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_object))
        if not _surely_distinct(raw, value):
            json.loads(raw.decode(), object_pairs_hook=_object)
        return value
    except RecursionError:
        raise ValueError("nested too deeply") from None


def has_more_values(raw: bytes, most: int) -> bool:
    """Whether the JSON text holds more values: decoded, each takes up to a hundred times its two bytes."""
    if len(raw) <= most or _signs(raw) <= most:
        return False
    # Texts hold such signs too. Looked at piece by piece, since what is split takes as much again.
    plain = raw.replace(rb"\\", b"").replace(rb"\"", b"")
    found = quotes = 0
    for start in range(0, len(plain), _WINDOW):
        parts = plain[start : start + _WINDOW].split(b'"')
        found += _signs(b" ".join(parts[quotes % 2 :: 2]))
        quotes += len(parts) - 1
    return found > most


def _signs(text: bytes) -> int:
    return sum(map(text.count, _SIGNS))


def _surely_distinct(raw: bytes, value: Any) -> bool:
    """Whether the text has no more keys than the value: of two equal keys both decoders silently keep the last.

    A value may hold keys deeper than these two levels. Then, as where the count is too large, the exact reading
    decides, which takes three times as long; a page of jobs needs it only for a string that holds a key's end.
    """
    counted = 0
    if isinstance(value, dict):
        counted += len(value)
        for rows in value.values():
            if isinstance(rows, list) and set(map(type, rows)) == {dict}:
                counted += sum(map(len, rows))
    return _count_keys(raw) == counted


def _count_keys(raw: bytes) -> int:
    """How many keys the text has, or more: without its blanks each ends in `":`, which a string may hold as `\\":`."""
    # Most texts have no blanks at all, which is seen much faster than they are taken out.
    return (raw.translate(None, _BLANKS) if any(map(raw.__contains__, _BLANKS)) else raw).count(b'":')


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if (whole := _without_surrogates(key)) in result:
            raise RepeatedKey(whole)
        result[whole] = value
    return result


def _without_surrogates(value: Any) -> Any:
    """An escape of half a character, which is valid JSON, has no place in UTF-8 and could not be passed on.

    Which half it was is told behind the replacement, or two names that differ would be one.
    """
    if isinstance(value, str):
        return _SURROGATE.sub(lambda found: f"\ufffd{ord(found[0]):04x}", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        # Its keys were read by _object.
        return {key: _without_surrogates(item) for key, item in value.items()}
    return value
