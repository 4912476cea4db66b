"""Tries each action that this product calls, with the smallest possible request; none of them changes anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ..config import Settings
from ..esa.answer import Answer
from ..esa.client import EsaClient
from ..esa.codes import OF_KEYS, Retry
from ..esa.deadline import Deadline
from ..esa.endpoints import Endpoint
from ..esa.errors import ApiError, Cancelled, EsaError, ResponseError, TransportError
from ..esa.keys import CredentialSource
from ..esa.models import EXECUTION, JOB, SITE, Job
from ..esa.pace import Pace
from ..esa.retry import RetryPolicy
from ..esa.rows import hold_to_question, read_page, read_row
from ..esa.transport import Transport
from ..schema import VERSION
from .faults import TERMS, error_lines

T = TypeVar("T")
OK, WARNING, WRONG = "ok", "warning", "wrong"
SLOW_SECONDS = 3.0
_SITES, _JOBS = "ListSites", "ListScheduledPreloadJobs"
_JOB, _EXECUTIONS = "GetScheduledPreloadJob", "ListScheduledPreloadExecutions"
ACTIONS = (_SITES, _JOBS, _JOB, _EXECUTIONS)
# An id that no job has: the answer "not found" proves that the keys may do the action.
_NO_JOB = "0" * 24
_NOT_THERE = frozenset({"InvalidJob.NotFound", "SiteNotFound", "SiteNotFound.NotFound", "101", "32"})
_FIRST = {"PageNumber": "1", "PageSize": "1"}
# Characters of an id; the service's have 24 or fewer.
_LONGEST = 64
_ADVICE: dict[type[EsaError], str] = {
    TransportError: "Check the network, HTTPS_PROXY and NO_PROXY.",
    ResponseError: "Check the endpoint, and what is between here and it; if both are right, report it with --record.",
}
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
        super().__init__(endpoint, connect_seconds=connect, read_seconds=read, version=VERSION)
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
        self.keys: Line | None = None
        """Why the keys are refused, whatever the action."""
        self._ended = False
        self._deadline = deadline
        # Two attempts: the second with the service's time, where this machine's is wrong.
        self._client = EsaClient(self.watched, source, Pace(1), RetryPolicy(max_attempts=2))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def actions(self, site_id: str | None, find: Callable[[], str] | None) -> list[Line]:
        """One line for each action; raises Cancelled."""
        sites, found = self._try(_SITES, _FIRST, lambda body: read_page(body, "Sites", SITE, {})[1])
        if site_id is not None and sites.status == WRONG and sites.text.startswith("denied ("):
            sites = replace(sites, status=WARNING, text=f"{sites.text}; a call with the site's id does without")
        if self._ended or not self.watched.answers:
            return [sites, *(Line(action, WARNING, "not tried") for action in ACTIONS[1:])]
        site = site_id or next((one.siteId for one in found), None)
        jobs = Line(_JOBS, WARNING, "not tried: no site to ask about", "Give --site-id.")
        if find is not None:
            site, jobs = self._found(find, sites, jobs)
        rows: list[Job] = []
        if site is not None:
            asked = {"SiteId": site, **_FIRST}
            jobs, rows = self._try(_JOBS, asked, lambda body: read_page(body, "Jobs", JOB, {"siteId": site})[1])
        self.account = next((row.aliUid or "" for row in rows), "")[:_LONGEST]
        job_id = next((row.id for row in rows if len(row.id) <= _LONGEST), _NO_JOB)
        return [sites, jobs, self._job(job_id), self._executions(job_id)]

    def _job(self, job_id: str) -> Line:
        def read(body: Mapping[str, Any]) -> list[Job]:
            row = read_row(body, JOB, body)
            hold_to_question(row, {"id": job_id.lower()}, body)
            return [row]

        return self._try(_JOB, {"Id": job_id}, read)[0]

    def _executions(self, job_id: str) -> Line:
        asked = {"jobId": job_id.lower()}
        line, _ = self._try(
            _EXECUTIONS, {"Id": job_id}, lambda body: read_page(body, "Executions", EXECUTION, asked)[1]
        )
        return line

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

    def _try(
        self, action: str, parameters: Mapping[str, str], read: Callable[[Mapping[str, Any]], list[T]]
    ) -> tuple[Line, list[T]]:
        """The action's line, and what was read of its answer: one that cannot be read as documented is wrong too."""
        if self._ended:
            return Line(action, WARNING, "not tried"), []
        try:
            rows = read(self._client.call(action, parameters, self._deadline))
        except Cancelled:
            raise
        except ApiError as error:
            return self._refused(action, error), []
        except EsaError as error:
            advice = next((advice for kind, advice in _ADVICE.items() if isinstance(error, kind)), "")
            return Line(action, WRONG, error.told(TERMS), advice), []
        return self._allowed(action), rows

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
        line = Line(action, WRONG, error.told(TERMS).removesuffix(advice).strip(), advice)
        # What is true of every action is told once.
        self._ended = error.code in OF_KEYS or error.retry is Retry.THROTTLE
        if error.code in OF_KEYS:
            self.keys = replace(line, name="keys")
            return Line(action, WARNING, "not told: the keys are refused")
        return replace(line, text=f"throttled: {line.text}") if self._ended else line

    def _allowed(self, action: str) -> Line:
        seconds = round(self.watched.seconds, 2)
        if seconds < SLOW_SECONDS:
            return Line(action, OK, f"allowed, {seconds:.2f} s", seconds=seconds)
        advice = "Look at the network between here and the endpoint, or use the endpoint of the nearer region."
        return Line(action, WARNING, f"allowed, but slow: {seconds:.2f} s", advice, seconds)
