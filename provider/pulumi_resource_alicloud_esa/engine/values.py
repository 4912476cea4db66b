"""The border to the engine: protobuf Structs to plain Python values and back. Only server.py and wire.py, which writes
what an Invoke answers, know of Structs too.

Straight to and from the Struct instead of through the SDK's PropertyValue, which costs twenty times as much for
a large listing. Secrets and outputs are unwrapped on the way in; on the way out `Secret` wraps them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
"""A value that is not known during preview."""

_MAX_EXACT = 2**53
# The protocol's constants: sdk/go/common/resource/sig of the engine. The SDK has them under private names only.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # how a secret is marked
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = frozenset(
    {
        _UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # of a bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # of a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # of an array
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # of an object
    }
)


@dataclass(frozen=True)
class Secret:
    """A value that the engine must encrypt."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(***)"


def to_plain(struct: struct_pb2.Struct) -> dict[str, Any]:
    """A Struct's values: None, bool, int, float, str, list, dict or UNKNOWN."""
    return {key: _value_to_plain(value) for key, value in struct.fields.items()}


def contains_unknown(value: Any) -> bool:
    """Whether any part of a plain value is not known yet."""
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return value is UNKNOWN


def to_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """The Struct of a plain map."""
    struct = struct_pb2.Struct()
    _fill(struct, values)
    return struct


def _value_to_plain(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
    if kind == "number_value":
        number = value.number_value
        # Doubles are all there is on the wire; a whole one is an int here, so that it prints as one.
        return int(number) if number.is_integer() and abs(number) < _MAX_EXACT else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "list_value":
        return [_value_to_plain(item) for item in value.list_value.values]
    if kind == "struct_value":
        fields = value.struct_value.fields
        signature = fields[_SIGNATURE].string_value if _SIGNATURE in fields else None
        if signature == _SECRET:
            return _value_to_plain(fields["value"])
        if signature == _OUTPUT:
            # An output without a value is not known yet.
            return _value_to_plain(fields["value"]) if "value" in fields else UNKNOWN
        return to_plain(value.struct_value)
    return None


def _fill(struct: struct_pb2.Struct, values: Mapping[str, Any]) -> None:
    fields = struct.fields
    for key, value in values.items():
        if type(value) is str:
            # Nearly all there is in a listing: not worth a call of its own.
            fields[key].string_value = value
        else:
            _set(fields[key], value)


def _set(target: struct_pb2.Value, value: Any) -> None:
    kind = type(value)
    if kind is str:
        target.string_value = value
    elif kind is int or kind is float:
        target.number_value = value
    elif value is None:
        target.null_value = struct_pb2.NULL_VALUE
    elif kind is bool:
        target.bool_value = value
    elif kind is dict:
        # Reading the field makes an empty map present, which an assignment of nothing would not.
        target.struct_value.SetInParent()
        _fill(target.struct_value, value)
    elif kind is list or kind is tuple:
        target.list_value.SetInParent()
        add = target.list_value.values.add
        for item in value:
            _set(add(), item)
    elif value is UNKNOWN:
        target.string_value = _UNKNOWN_STRING
    elif kind is Secret:
        target.struct_value.fields[_SIGNATURE].string_value = _SECRET
        _set(target.struct_value.fields["value"], value.value)
    else:
        raise TypeError(f"no property value for {kind.__name__}")
