"""The `/_emulator/` endpoints: over HTTP, what a test in this process does by calling methods."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulator.bodies import count, number, read_json, read_object
from emulator.errors import ApiError
from emulator.glitchjson import glitch_from_json, glitch_to_json
from emulator.jobs import Job, dump

if TYPE_CHECKING:
    from emulator.server import Emulator

MOST_SHOWN = 2000
MOST_JOBS = 100_000
Handler = Callable[[Request], Awaitable[object]]


class _NotFound(Exception):
    """There is no such site, job, execution or key."""


def control_routes(emulator: Emulator) -> list[Route]:
    """The routes of the control endpoints for one emulator."""
    control = _Control(emulator)
    table: list[tuple[str, str, Handler]] = [
        ("GET", "", control.overview),
        ("POST", "reset", control.reset),
        ("GET", "requests", control.requests),
        ("DELETE", "requests", control.clear_requests),
        ("GET", "faults", control.glitches),
        ("POST", "faults", control.add_glitches),
        ("DELETE", "faults", control.clear_glitches),
        ("PATCH", "settings", control.settings),
        ("POST", "keys", control.add_key),
        ("POST", "keys/{key}/expire-token", control.expire_token),
        ("GET", "sites", control.sites),
        ("PUT", "sites", control.add_sites),
        ("PUT", "sites/{site}", control.generate),
        ("PATCH", "sites/{site}", control.change_site),
        ("DELETE", "sites/{site}", control.delete_site),
        ("POST", "sites/{site}/shuffle", control.shuffle),
        ("GET", "sites/{site}/jobs", control.jobs),
        ("POST", "sites/{site}/jobs", control.add_job),
        ("GET", "sites/{site}/jobs/{job}", control.job),
        ("PATCH", "sites/{site}/jobs/{job}", control.change_job),
        ("DELETE", "sites/{site}/jobs/{job}", control.delete_job),
        ("GET", "jobs/{job}/executions", control.executions),
        ("POST", "jobs/{job}/executions", control.add_execution),
        ("GET", "executions/{id}", control.execution),
        ("PATCH", "executions/{id}", control.change_execution),
        ("DELETE", "executions/{id}", control.delete_execution),
        ("POST", "executions/{id}/start", control.start_execution),
        ("POST", "executions/{id}/stop", control.stop_execution),
    ]
    routes = [Route(f"/_emulator/{path}", _endpoint(handler), methods=[method]) for method, path, handler in table]
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return [*routes, Route("/_emulator/{path:path}", _endpoint(_nothing_here), methods=methods)]


def _endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return _reply(200, await handler(request))
        except _NotFound as error:
            return _reply(404, {"error": str(error)})
        except ApiError as error:
            return _reply(404 if error.status == 404 else 400, {"error": error.message})
        except (ValueError, TypeError) as error:
            return _reply(400, {"error": " ".join(str(error)[:MOST_SHOWN].split())})

    return endpoint


async def _nothing_here(request: Request) -> object:
    raise _NotFound(f"there is no {request.method} {request.url.path}; see emulator/README.md")


def _reply(status: int, value: object) -> Response:
    # With a line end, for people who use curl.
    return Response(dump(value) + b"\n", status_code=status, media_type="application/json")


class _Control:
    """One method for each endpoint; each returns the value to send as JSON."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._store = emulator.store

    async def overview(self, request: Request) -> object:
        emulator, store = self._emulator, self._store
        return {
            "sites": {str(site): len(store.jobs(site)) for site in store.site_ids()},
            "requests": len(emulator.requests),
            "maxInFlight": emulator.max_in_flight,
            "connections": emulator.connections,
            "faults": len(emulator.glitches.applied()),
            "delay": emulator.delay,
            "clockOffset": emulator.clock_offset,
        }

    async def reset(self, request: Request) -> object:
        self._emulator.reset()
        return await self.overview(request)

    async def requests(self, request: Request) -> object:
        records = [record.as_json() for record in self._emulator.requests]
        return {"maxInFlight": self._emulator.max_in_flight, "requests": records}

    async def clear_requests(self, request: Request) -> object:
        self._emulator.log.clear()
        return {}

    async def glitches(self, request: Request) -> object:
        applied = self._emulator.glitches.applied()
        return [{**glitch_to_json(glitch), "applied": count} for glitch, count in applied]

    async def add_glitches(self, request: Request) -> object:
        body = await read_json(request)
        # All are read before any is added, so that a bad one leaves the table as it was.
        glitches = [glitch_from_json(item) for item in (body if isinstance(body, list) else [body])]
        self._emulator.glitches.add(*glitches)
        return await self.glitches(request)

    async def clear_glitches(self, request: Request) -> object:
        self._emulator.glitches.clear()
        return []

    async def settings(self, request: Request) -> object:
        body = await read_object(request, "delay", "clockOffset")
        numbers = {name: number(name, value) for name, value in body.items()}
        if numbers.get("delay", 0) < 0:
            raise ValueError("delay must not be negative")
        self._emulator.delay = numbers.get("delay", self._emulator.delay)
        self._emulator.clock_offset = numbers.get("clockOffset", self._emulator.clock_offset)
        return await self.overview(request)

    async def add_key(self, request: Request) -> object:
        body = await read_object(request, "id", "secret", "token")
        texts = {name: value for name, value in body.items() if isinstance(value, str)}
        if len(texts) != len(body) or not {"id", "secret"}.issubset(texts):
            raise ValueError("id and secret are required; id, secret and token are texts")
        self._emulator.keys.add(texts["id"], texts["secret"], texts.get("token"))
        return {"id": texts["id"]}

    async def expire_token(self, request: Request) -> object:
        key = request.path_params["key"]
        try:
            self._emulator.keys.expire_token(key)
        except KeyError:
            raise _NotFound(f"there is no access key {key}") from None
        return {"id": key}

    async def sites(self, request: Request) -> object:
        return [site.fields for site in self._store.sites()]

    async def add_sites(self, request: Request) -> object:
        body = await read_object(request, "sites", "jobs")
        sites, jobs = count(body, "sites", 1000), count({"jobs": 45, **body}, "jobs", 1000)
        if sites * jobs > MOST_JOBS:
            raise ValueError(f"sites times jobs must be at most {MOST_JOBS}")
        return self._store.add_sites(sites, jobs)

    async def generate(self, request: Request) -> object:
        jobs = count(await read_object(request, "jobs"), "jobs", MOST_JOBS)
        self._store.generate(_site(request), jobs)
        return {"jobs": jobs}

    async def change_site(self, request: Request) -> object:
        return self._store.change_site(_site(request), **await read_object(request))

    async def delete_site(self, request: Request) -> object:
        site = _known_site(request, self._store.site_ids())
        self._store.delete_site(site)
        return {"id": site}

    async def shuffle(self, request: Request) -> object:
        body = await read_object(request, "seed")
        self._store.shuffle(_known_site(request, self._store.site_ids()), int(number("seed", body.get("seed", 0))))
        return await self.jobs(request)

    async def jobs(self, request: Request) -> object:
        return [job.fields for job in self._store.jobs(_known_site(request, self._store.site_ids()))]

    async def add_job(self, request: Request) -> object:
        return self._store.add(_site(request), **await read_object(request)).fields

    async def job(self, request: Request) -> object:
        return self._of_job(request, self._store.job).fields

    async def change_job(self, request: Request) -> object:
        changes = await read_object(request)
        return self._of_job(request, lambda site, job: self._store.change(site, job, **changes)).fields

    async def delete_job(self, request: Request) -> object:
        return self._of_job(request, self._store.delete).fields

    async def executions(self, request: Request) -> object:
        return self._store.executions.of(request.path_params["job"])

    async def add_execution(self, request: Request) -> object:
        return self._store.executions.add(request.path_params["job"], **await read_object(request))

    async def execution(self, request: Request) -> object:
        return self._store.executions.find(request.path_params["id"])

    async def change_execution(self, request: Request) -> object:
        return self._store.executions.change(request.path_params["id"], **await read_object(request))

    async def delete_execution(self, request: Request) -> object:
        return self._store.executions.delete(request.path_params["id"])

    async def start_execution(self, request: Request) -> object:
        return self._store.executions.start(request.path_params["id"])

    async def stop_execution(self, request: Request) -> object:
        return self._store.executions.stop(request.path_params["id"])

    def _of_job(self, request: Request, action: Callable[[int, str], Job]) -> Job:
        site = _known_site(request, self._store.site_ids())
        job_id = request.path_params["job"]
        try:
            return action(site, job_id)
        except KeyError:
            raise _NotFound(f"site {site} has no job {job_id}") from None


def _site(request: Request) -> int:
    text: str = request.path_params["site"]
    # More digits than any id has; int() itself refuses only those beyond 4300.
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise _NotFound(f"{text[:40]} is not a site's id")
    return int(text)


def _known_site(request: Request, known: list[int]) -> int:
    site = _site(request)
    if site not in known:
        # There may be a thousand, more than a person reads.
        raise _NotFound(f"there is no site {site}; there are {', '.join(map(str, known[:20]))}")
    return site
