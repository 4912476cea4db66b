"""The actions that change something: what scripts and the console do to jobs and their executions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from emulator.call import Call
from emulator.errors import ApiError, invalid
from emulator.moments import format_moment, format_time, parse_moment

_MOMENTS = ("StartTime", "EndTime")
_NUMBERS = ("Interval", "SliceLen")
_HOUR_MS = 3_600_000


def create_job(call: Call) -> bytes:
    """CreateScheduledPreloadJob: a job without executions, from a list of URLs or a file of them."""
    site_id = call.number("SiteId")
    if site_id is None:
        raise ApiError("MissingSiteId")
    call.store.own(site_id)
    way = call.params.get("InsertWay", "")
    urls = call.params.get("UrlList", "").replace(",", " ").split()
    if way not in ("oss", "textBox"):
        raise invalid("InsertWay")
    if not call.params.get("Name"):
        raise invalid("Name")
    if way == "textBox" and not urls:
        raise ApiError("MissingUrlList")
    if way == "oss" and not call.params.get("OssUrl"):
        raise ApiError("MissingOssUrl")
    job = call.store.add(
        site_id,
        CreatedAt=format_time(call.store.now_ms()),
        Domains=",".join(dict.fromkeys(_host(url) for url in urls)),
        InsertWay=way,
        Name=call.params["Name"],
        TaskSubmitted=0,
        TaskType="preload",
        UrlCount=len(urls),
        UrlSubmitted=0,
        ExecutionCount=0,
    )
    return call.answer(job.without_count())


def reset_job(call: Call) -> bytes:
    """ResetScheduledPreloadJob: its progress starts again from nothing."""
    job = call.store.find(call.object_id())
    site_id = job.fields["SiteId"]
    job = call.store.change(int(str(site_id)), job.id, TaskSubmitted=0, UrlSubmitted=0)
    return call.answer(job.without_count())


def delete_job(call: Call) -> bytes:
    """DeleteScheduledPreloadJob: the job and its executions are gone."""
    job = call.store.find(call.object_id())
    call.store.delete(int(str(job.fields["SiteId"])), job.id)
    return call.answer({})


def create_executions(call: Call) -> bytes:
    """CreateScheduledPreloadExecutions: all of the list or, if one is wrong, none."""
    job = call.store.find(call.object_id())
    given = call.objects("Executions")
    plans = [_new_plan({name: str(value) for name, value in item.items()}, call.store.now_ms()) for item in given]
    made = [call.store.executions.add(job.id, **plan) for plan in plans]
    return call.answer(
        {
            "TotalCount": len(plans),
            "SuccessCount": len(made),
            "SuccessExecutions": made,
            "FailedExecutions": [],
            "FailedMessages": [],
        }
    )


def update_execution(call: Call) -> bytes:
    """UpdateScheduledPreloadExecution: replaces start, end, interval and batch size, those that are given."""
    execution_id = call.object_id()
    before = call.store.executions.find(execution_id)
    plan = _plan(call.params)
    _check_span({**before, **plan})
    return call.answer(call.store.executions.change(execution_id, **plan))


def delete_execution(call: Call) -> bytes:
    """DeleteScheduledPreloadExecution: it is gone."""
    call.store.executions.delete(call.object_id())
    return call.answer({})


def _new_plan(texts: Mapping[str, str], now_ms: int) -> dict[str, object]:
    """A plan that by default starts now and ends an hour after its start."""
    plan = _plan(texts)
    for name in _NUMBERS:
        if name not in plan:
            raise invalid(name)
    start = plan.setdefault("StartTime", format_moment(now_ms))
    plan.setdefault("EndTime", format_moment(parse_moment(str(start)) + _HOUR_MS))
    return plan


def _plan(texts: Mapping[str, str]) -> dict[str, object]:
    """What a call says of start, end, interval and batch size, with moments as the service spells them."""
    plan: dict[str, object] = {}
    for name in (*_MOMENTS, *_NUMBERS):
        text = texts.get(name, "")
        if not text:
            continue
        if name in _MOMENTS:
            plan[name] = _moment(name, text)
        elif re.fullmatch(r"[0-9]{1,9}", text) and int(text) > 0:
            plan[name] = int(text)
        else:
            raise invalid(name)
    _check_span(plan)
    return plan


def _check_span(plan: Mapping[str, object]) -> None:
    try:
        start, end = (parse_moment(str(plan[name])) for name in _MOMENTS)
    except (KeyError, ValueError):
        # One is not given, or a test gave the execution a text that is not a moment.
        return
    if end < start:
        raise ApiError("InvalidEndTime.Mismatch")


def _moment(name: str, text: str) -> str:
    try:
        return format_moment(parse_moment(text))
    except (ValueError, OverflowError):
        raise invalid(name) from None


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    if host is None:
        raise invalid("UrlList")
    return host
