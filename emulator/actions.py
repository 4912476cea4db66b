"""The API actions that the emulator knows; to add one, write a function and give it a row in ACTIONS."""

from __future__ import annotations

from collections.abc import Callable

from emulator import changes
from emulator.call import Call
from emulator.errors import ApiError, invalid
from emulator.sites import matches

VERSION = "2024-09-10"
DEFAULT_PAGE_SIZE = 20
MOST_SITES = 500
_IGNORED_PAGE_SIZE = 20


def list_jobs(call: Call) -> bytes:
    """ListScheduledPreloadJobs: one page of a site's jobs."""
    site_id = call.number("SiteId")
    if site_id is None:
        raise ApiError("MissingSiteId")
    start, end = call.number("StartTime"), call.number("EndTime")
    if start is not None and end is not None and end < start:
        raise ApiError("InvalidEndTime.Mismatch")
    number, size = _page(call, call.positive("PageNumber", 1), call.positive("PageSize", DEFAULT_PAGE_SIZE))
    total, jobs = call.store.window(site_id, (start, end), (number - 1) * size, size)
    # Taken before the jobs are changed: a change shows from the next page on.
    rows = [job.row for job in jobs]
    for glitch in call.glitches:
        if glitch.shift == "insert":
            call.store.add(site_id)
        elif glitch.shift == "delete" and (held := call.store.jobs(site_id)):
            call.store.delete(site_id, held[0].id)
    # Rows are serialised once, when a job is made or first served, and only joined here.
    # The service sends TotalCount as text here, and as a number in the other lists.
    return b'{"RequestId":"%s","TotalCount":"%d","Jobs":[%s]}' % (call.request_id.encode(), total, b",".join(rows))


def list_sites(call: Call) -> bytes:
    """ListSites: one page of the caller's sites, those that match the filters."""
    size = call.positive("PageSize", MOST_SITES)
    if size > MOST_SITES:
        raise invalid("PageSize")
    number, size = _page(call, call.positive("PageNumber", 1), size)
    found = call.store.sites(matches(call.params, _tag_filter(call)))
    rows = [site.fields for site in found[(number - 1) * size : number * size]]
    for glitch in call.glitches:
        if glitch.shift == "insert":
            call.store.change_site(max(call.store.site_ids()) + 1, CreateTime="2099-01-01T00:00:00Z")
        elif glitch.shift == "delete" and found:
            call.store.delete_site(int(str(found[0].fields["SiteId"])))
    page = {"PageNumber": number, "PageSize": size}
    return call.answer({**page, "TotalCount": len(found), "Sites": rows})


def _page(call: Call, number: int, size: int) -> tuple[int, int]:
    """The number and the size of the page that was asked for, or what the glitches make of them."""
    for glitch in call.glitches:
        if glitch.ignore_page_size:
            size = _IGNORED_PAGE_SIZE
        if glitch.clamp_page_size is not None:
            size = min(size, glitch.clamp_page_size)
        if glitch.repeat_first_page:
            number = 1
    return number, size


def _tag_filter(call: Call) -> list[tuple[str, str | None]]:
    if not call.params.get("TagFilter"):
        return []
    pairs: list[tuple[str, str | None]] = []
    for item in call.objects("TagFilter"):
        key, value = item.get("Key"), item.get("Value")
        if not isinstance(key, str) or not isinstance(value, str | None):
            raise invalid("TagFilter")
        pairs.append((key, value))
    return pairs


def list_executions(call: Call) -> bytes:
    """ListScheduledPreloadExecutions: all executions of a job, with a number for TotalCount."""
    executions = call.store.executions.of(call.object_id())
    return call.answer({"TotalCount": len(executions), "Executions": executions})


ACTIONS: dict[str, Callable[[Call], bytes]] = {
    "ListSites": list_sites,
    "ListScheduledPreloadJobs": list_jobs,
    # The Id is in the spelling of the request, which a row of the list adds a line end to.
    "GetScheduledPreloadJob": lambda call: call.answer(call.store.find(call.object_id()).without_count()),
    "ListScheduledPreloadExecutions": list_executions,
    "CreateScheduledPreloadJob": changes.create_job,
    "ResetScheduledPreloadJob": changes.reset_job,
    "DeleteScheduledPreloadJob": changes.delete_job,
    "CreateScheduledPreloadExecutions": changes.create_executions,
    "UpdateScheduledPreloadExecution": changes.update_execution,
    "StartScheduledPreloadExecution": lambda call: call.answer(call.store.executions.start(call.object_id())),
    "StopScheduledPreloadExecution": lambda call: call.answer(call.store.executions.stop(call.object_id())),
    "DeleteScheduledPreloadExecution": changes.delete_execution,
}
