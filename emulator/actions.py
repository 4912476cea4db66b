"""The API actions that the emulator knows; a further one is a function and a row in ACTIONS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulator.errors import ApiError
from emulator.faults import Fault
from emulator.jobs import OBJECT_ID, dump
from emulator.listing import list_rows
from emulator.store import Store

VERSION = "2024-09-10"
DEFAULT_PAGE_SIZE = 20


@dataclass(frozen=True)
class Call:
    """One call that passed the gate, with the faults that apply to it."""

    params: Mapping[str, str]
    request_id: str
    store: Store
    faults: list[Fault]

    def number(self, name: str) -> int | None:
        """A parameter as a number, None if it was not sent; ApiError if it is not one."""
        text = self.params.get(name, "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            raise ApiError("InvalidParameter", f"The specified parameter {name} is not valid.")
        return int(text)

    def positive(self, name: str, default: int) -> int:
        """A parameter that counts from 1."""
        value = self.number(name)
        if value == 0:
            raise ApiError("InvalidParameter", f"The specified parameter {name} is not valid.")
        return default if value is None else value


def list_jobs(call: Call) -> bytes:
    """ListScheduledPreloadJobs: one page of a site's jobs."""
    site_id = call.number("SiteId")
    if site_id is None:
        raise ApiError("MissingSiteId")
    start, end = call.number("StartTime"), call.number("EndTime")
    if start is not None and end is not None and end < start:
        raise ApiError("InvalidEndTime.Mismatch")
    page = call.positive("PageNumber", 1)
    size = call.positive("PageSize", DEFAULT_PAGE_SIZE)
    total, rows = list_rows(call.store, site_id, (start, end), page, size, call.faults)
    # Rows are serialised once, when a job is made or first served, and only joined here.
    return b'{"RequestId":"%s",%s"Jobs":[%s]}' % (call.request_id.encode(), total, b",".join(rows))


def get_job(call: Call) -> bytes:
    """GetScheduledPreloadJob: one job, with its Id as it was asked for."""
    job = call.store.find(_object_id(call))
    fields = {name: value for name, value in job.fields.items() if name != "ExecutionCount"}
    return dump({"RequestId": call.request_id, **fields})


def list_executions(call: Call) -> bytes:
    """ListScheduledPreloadExecutions: all executions of a job, with a number for TotalCount."""
    executions = call.store.executions(_object_id(call))
    return dump({"RequestId": call.request_id, "TotalCount": len(executions), "Executions": executions})


def _object_id(call: Call) -> str:
    text = call.params.get("Id", "").strip()
    if not text:
        raise ApiError("MissingId")
    if not OBJECT_ID.fullmatch(text):
        raise ApiError("InvalidParameter.ObjectId")
    return text


ACTIONS: dict[str, Callable[[Call], bytes]] = {
    "ListScheduledPreloadJobs": list_jobs,
    "GetScheduledPreloadJob": get_job,
    "ListScheduledPreloadExecutions": list_executions,
}
