"""What the engine sends, as plain Python values, and the marks of its protocol. wire.py is the way back.

Straight from the Struct instead of through the SDK's PropertyValue, which costs twenty times as much. Secrets and
outputs are unwrapped on the way in; on the way out `Secret` wraps them again.

The protocol marks an unknown value by a text, and a secret by the key of a map. Anybody may give a job such a text as
its name. So that data is never taken for a mark, a text or key that is one goes to the engine with a backslash before
it, and comes back without: names that differ stay different, and what was recorded equals what is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class _Unknown:
    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown()
"""A value that is not known during preview."""

_MAX_EXACT = 2**53
# The protocol's constants: sdk/go/common/resource/sig of the engine. The SDK has them under private names only.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  # how a secret is marked
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = frozenset(
    {
        UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # of a bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # of a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # of an array
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # of an object
        "030794c1-ac77-496b-92df-f27374a8bd58",  # of an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # of an archive
    }
)
_MARKS = _UNKNOWNS | {SIGNATURE}
SHORTEST_MARK = min(map(len, _MARKS))
_ESCAPE = "\\"


class Secret:
    """A value that the engine must encrypt."""

    # No tuple: `%s`, JSON and rich would show what is in one.
    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and bool(self.value == other.value)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "Secret(***)"


class Properties(dict[str, Any]):
    """Plain values by name that know which of them are secret, or have something secret in them."""

    def __init__(self, values: Mapping[str, Any], secret: frozenset[str]) -> None:
        super().__init__(values)
        self.secret = secret


def secret_names(values: Mapping[str, Any]) -> frozenset[str]:
    """The names of those values that the engine marked secret."""
    return values.secret if isinstance(values, Properties) else frozenset()


def to_plain(struct: Any) -> Properties:
    """A Struct's values: None, bool, int, float, str, list, dict or UNKNOWN."""
    secret = frozenset(unescape(key) for key, value in struct.fields.items() if _holds_secret(value))
    return Properties(_struct_to_plain(struct), secret)


def contains_unknown(value: Any) -> bool:
    """Whether any part of a plain value is not known yet."""
    if isinstance(value, dict):
        return any(contains_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(contains_unknown(item) for item in value)
    return value is UNKNOWN


def escape(text: str) -> str:
    """The text as the engine may see it, where it would take it for a mark."""
    return _ESCAPE + text if text.lstrip(_ESCAPE) in _MARKS else text


def unescape(text: str) -> str:
    """The text that `escape` was given."""
    return text[1:] if text.startswith(_ESCAPE) and text.lstrip(_ESCAPE) in _MARKS else text


def _struct_to_plain(struct: Any) -> dict[str, Any]:
    return {unescape(key): _value_to_plain(value) for key, value in struct.fields.items()}


def _value_to_plain(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in _UNKNOWNS else unescape(text)
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
        signature = fields[SIGNATURE].string_value if SIGNATURE in fields else None
        if signature == SECRET:
            return _value_to_plain(fields["value"])
        if signature == _OUTPUT:
            # An output without a value is not known yet.
            return _value_to_plain(fields["value"]) if "value" in fields else UNKNOWN
        return _struct_to_plain(value.struct_value)
    return None


def _holds_secret(value: Any) -> bool:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        return any(map(_holds_secret, value.list_value.values))
    if kind != "struct_value":
        return False
    fields = value.struct_value.fields
    if SIGNATURE in fields and fields[SIGNATURE].string_value == SECRET:
        return True
    # An output has a field beside its value that says whether it is secret.
    if SIGNATURE in fields and "secret" in fields and fields["secret"].bool_value:
        return True
    return any(map(_holds_secret, fields.values()))
