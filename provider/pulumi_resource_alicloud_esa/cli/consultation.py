"""Tries each action that this product calls, with the smallest possible request; none of them changes anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..config import Settings
from ..esa.answer import Answer
from ..esa.client import EsaClient
from ..esa.codes import Retry
from ..esa.deadline import Deadline
from ..esa.endpoints import Endpoint
from ..esa.errors import ApiError, Cancelled, EsaError, TransportError
from ..esa.keys import CredentialSource
from ..esa.pace import Pace
from ..esa.retry import RetryPolicy
from ..esa.transport import Transport
from ..schema import VERSION
from .faults import TERMS, error_lines

OK, WARNING, WRONG = "ok", "warning", "wrong"
SLOW_SECONDS = 3.0
_SITES, _JOBS = "ListSites", "ListScheduledPreloadJobs"
_JOB, _EXECUTIONS = "GetScheduledPreloadJob", "ListScheduledPreloadExecutions"
ACTIONS = (_SITES, _JOBS, _JOB, _EXECUTIONS)
# An id that no job has: the answer "not found" proves that the keys may do the action.
_NO_JOB = "0" * 24
_NOT_THERE = frozenset({"InvalidJob.NotFound", "SiteNotFound", "SiteNotFound.NotFound", "101", "32"})
_DENIED = frozenset({"Forbidden.RAM", "NoPermission", "NotAuthorized"})


# The site's id where it is known, and what finds it by its name where one is given.
SiteAsked = tuple[str | None, Callable[[], str] | None]


@dataclass(frozen=True)
class Line:
    """The result of one check: how it went, and what to do about it."""

    name: str
    status: str
    text: str
    advice: str = ""
    seconds: float | None = None


class Watched(Transport):
    """A transport that remembers the last answer to each action, and how long it took."""

    def __init__(self, endpoint: Endpoint, settings: Settings) -> None:
        connect, read = settings.connect_milliseconds / 1000, settings.read_milliseconds / 1000
        super().__init__(endpoint, connections=1, connect_seconds=connect, read_seconds=read, version=VERSION)
        self.answers: dict[str, Answer] = {}
        self.date = ""
        self.asked_at = self.seconds = 0.0

    def get(self, query: str, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        """The answer, as without watching."""
        began, self.asked_at = time.monotonic(), time.time()
        answer = super().get(query, headers, deadline)
        self.seconds = time.monotonic() - began
        self.date = answer.headers.get("Date", "")
        self.answers[headers["x-acs-action"]] = answer
        return answer


class Consultation:
    """The requests to the service, one after the other, over one connection."""

    def __init__(self, settings: Settings, source: CredentialSource, endpoint: Endpoint, deadline: Deadline) -> None:
        self.watched = Watched(endpoint, settings)
        self.account = ""
        self._deadline = deadline
        # Two attempts: the second with the service's time, where this machine's is wrong.
        self._client = EsaClient(self.watched, source, Pace(1), RetryPolicy(max_attempts=2))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def actions(self, site_id: str | None, find: Callable[[], str] | None) -> list[Line]:
        """One line for each action; raises Cancelled."""
        sites, body = self._try(_SITES, {"PageNumber": "1", "PageSize": "1"})
        if site_id is not None and sites.status == WRONG and "denied" in sites.text:
            sites = replace(sites, status=WARNING, text=f"{sites.text}; a call with the site's id does without")
        if not self.watched.answers:
            return [sites, *(Line(action, WARNING, "not tried") for action in ACTIONS[1:])]
        site = site_id or _first(body, "Sites", "SiteId")
        jobs = Line(_JOBS, WARNING, "not tried: no site to ask about", "Give --site-id.")
        if find is not None:
            site, jobs = self._found(find, sites, jobs)
        body = {}
        if site is not None:
            jobs, body = self._try(_JOBS, {"SiteId": site, "PageNumber": "1", "PageSize": "1"})
        self.account = _first(body, "Jobs", "AliUid") or ""
        job_id = _first(body, "Jobs", "Id") or _NO_JOB
        return [sites, jobs, *(self._try(action, {"Id": job_id})[0] for action in (_JOB, _EXECUTIONS))]

    def _found(self, find: Callable[[], str], sites: Line, untried: Line) -> tuple[str | None, Line]:
        """The id of the site that was named, or why there is none."""
        if sites.status == WRONG:
            return None, untried
        try:
            return find(), untried
        except Cancelled:
            raise
        except EsaError as error:
            return None, replace(untried, status=WRONG, text=f"not tried: {'; '.join(error_lines(error))}")

    def _try(self, action: str, parameters: Mapping[str, str]) -> tuple[Line, dict[str, Any]]:
        try:
            body = self._client.call(action, parameters, self._deadline)
        except Cancelled:
            raise
        except ApiError as error:
            return self._refused(action, error), {}
        except EsaError as error:
            advice = "Check the network, HTTPS_PROXY and NO_PROXY." if isinstance(error, TransportError) else ""
            return Line(action, WRONG, error.told(TERMS), advice), {}
        return self._allowed(action), body

    def _refused(self, action: str, error: ApiError) -> Line:
        if error.code in _NOT_THERE:
            return self._allowed(action)
        if error.code in _DENIED:
            return Line(
                action, WRONG, f"denied ({error.code})", f"Allow the RAM action esa:{action} for these credentials."
            )
        if error.retry is Retry.CLOCK:
            return Line(
                action, WRONG, f"refused for this machine's clock ({error.code})", "Set this machine's clock (NTP)."
            )
        advice = error.advice(TERMS)
        return Line(action, WRONG, error.told(TERMS).removesuffix(advice).strip(), advice)

    def _allowed(self, action: str) -> Line:
        seconds = round(self.watched.seconds, 2)
        if seconds < SLOW_SECONDS:
            return Line(action, OK, f"allowed, {seconds:.2f} s", seconds=seconds)
        advice = "Look at the network between here and the endpoint, or use the endpoint of the nearer region."
        return Line(action, WARNING, f"allowed, but slow: {seconds:.2f} s", advice, seconds)


def _first(body: Mapping[str, Any], rows: str, name: str) -> str | None:
    """A field of the first row of an answer that may have any shape."""
    found = body.get(rows)
    row = found[0] if isinstance(found, list) and found else None
    value = row.get(name) if isinstance(row, dict) else None
    return str(value).strip() or None if isinstance(value, (str, int)) else None
