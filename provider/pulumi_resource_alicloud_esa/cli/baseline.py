"""The baseline: what a site's jobs should look like, as a file that people commit and read in a diff.

Version 1: `format`, `version`, `siteId`, `query` (what was asked for, only what was given), `ignoreFields`, and
`jobs`, canonical records by job id. One value a line, everything sorted, no time of recording: the same jobs give
the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..drift.record import COMPARABLE, INTEGERS, Record, canonical_value, covered_at_first, read_ignored, record_jobs
from ..esa.inputs import Inputs, shown
from ..esa.models import Job
from ..esa.query import JobQuery, read_query_from
from ..schema import VERSION
from .json_text import Path, json_text, key_lines

FORMAT = "alicloud-esa scheduled preload jobs baseline"
FORMAT_VERSION = 1
_KEYS = ("format", "version", "siteId", "query", "ignoreFields", "jobs")
_ACCEPTED = f"`alicloud-esa drift record` writes what is accepted (version {FORMAT_VERSION})"


class BaselineError(Exception):
    """A file that is no baseline; one line: which file, where, what is accepted."""


class NewerBaseline(BaselineError):
    """A baseline in a form that only a newer version of this command knows."""


@dataclass(frozen=True)
class Baseline:
    """What was recorded, and on which line of the file it stands."""

    site_id: str
    query: Mapping[str, Any]
    ignored: tuple[str, ...]
    jobs: Mapping[str, Record]
    lines: Mapping[Path, int] = field(default_factory=dict)

    def job_query(self) -> JobQuery:
        """The question to ask again."""
        return read_query_from(Inputs({"siteId": self.site_id, **self.query}), paged=False)

    def line(self, job_id: str, name: str = "") -> int:
        """Where a job, or a field of it, stands; where jobs begin for what is not in the file."""
        for path in (("jobs", job_id, name), ("jobs", job_id), ("jobs",)):
            if path in self.lines:
                return self.lines[path]
        return 1

    def text(self) -> str:
        """The file's content."""
        document = {
            "format": FORMAT,
            "version": FORMAT_VERSION,
            "siteId": self.site_id,
            "query": {name: self.query[name] for name in sorted(self.query)},
            "ignoreFields": list(self.ignored),
            "jobs": {job_id: dict(sorted(self.jobs[job_id].plain().items())) for job_id in sorted(self.jobs)},
        }
        return json_text(document)


def new_baseline(query: JobQuery, given: Mapping[str, Any], ignored: tuple[str, ...], jobs: Iterable[Job]) -> Baseline:
    """The baseline of jobs just read; `given` is the question as the user put it."""
    kept = {name: value for name, value in given.items() if name not in ("siteId", "ignoreFields")}
    if "ids" in kept:
        kept["ids"] = sorted(set(kept["ids"]))
    if "pageSize" in kept:
        kept["pageSize"] = query.page_size
    return Baseline(query.site_id, kept, ignored, record_jobs(jobs, covered_at_first(ignored)))


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
            f"(accepted is {FORMAT_VERSION}); use a newer alicloud-esa, or remove the file and record it again"
        )
    lines = key_lines(text)
    try:
        return _read_document(document, lines)
    except _Wrong as wrong:
        where = f"line {lines[wrong.path]}: " if wrong.path in lines else ""
        raise BaselineError(f"{path}: {where}{wrong.reason}; {_ACCEPTED}") from None


class _Wrong(Exception):
    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(reason)


def _read_json(path: str, data: bytes) -> tuple[str, Any]:
    try:
        text = data.decode("utf-8-sig")
        return text, json.loads(text, object_pairs_hook=_without_repeats)
    except UnicodeDecodeError:
        raise BaselineError(f"{path}: not UTF-8 text; {_ACCEPTED}") from None
    except json.JSONDecodeError as error:
        reason = f"not JSON ({error.msg})"
        if any(text.startswith(mark) or f"\n{mark}" in text for mark in ("<<<<<<< ", ">>>>>>> ")):
            reason = "holds the marks of a merge conflict"
        raise BaselineError(f"{path}: line {error.lineno}, column {error.colno}: {reason}; {_ACCEPTED}") from None
    except _Wrong as wrong:
        raise BaselineError(f"{path}: {wrong.reason}; {_ACCEPTED}") from None
    except (RecursionError, ValueError):
        raise BaselineError(f"{path}: not JSON of a baseline; {_ACCEPTED}") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # A merge can leave a job twice; the last one would win silently.
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise _Wrong((), f"{shown(key)} stands there twice")
        result[key] = value
    return result


def _read_document(document: dict[str, Any], lines: Mapping[Path, int]) -> Baseline:
    for key in _KEYS:
        if key not in document:
            raise _Wrong((), f"{key} is missing")
    for key in document:
        if key not in _KEYS:
            raise _Wrong((key,), f"{shown(key)} is not known")
    if type(document["version"]) is not int or document["version"] != FORMAT_VERSION:
        raise _Wrong(("version",), f"version {shown(document['version'])} is not accepted")
    query = _object(document["query"], ("query",))
    for name in query:
        # The engine's own names begin so, which readers of its inputs let pass.
        if name == "siteId" or name.startswith("__"):
            raise _Wrong(("query", name), f"{shown(name)} does not belong in query")
    asked = {**query, "siteId": document["siteId"]}
    site_id = _read_inputs(asked, lambda inputs: read_query_from(inputs, paged=False), query).site_id
    if not isinstance(document["ignoreFields"], list):
        raise _Wrong(("ignoreFields",), f"ignoreFields is {shown(document['ignoreFields'])} where a list is expected")
    ignored = _read_inputs({"ignoreFields": document["ignoreFields"]}, read_ignored, {})
    jobs = _object(document["jobs"], ("jobs",))
    records = {job_id: _read_record(job_id, jobs[job_id], ignored) for job_id in sorted(jobs)}
    return Baseline(site_id, query, ignored, records, lines)


def _read_inputs(values: dict[str, Any], read: Callable[[Inputs], Any], query: Mapping[str, Any]) -> Any:
    inputs = Inputs(values)
    result = read(inputs)
    inputs.refuse_unread()
    for fault in inputs.faults:
        name = fault.path.partition("[")[0]
        raise _Wrong(("query", name) if name in query else (name,), str(fault))
    return result


def _read_record(job_id: str, record: Any, ignored: tuple[str, ...]) -> Record:
    result: dict[str, str | int] = {}
    for name, value in _object(record, ("jobs", job_id)).items():
        path = ("jobs", job_id, name)
        if name not in COMPARABLE:
            raise _Wrong(path, f"job {job_id} has a field {shown(name)}, which is not known")
        if name in ignored:
            raise _Wrong(path, f"job {job_id} has {name}, which ignoreFields leaves out")
        if type(value) is not (int if name in INTEGERS else str):
            kind = "a whole number" if name in INTEGERS else "a string"
            raise _Wrong(path, f"{name} of job {job_id} is {shown(value)} where {kind} is expected")
        canonical = canonical_value(name, value)
        if canonical is not None:
            result[name] = canonical
    return Record(result)


def _object(value: Any, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _Wrong(path, f"{'.'.join(path)} is {shown(value)} where an object is expected")
    return value
