"""Answers whose rows or totals are not what was asked for: the true answer is decoded, changed and encoded again."""

from __future__ import annotations

import json
from typing import Any

from emulator.glitches import Glitch, MomentSpelling
from emulator.jobs import dump
from emulator.moments import format_moment, format_time, parse_moment

_LISTS = ("Jobs", "Executions", "Sites")
_MOMENTS = ("CreatedAt", "StartTime", "EndTime", "CreateTime", "UpdateTime", "VisitTime")
# The fields that say to what a row belongs; a single job has none of them and is identified by its Id.
_OWNERS = ("JobId", "SiteId", "Id")


def distorted(body: bytes, glitches: list[Glitch]) -> bytes:
    """The answer, changed as the glitches say."""
    if not glitches:
        return body
    answer: dict[str, Any] = json.loads(body)
    name = next((name for name in _LISTS if name in answer), None)
    rows: list[dict[str, Any]] = answer[name] if name else [answer]
    total = answer.get("TotalCount")
    for glitch in glitches:
        for row in rows:
            _change_row(row, glitch)
        if glitch.stray_row and rows:
            _move(rows[0], alone=name is None)
        if glitch.double_row and name and rows:
            rows.insert(1, _changed(rows[0], name))
        if total is not None:
            _change_total(answer, total, glitch)
    for glitch in glitches:
        if glitch.no_list and name in answer:
            answer[name] = None
            if glitch.no_list == "missing":
                del answer[name]
    whole = dump(answer)
    for glitch in glitches:
        if glitch.repeat_key:
            key = dump(glitch.repeat_key) + b":"
            whole = whole.replace(key, key + b'"said before",' + key, 1)
    return whole


def _changed(row: dict[str, Any], name: str) -> dict[str, Any]:
    """The same row with another name or, as an execution has none, another interval."""
    if name == "Executions":
        return {**row, "Interval": 7}
    return {**row, "Name" if name == "Jobs" else "SiteName": "another"}


def _change_total(answer: dict[str, Any], said: int | str, glitch: Glitch) -> None:
    if glitch.cap_total is not None:
        answer["TotalCount"] = type(said)(min(int(said), glitch.cap_total))
    total = int(said)
    if glitch.total_count == "missing":
        answer.pop("TotalCount", None)
    elif glitch.total_count:
        spelled = {"number": total, "text": str(total), "wrong": str(total + 7), "empty": "", "abc": "abc"}
        answer["TotalCount"] = spelled[glitch.total_count]


def _change_row(row: dict[str, Any], glitch: Glitch) -> None:
    if glitch.error_info is not None and "ErrorInfo" in row:
        row["ErrorInfo"] = glitch.error_info
    for key, value in row.items():
        if glitch.moments and key in _MOMENTS and isinstance(value, str):
            row[key] = _spelled(value, glitch.moments)
        elif glitch.numbers_as_text and isinstance(value, int):
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
        # A test gave the execution a text that is not a moment.
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
