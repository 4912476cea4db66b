"""Reads the body of a control request: JSON of the right shape, or one line that says what is wrong."""

from __future__ import annotations

import msgspec
from starlette.requests import Request

from emulator.glitches import LONGEST


def number(name: str, value: object) -> float:
    """A number of seconds; its size must be below the longest time that one can wait for."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LONGEST:
        raise ValueError(f"{name} must be a number below {LONGEST:.0e}, not {value!r}")
    return value


def count(body: dict[str, object], name: str, most: int) -> int:
    """A member that is a whole number from 0 to a maximum."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"{name} must be a number from 0 to {most}")
    return value


async def read_json(request: Request) -> object:
    """The body; an empty one is an empty object."""
    try:
        return msgspec.json.decode(await request.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise ValueError(f"the body is not JSON: {error}") from None


async def read_object(request: Request, *allowed: str) -> dict[str, object]:
    """The body as an object with no other members than those allowed, if any are named."""
    body = await read_json(request)
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    unknown = sorted(set(body).difference(allowed)) if allowed else []
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known are {', '.join(allowed)}")
    return body
