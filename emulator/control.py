"""The `/_emulator/` endpoints: over HTTP, what a test in this process does by calling methods."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulator.errors import ApiError
from emulator.glitches import LONGEST, GlitchTable
from emulator.glitchjson import glitch_from_json, glitch_to_json
from emulator.jobs import Job, dump
from emulator.requestlog import RequestLog

if TYPE_CHECKING:
    from emulator.server import Emulator

MOST_SHOWN = 2000
MOST_JOBS = 100_000


class _NotFound(Exception):
    """There is no such site, job, execution or key."""


class _Ask:
    """One control request: what its path and its body say, or one line that says what is wrong with them."""

    def __init__(self, emulator: Emulator, path: dict[str, str], body: bytes) -> None:
        self._emulator = emulator
        self._body = body
        self.path = path

    def json(self) -> object:
        """The body; an empty one is an empty object."""
        try:
            return msgspec.json.decode(self._body or b"{}")
        except (ValueError, RecursionError) as error:
            raise ValueError(f"the body is not JSON: {error}") from None

    def members(self, *allowed: str) -> dict[str, object]:
        """The body as an object with no other members than those allowed, if any are named."""
        body = self.json()
        if not isinstance(body, dict):
            raise ValueError("the body must be a JSON object")
        unknown = sorted(set(body).difference(allowed)) if allowed else []
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)}; known are {', '.join(allowed)}")
        return body

    def site(self) -> int:
        """A site's id, of a site that may not be there yet."""
        text = self.path["site"]
        # More digits than any id has; int() itself refuses only those beyond 4300.
        if not re.fullmatch(r"[0-9]{1,18}", text):
            raise _NotFound(f"{text[:40]} is not a site's id")
        return int(text)

    def known_site(self) -> int:
        """The id of a site that is there."""
        site, known = self.site(), self._emulator.store.site_ids()
        if site not in known:
            # There may be a thousand, more than a person reads.
            raise _NotFound(f"there is no site {site}; there are {', '.join(map(str, known[:20]))}")
        return site

    def of_job(self, action: Callable[..., Job], **changes: object) -> dict[str, object]:
        """The fields of the job that the action returns for a site and a job."""
        site, job_id = self.known_site(), self.path["job"]
        try:
            return action(site, job_id, **changes).fields
        except KeyError:
            raise _NotFound(f"site {site} has no job {job_id}") from None


def control_routes(emulator: Emulator) -> list[Route]:
    """The routes of the control endpoints for one emulator."""
    store, executions = emulator.store, emulator.store.executions
    table: list[tuple[str, str, Callable[[_Ask], object]]] = [
        ("GET", "", lambda ask: _overview(emulator)),
        ("POST", "reset", lambda ask: _reset(emulator)),
        ("GET", "requests", lambda ask: _requests(emulator)),
        ("DELETE", "requests", lambda ask: _cleared(emulator.log, {})),
        ("GET", "faults", lambda ask: _glitches(emulator)),
        ("POST", "faults", lambda ask: _add_glitches(emulator, ask.json())),
        ("DELETE", "faults", lambda ask: _cleared(emulator.glitches, [])),
        ("PATCH", "settings", lambda ask: _set(emulator, ask.members("delay", "clockOffset"))),
        ("POST", "keys", lambda ask: _add_key(emulator, ask.members("id", "secret", "token"))),
        ("POST", "keys/{key}/expire-token", lambda ask: _expire_token(emulator, ask.path["key"])),
        ("GET", "sites", lambda ask: [site.fields for site in store.sites()]),
        ("PUT", "sites", lambda ask: _add_sites(emulator, ask.members("sites", "jobs"))),
        ("PUT", "sites/{site}", lambda ask: _generate(emulator, ask)),
        ("PATCH", "sites/{site}", lambda ask: store.change_site(ask.site(), **ask.members())),
        ("DELETE", "sites/{site}", lambda ask: {"id": store.delete_site(ask.known_site())}),
        ("POST", "sites/{site}/shuffle", lambda ask: _shuffle(emulator, ask)),
        ("GET", "sites/{site}/jobs", lambda ask: [job.fields for job in store.jobs(ask.known_site())]),
        ("POST", "sites/{site}/jobs", lambda ask: store.add(ask.site(), **ask.members()).fields),
        ("GET", "sites/{site}/jobs/{job}", lambda ask: ask.of_job(store.job)),
        ("PATCH", "sites/{site}/jobs/{job}", lambda ask: ask.of_job(store.change, **ask.members())),
        ("DELETE", "sites/{site}/jobs/{job}", lambda ask: ask.of_job(store.delete)),
        ("GET", "jobs/{job}/executions", lambda ask: executions.of(ask.path["job"])),
        ("POST", "jobs/{job}/executions", lambda ask: executions.add(ask.path["job"], **ask.members())),
        ("GET", "executions/{id}", lambda ask: executions.find(ask.path["id"])),
        ("PATCH", "executions/{id}", lambda ask: executions.change(ask.path["id"], **ask.members())),
        ("DELETE", "executions/{id}", lambda ask: executions.delete(ask.path["id"])),
        ("POST", "executions/{id}/start", lambda ask: executions.start(ask.path["id"])),
        ("POST", "executions/{id}/stop", lambda ask: executions.stop(ask.path["id"])),
    ]
    routes = [
        Route(f"/_emulator/{path}", _endpoint(emulator, handler), methods=[method]) for method, path, handler in table
    ]
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [*routes, Route("/_emulator/{path:path}", _nothing_here, methods=methods)]


