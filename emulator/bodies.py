"""What a request to the control endpoints brings: JSON of the right shape, or one line that says what is wrong."""

from __future__ import annotations

import json

from starlette.requests import Request

from emulator.faults import LONGEST


def number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LONGEST:
        raise ValueError(f"{name} must be a number below {LONGEST:.0e}, not {value!r}")
    return value


async def read_json(request: Request) -> object:
    try:
        return json.loads(await request.body() or b"{}")
    except ValueError as error:
        raise ValueError(f"the body is not JSON: {error}") from None


async def read_object(request: Request, *allowed: str) -> dict[str, object]:
    body = await read_json(request)
    if not isinstance(body, dict):
        raise ValueError("the body must be a JSON object")
    unknown = sorted(set(body).difference(allowed)) if allowed else []
    if unknown:
        raise ValueError(f"unknown: {', '.join(unknown)}; known are {', '.join(allowed)}")
    return body
