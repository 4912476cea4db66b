"""Answers whose rows or totals are not what was asked for: the true answer is decoded, changed and encoded again."""

from __future__ import annotations

import json
from typing import Any

from emulator.faults import Fault, MomentSpelling
from emulator.jobs import dump
from emulator.moments import format_moment, format_time, parse_moment

_LISTS = ("Jobs", "Executions", "Sites")
_MOMENTS = ("CreatedAt", "StartTime", "EndTime", "CreateTime", "UpdateTime", "VisitTime")
# The fields that say to what a row belongs; a single job has none of them and is identified by its Id.
_OWNERS = ("JobId", "SiteId", "Id")


def distorted(body: bytes, faults: list[Fault]) -> bytes:
    """The answer, changed as the faults say."""
    if not any(_wanted(fault) for fault in faults):
        return body
    answer: dict[str, Any] = json.loads(body)
    name = next((name for name in _LISTS if name in answer), None)
    rows: list[dict[str, Any]] = answer[name] if name else [answer]
    total = answer.get("TotalCount")
    for fault in faults:
        for row in rows:
            _change_row(row, fault)
        if fault.stray_row and rows:
            _move(rows[0], alone=name is None)
        if fault.double_row and name and rows:
            rows.insert(1, _changed(rows[0], name))
        if total is not None:
            _change_total(answer, total, fault)
    for fault in faults:
        if fault.no_list and name in answer:
            answer[name] = None
            if fault.no_list == "missing":
                del answer[name]
    whole = dump(answer)
    for fault in faults:
        if fault.repeat_key:
            key = dump(fault.repeat_key) + b":"
            whole = whole.replace(key, key + b'"said before",' + key, 1)
    return whole


def _wanted(fault: Fault) -> bool:
    return bool(
        fault.total_count
        or fault.cap_total is not None
        or fault.numbers_as_text
        or fault.stray_row
        or fault.double_row
        or fault.repeat_key
        or fault.no_list
        or fault.error_info is not None
        or fault.moments
    )


def _changed(row: dict[str, Any], name: str) -> dict[str, Any]:
    """The same row with another name or, as an execution has none, another interval."""
    if name == "Executions":
        return {**row, "Interval": 7}
    return {**row, "Name" if name == "Jobs" else "SiteName": "another"}


def _change_total(answer: dict[str, Any], said: int | str, fault: Fault) -> None:
    if fault.cap_total is not None:
        answer["TotalCount"] = type(said)(min(int(said), fault.cap_total))
    total = int(said)
    if fault.total_count == "missing":
        answer.pop("TotalCount", None)
    elif fault.total_count:
        spelled = {"number": total, "text": str(total), "wrong": str(total + 7), "empty": "", "abc": "abc"}
        answer["TotalCount"] = spelled[fault.total_count]


def _change_row(row: dict[str, Any], fault: Fault) -> None:
    if fault.error_info is not None and "ErrorInfo" in row:
        row["ErrorInfo"] = fault.error_info
    for key, value in row.items():
        if fault.moments and key in _MOMENTS and isinstance(value, str):
            row[key] = _spelled(value, fault.moments)
        elif fault.numbers_as_text and isinstance(value, int):
            row[key] = str(value)


def _move(row: dict[str, Any], *, alone: bool) -> None:
    owner = "Id" if alone and "JobId" not in row else next((key for key in _OWNERS if key in row), None)
    if owner == "SiteId":
        row[owner] = type(row[owner])(int(row[owner]) + 1000)
    elif owner is not None:
        row[owner] = "f" * 24


def _spelled(text: str, spelling: MomentSpelling) -> str | int:
    try:
        moment = parse_moment(text)
    except ValueError:
        # A test gave the execution a text that is no moment.
        return text
    if spelling == "milliseconds":
        return moment
    utc = format_time(moment)[:-1]
    china = format_moment(moment)
    return {
        "z": f"{utc}Z",
        "plus_z": f"{utc}+Z",
        "fraction_z": f"{utc}.{moment % 1000:03d}Z",
        "colon": f"{china[:19]}+08:00",
        "fraction": china,
        "compact": f"{china[:19]}+0800",
    }[spelling]
