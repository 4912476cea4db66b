"""Reads a baseline's file: what is wrong with it is one line that says which file, where, and what is accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from ..drift.ignore import read_rules
from ..drift.record import (
    COMPARABLE,
    EXECUTIONS,
    IGNORABLE,
    INTEGERS,
    PLANNED,
    STOPPED,
    Record,
    Value,
    canonical_value,
    covered_at_first,
    read_ignored,
)
from ..esa.inputs import Inputs, shown
from ..esa.json_text import RepeatedKey, decode
from ..esa.query import read_query_from
from ..schema import VERSION
from .baseline import FORMAT, FORMAT_VERSION, Baseline, BaselineError, NewerBaseline
from .json_text import Path, key_lines

_KEYS = ("format", "version", "siteId", "query", "ignoreFields", "jobs")
# What version 2 may have in addition.
_KEYS_OF_2 = ("fields", "ignore")
_ACCEPTED = f"`alicloud-esa drift record` writes what is accepted (version 1 to {FORMAT_VERSION})"
_FIELDS = (*IGNORABLE, EXECUTIONS)


class _Wrong(Exception):
    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(reason)


def read_baseline(path: str) -> Baseline:
    """The baseline in a file; raises BaselineError."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        raise BaselineError(f"{path}: no such file; `alicloud-esa drift record` makes it") from None
    except OSError as error:
        raise BaselineError(f"{path}: {error.strerror}") from None
    return parse_baseline(path, data)


def parse_baseline(path: str, data: bytes) -> Baseline:
    """The baseline in a file's content; `path` is for the message of BaselineError."""
    text, document = _read_json(path, data)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise BaselineError(f'{path}: not a baseline, it has no "format": "{FORMAT}"; {_ACCEPTED}')
    version = document.get("version")
    if type(version) is int and version > FORMAT_VERSION:
        raise NewerBaseline(
            f"{path}: a baseline of version {version}, which alicloud-esa {VERSION} does not know "
            f"(accepted is 1 to {FORMAT_VERSION}); use a newer alicloud-esa, or remove the file and record it again"
        )
    lines = key_lines(text)
    try:
        return _read_document(document, lines)
    except _Wrong as wrong:
        where = f"line {lines[wrong.path]}: " if wrong.path in lines else ""
        raise BaselineError(f"{path}: {where}{wrong.reason}; {_ACCEPTED}") from None


def _read_json(path: str, data: bytes) -> tuple[str, Any]:
    try:
        text = data.decode("utf-8-sig")
        return text, decode(data)
    except UnicodeDecodeError:
        raise BaselineError(f"{path}: not UTF-8 text; {_ACCEPTED}") from None
    except json.JSONDecodeError as error:
        reason = f"not JSON ({error.msg})"
        if any(text.startswith(mark) or f"\n{mark}" in text for mark in ("<<<<<<< ", ">>>>>>> ")):
            reason = "holds the marks of a merge conflict"
        raise BaselineError(f"{path}: line {error.lineno}, column {error.colno}: {reason}; {_ACCEPTED}") from None
    except RepeatedKey as key:
        # A merge can leave a job twice; the last one would win silently.
        raise BaselineError(f"{path}: {shown(str(key))} is given twice; {_ACCEPTED}") from None
    except ValueError:
        raise BaselineError(f"{path}: not JSON of a baseline; {_ACCEPTED}") from None


def _read_document(document: dict[str, Any], lines: Mapping[Path, int]) -> Baseline:
    version = document.get("version", 1)
    more = _KEYS_OF_2 if version == FORMAT_VERSION else ()
    for key in _KEYS:
        if key not in document:
            raise _Wrong((), f"{key} is missing")
    for key in document:
        if key not in (*_KEYS, *more):
            hint = f'; it belongs to version {FORMAT_VERSION}, so set "version" to that' if key in _KEYS_OF_2 else ""
            raise _Wrong((key,), f"{shown(key)} is not known{hint}")
    if type(version) is not int or not 1 <= version <= FORMAT_VERSION:
        raise _Wrong(("version",), f"version {shown(version)} is not accepted")
    query = _object(document["query"], ("query",))
    for name in query:
        # The engine's own names begin like this; functions accept them as inputs, a baseline must not.
        if name == "siteId" or name.startswith("__"):
            raise _Wrong(("query", name), f"{shown(name)} does not belong in query")
    asked = {**query, "siteId": document["siteId"]}
    site_id = _read_inputs(asked, lambda inputs: read_query_from(inputs, paged=False), lines, query).site_id
    if not isinstance(document["ignoreFields"], list):
        raise _Wrong(("ignoreFields",), f"ignoreFields is {shown(document['ignoreFields'])} where a list is expected")
    ignored = _read_inputs({"ignoreFields": document["ignoreFields"]}, read_ignored, lines)
    covers = _read_covers(document["fields"], ignored) if "fields" in document else covered_at_first(ignored)
    rules = _read_inputs({"ignore": document["ignore"]}, read_rules, lines) if "ignore" in document else ()
    jobs = _object(document["jobs"], ("jobs",))
    records = {job_id: _read_record(job_id, jobs[job_id], covers, ignored) for job_id in sorted(jobs)}
    return Baseline(site_id, query, ignored, records, covers, rules, lines)


