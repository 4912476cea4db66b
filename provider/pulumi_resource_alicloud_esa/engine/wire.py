"""Plain Python values straight in protobuf's wire form, with no message built in between.

A Struct of 10,000 jobs is a tree of 300,000 small objects that lives for one call. Writing the same bytes
oneself takes a third of the time and of the memory. The tests hold this file to what the SDK's own marshalling
writes, for anything that a function can return.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from struct import Struct
from typing import Any

from google.protobuf import struct_pb2

from .values import SECRET, SHORTEST_MARK, SIGNATURE, UNKNOWN, UNKNOWN_STRING, Secret, escape

_double = Struct("<d").pack
# The tags of google.protobuf.Value's fields, then those of a map's entry and of a list's item.
_NUMBER, _TEXT, _MAP, _LIST = b"\x11", b"\x1a", b"\x2a", b"\x32"
_NULL, _FALSE, _TRUE = b"\x08\x00", b"\x20\x00", b"\x20\x01"
_ENTRY, _KEY, _VALUE, _ITEM = b"\x0a", b"\x0a", b"\x12", b"\x0a"
_RESULT = b"\x0a"  # `return` of pulumirpc.InvokeResponse
_ONE_BYTE = 128  # lengths below it take one byte


def invoke_response(values: Mapping[str, Any]) -> bytes:
    """A pulumirpc.InvokeResponse whose result is this plain map, serialised."""
    return _field(_RESULT, _struct(values))


def to_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """The Struct of a plain map."""
    return struct_pb2.Struct.FromString(_struct(values))


def _struct(values: Mapping[str, Any]) -> bytes:
    if type(next(iter(values.values()), None)) is dict:
        # Maps keyed by job ids are not cached: each key occurs once.
        return b"".join([_entry(escape(key).encode(), _value(value)) for key, value in values.items()])
    parts: list[bytes] = []
    add, shortest_mark = parts.append, SHORTEST_MARK
    for (key, short_texts, room, number), value in zip(_shape(tuple(values)), values.values(), strict=True):
        kind = type(value)
        if kind is str:
            text = value.encode() if len(value) < shortest_mark else escape(value).encode()
            if len(text) < room:
                add(short_texts[len(text)])
                add(text)
                continue
        elif kind is int or kind is float:
            add(number)
            add(_double(value))
            continue
        add(_field(_ENTRY, key + _field(_VALUE, _value(value))))
    return b"".join(parts)


def _value(value: Any) -> bytes:
    kind = type(value)
    if kind is str:
        return _field(_TEXT, escape(value).encode())
    if kind is dict:
        return _field(_MAP, _struct(value))
    if kind is list or kind is tuple:
        return _field(_LIST, b"".join([_item(item) for item in value]))
    if kind is int or kind is float:
        return _NUMBER + _double(value)
    if value is None:
        return _NULL
    if kind is bool:
        return _TRUE if value else _FALSE
    if value is UNKNOWN:
        return _field(_TEXT, UNKNOWN_STRING.encode())
    if kind is Secret:
        mark = _entry(SIGNATURE.encode(), _field(_TEXT, SECRET.encode()))
        return _field(_MAP, mark + _entry(b"value", _value(value.value)))
    raise TypeError(f"no property value for {kind.__name__}")


def _entry(key: bytes, value: bytes) -> bytes:
    return _field(_ENTRY, _field(_KEY, key) + _field(_VALUE, value))


def _item(value: Any) -> bytes:
    if type(value) is str and len(value) < SHORTEST_MARK and len(text := value.encode()) < _ONE_BYTE - 2:
        return b"%b%c%b%c%b" % (_ITEM, len(text) + 2, _TEXT, len(text), text)
    return _field(_ITEM, _value(value))


@lru_cache(maxsize=64)
def _shape(names: tuple[str, ...]) -> tuple[tuple[bytes, list[bytes], int, bytes], ...]:
    """The frames of a map's entries; all jobs of a listing have the same names in the same order."""
    return tuple(map(_frames, names))


@lru_cache(maxsize=256)
def _frames(name: str) -> tuple[bytes, list[bytes], int, bytes]:
    """What is the same in each entry of this name: its key, all before a text of each short length, and a number."""
    key = _field(_KEY, escape(name).encode())
    # Two bytes each for tag and length of the value and of the text in it.
    room = max(0, _ONE_BYTE - len(key) - 4)
    short_texts = [
        _ENTRY + bytes((len(key) + 4 + size,)) + key + _VALUE + bytes((size + 2,)) + _TEXT + bytes((size,))
        for size in range(room)
    ]
    whole = _field(_ENTRY, key + _field(_VALUE, _NUMBER + bytes(8)))
    return key, short_texts, room, whole[:-8]


def _field(tag: bytes, content: bytes) -> bytes:
    size = len(content)
    if size < _ONE_BYTE:
        return b"%b%c%b" % (tag, size, content)
    length = bytearray()
    while size >= _ONE_BYTE:
        length.append(size & 127 | 128)
        size >>= 7
    length.append(size)
    return b"".join((tag, length, content))
