"""Glitches as JSON, for the control endpoints: the names are those of the Glitch dataclass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields
from types import NoneType
from typing import Literal, get_args, get_origin, get_type_hints

from emulator.glitches import Glitch
from emulator.raw import RawAnswer

_KNOWN = {field.name: field.default for field in fields(Glitch)}


def _kinds(hint: type) -> Iterator[type]:
    """The types in JSON of a setting of this type."""
    for part in get_args(hint) or (hint,):
        if part is float:
            yield int
        if part is not NoneType:
            yield str if get_origin(part) is Literal else dict if part is RawAnswer else part


_KINDS = {name: tuple(_kinds(hint)) for name, hint in get_type_hints(Glitch).items()}


def glitch_from_json(body: object) -> Glitch:
    """The glitch that a JSON object describes; ValueError, in one line, if it does not describe one."""
    if not isinstance(body, dict):
        raise ValueError("a fault must be a JSON object")
    unknown = sorted(set(body).difference(_KNOWN))
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; a fault has {', '.join(_KNOWN)}")
    given = {name: value for name, value in body.items() if value is not None}
    for name, value in given.items():
        _demand(name, value, _KINDS[name])
    if "raw" in given:
        given["raw"] = _raw(given["raw"])
    return Glitch(**given)


def glitch_to_json(glitch: Glitch) -> dict[str, object]:
    """The glitch's settings that differ from the defaults."""
    shown = {name: getattr(glitch, name) for name, default in _KNOWN.items() if getattr(glitch, name) != default}
    if glitch.raw is not None:
        shown["raw"] = {
            "status": glitch.raw.status,
            "content_type": glitch.raw.content_type,
            "headers": dict(glitch.raw.headers),
            "bytes": len(glitch.raw.body) * glitch.raw.repeat,
        }
    return shown


def _demand(name: str, value: object, wanted: tuple[type, ...]) -> None:
    # In Python True is a number; in a glitch it is not.
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        names = {dict: "an object", int: "a number", float: "a number", str: "a text", bool: "true or false"}
        kinds = " or ".join(dict.fromkeys(names[kind] for kind in wanted))
        raise ValueError(f"{name} must be {kinds}, not {value!r}")


_SHORTHANDS: dict[str, Callable[..., RawAnswer]] = {
    "html": RawAnswer.html,
    "redirect": RawAnswer.redirect,
    "gzip_bomb": RawAnswer.gzip_bomb,
    "huge": RawAnswer.huge,
}
_RAW = {"status": int, "content_type": str, "headers": dict, "body": str, "repeat": int}


def _raw(body: dict[str, object]) -> RawAnswer:
    if len(body) == 1:
        name, value = next(iter(body.items()))
        if name in _SHORTHANDS:
            _demand(f"raw {name}", value, (str if name == "redirect" else int,))
            return _SHORTHANDS[name](value)
    unknown = sorted(set(body).difference(_RAW))
    if unknown:
        raise ValueError(f"unknown in raw: {', '.join(unknown)}; it has {', '.join((*_RAW, *_SHORTHANDS))}")
    for name, value in body.items():
        _demand(f"raw {name}", value, (_RAW[name],))
    settings = dict(body)
    settings["body"] = str(body.get("body", "")).encode()
    settings["headers"] = _header_texts(body.get("headers", {}))
    return RawAnswer(**settings)  # type: ignore[arg-type]


def _header_texts(headers: object) -> dict[str, str]:
    pairs = headers.items() if isinstance(headers, dict) else ()
    for name, value in pairs:
        if not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise ValueError(f"raw header {name!r} must be a name of letters, digits and hyphens")
        if not isinstance(value, str) or not re.fullmatch(r"[ -~]*", value):
            raise ValueError(f"raw header {name} must be a text of printable ASCII, not {value!r}")
    return dict(pairs)
