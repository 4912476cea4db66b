"""One call of an action, and how its parameters are read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from emulator.errors import ApiError, invalid
from emulator.glitches import Glitch
from emulator.jobs import OBJECT_ID, dump
from emulator.store import Store


def whole(text: str) -> int | None:
    """The number in a text of at most 19 digits; int() itself accepts up to 4300."""
    return int(text) if re.fullmatch(r"[0-9]{1,19}", text) else None


@dataclass(frozen=True)
class Call:
    """One call that passed the gate, with the glitches that apply to it."""

    params: Mapping[str, str]
    request_id: str
    store: Store
    glitches: list[Glitch]

    def answer(self, fields: Mapping[str, object]) -> bytes:
        """The answer with these fields."""
        return dump({"RequestId": self.request_id, **fields})

    def number(self, name: str) -> int | None:
        """A parameter as a number, None if it was not sent; ApiError if it is not one."""
        text = self.params.get(name, "")
        if not text:
            return None
        value = whole(text)
        if value is None:
            raise invalid(name)
        return value

    def positive(self, name: str, default: int) -> int:
        """A parameter that is a whole number from 1."""
        value = self.number(name)
        if value == 0:
            raise invalid(name)
        return default if value is None else value

    def object_id(self) -> str:
        """The Id of the job or execution that the call is about."""
        text = self.params.get("Id", "").strip()
        if not text:
            raise ApiError("MissingId")
        if not OBJECT_ID.fullmatch(text):
            raise ApiError("InvalidParameter.ObjectId")
        return text

    def objects(self, name: str) -> list[dict[str, Any]]:
        """A parameter that is a JSON list of objects, at least one."""
        try:
            items = json.loads(self.params.get(name, ""))
        except (ValueError, RecursionError):
            raise invalid(name) from None
        if not isinstance(items, list) or not items or not all(isinstance(item, dict) for item in items):
            raise invalid(name)
        return items