def _endpoint(emulator: Emulator, handler: Callable[[_Ask], object]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return _reply(200, handler(_Ask(emulator, request.path_params, await request.body())))
        except _NotFound as error:
            return _reply(404, {"error": str(error)})
        except ApiError as error:
            return _reply(404 if error.status == 404 else 400, {"error": error.message})
        except (ValueError, TypeError) as error:
            return _reply(400, {"error": " ".join(str(error)[:MOST_SHOWN].split())})

    return endpoint


async def _nothing_here(request: Request) -> Response:
    return _reply(404, {"error": f"there is no {request.method} {request.url.path}; see emulator/README.md"})


def _reply(status: int, value: object) -> Response:
    # With a line end, for people who use curl.
    return Response(dump(value) + b"\n", status_code=status, media_type="application/json")


def _cleared(what: RequestLog | GlitchTable, left: object) -> object:
    what.clear()
    return left


def _reset(emulator: Emulator) -> object:
    emulator.reset()
    return _overview(emulator)


def _overview(emulator: Emulator) -> object:
    store = emulator.store
    return {
        "sites": {str(site): len(store.jobs(site)) for site in store.site_ids()},
        "requests": len(emulator.requests),
        "maxInFlight": emulator.max_in_flight,
        "connections": emulator.connections,
        "faults": len(emulator.glitches.applied()),
        "delay": emulator.delay,
        "clockOffset": emulator.clock_offset,
    }


def _requests(emulator: Emulator) -> object:
    records = [asdict(record) for record in emulator.requests]
    return {"maxInFlight": emulator.max_in_flight, "requests": records}


def _glitches(emulator: Emulator) -> object:
    return [{**glitch_to_json(glitch), "applied": count} for glitch, count in emulator.glitches.applied()]


def _add_glitches(emulator: Emulator, body: object) -> object:
    # All are read before any is added, so that a bad one leaves the table as it was.
    emulator.glitches.add(*[glitch_from_json(item) for item in (body if isinstance(body, list) else [body])])
    return _glitches(emulator)


def _set(emulator: Emulator, body: dict[str, object]) -> object:
    numbers = {name: _number(name, value) for name, value in body.items()}
    if numbers.get("delay", 0) < 0:
        raise ValueError("delay must not be negative")
    emulator.delay = numbers.get("delay", emulator.delay)
    emulator.clock_offset = numbers.get("clockOffset", emulator.clock_offset)
    return _overview(emulator)


def _add_key(emulator: Emulator, body: dict[str, object]) -> object:
    texts = {name: value for name, value in body.items() if isinstance(value, str)}
    if len(texts) != len(body) or not {"id", "secret"}.issubset(texts):
        raise ValueError("id and secret are required; id, secret and token are texts")
    emulator.keys.add(texts["id"], texts["secret"], texts.get("token"))
    return {"id": texts["id"]}


def _expire_token(emulator: Emulator, key: str) -> object:
    try:
        emulator.keys.expire_token(key)
    except KeyError:
        raise _NotFound(f"there is no access key {key}") from None
    return {"id": key}


def _add_sites(emulator: Emulator, body: dict[str, object]) -> object:
    sites, jobs = _count(body, "sites", 1000), _count({"jobs": 45, **body}, "jobs", 1000)
    if sites * jobs > MOST_JOBS:
        raise ValueError(f"sites times jobs must be at most {MOST_JOBS}")
    return emulator.store.add_sites(sites, jobs)


def _generate(emulator: Emulator, ask: _Ask) -> object:
    jobs = _count(ask.members("jobs"), "jobs", MOST_JOBS)
    emulator.store.generate(ask.site(), jobs)
    return {"jobs": jobs}


def _shuffle(emulator: Emulator, ask: _Ask) -> object:
    body, site = ask.members("seed"), ask.known_site()
    emulator.store.shuffle(site, int(_number("seed", body.get("seed", 0))))
    return [job.fields for job in emulator.store.jobs(site)]


def _number(name: str, value: object) -> float:
    """A number of seconds; its size must be below the longest time that one can wait for."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LONGEST:
        raise ValueError(f"{name} must be a number below {LONGEST:.0e}, not {value!r}")
    return value


def _count(body: dict[str, object], name: str, most: int) -> int:
    """A member that is a whole number from 0 to a maximum."""
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError(f"{name} must be a number from 0 to {most}")
    return value