def _read_inputs(
    values: dict[str, Any],
    read: Callable[[Inputs], Any],
    lines: Mapping[Path, int],
    query: Mapping[str, Any] | None = None,
) -> Any:
    inputs = Inputs(values)
    result = read(inputs)
    inputs.refuse_unread()
    for fault in inputs.faults:
        path = tuple(re.findall(r"[^.\[\]]+", fault.path))
        if query and path[:1] and path[0] in query:
            path = ("query", *path)
        while len(path) > 1 and path not in lines:
            path = path[:-1]
        raise _Wrong(path, str(fault))
    return result


def _read_covers(given: Any, ignored: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(given, list):
        raise _Wrong(("fields",), f"fields is {shown(given)} where a list is expected")
    for index, name in enumerate(given):
        if name not in _FIELDS:
            known = f"known to alicloud-esa {VERSION} are {', '.join(_FIELDS)}"
            raise _Wrong(("fields",), f"fields[{index}]: {shown(name)} is not a field; {known}")
        if name in ignored:
            raise _Wrong(("fields",), f"fields[{index}]: {name} is one that ignoreFields leaves out")
        if name.startswith(f"{EXECUTIONS}.") and EXECUTIONS not in given:
            needed = f"{name} is compared only where {EXECUTIONS} is among the fields too"
            raise _Wrong(("fields",), f"fields[{index}]: {needed}")
    return tuple(sorted(set(given)))


def _read_record(job_id: str, record: Any, covers: tuple[str, ...], ignored: tuple[str, ...]) -> Record:
    path = ("jobs", job_id)
    values = dict(_object(record, path))
    plans = values.pop(EXECUTIONS, {}) if EXECUTIONS in covers else None
    fields = _read_fields(values, COMPARABLE, path, f"job {job_id}", covers, ignored)
    if plans is None:
        return Record(fields)
    executions = {}
    for key, plan in sorted(_object(plans, (*path, EXECUTIONS)).items()):
        inner = (*path, EXECUTIONS, key)
        owner = f"execution {key} of job {job_id}"
        executions[key] = _read_fields(_object(plan, inner), PLANNED, inner, owner, covers, ignored, f"{EXECUTIONS}.")
    return Record(fields, executions)


def _read_fields(
    values: Mapping[str, Any],
    known: tuple[str, ...],
    above: Path,
    owner: str,
    covers: tuple[str, ...],
    ignored: tuple[str, ...],
    prefix: str = "",
) -> dict[str, Value]:
    result: dict[str, Value] = {}
    for name, value in values.items():
        path = (*above, name)
        if name not in known:
            raise _Wrong(path, f"{owner} has a field {shown(name)}, which is not known")
        if f"{prefix}{name}" not in covers:
            where = "ignoreFields" if f"{prefix}{name}" in ignored else "fields"
            raise _Wrong(path, f"{owner} has {name}, which {where} leaves out")
        kind, wanted = _kind(name)
        if type(value) is not kind:
            raise _Wrong(path, f"{name} of {owner} is {shown(value)} where {wanted} is expected")
        canonical = canonical_value(name, value)
        # An execution that is not stopped has no such field.
        if canonical is not None and canonical is not False:
            result[name] = canonical
    return result


def _kind(name: str) -> tuple[type, str]:
    if name in INTEGERS:
        return int, "a whole number"
    return (bool, "true") if name == STOPPED else (str, "a string")


def _object(value: Any, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(path, f"{'.'.join(path)} is {shown(value)} where an object is expected")
    return value
