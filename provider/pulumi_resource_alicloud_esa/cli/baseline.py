"""The baseline: what a site's jobs should look like, as a file that people commit and read in a diff.

`format`, `version`, `siteId`, `query` (what was asked for, only what was given), `ignoreFields`, and `jobs`, canonical
records by job id. Version 2 has `fields` (what the records cover) as well, executions in the records where they are
covered, and `ignore`, the rules, where there are some; what version 1 can say is written as version 1. One value a
line, everything sorted, no time of recording: the same jobs give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..drift.compare import Difference
from ..drift.ignore import Rule
from ..drift.reading import Reading
from ..drift.record import EXECUTIONS, Record, covered_at_first
from ..esa.inputs import Inputs
from ..esa.query import JobQuery, read_query_from
from .json_text import Path, json_text

FORMAT = "alicloud-esa scheduled preload jobs baseline"
FORMAT_VERSION = 2


class BaselineError(Exception):
    """A file that is not a baseline; one line: which file, where, what is accepted."""


class NewerBaseline(BaselineError):
    """A baseline in a format that only a newer version of this command can read."""


@dataclass(frozen=True)
class Baseline:
    """What was recorded: the question, the fields that the records cover, the rules; and the line of each."""

    site_id: str
    query: Mapping[str, Any]
    ignored: tuple[str, ...]
    jobs: Mapping[str, Record]
    covers: tuple[str, ...]
    rules: Sequence[Rule] = ()
    lines: Mapping[Path, int] = field(default_factory=dict)

    @property
    def has_executions(self) -> bool:
        """Whether executions are recorded."""
        return EXECUTIONS in self.covers

    def job_query(self) -> JobQuery:
        """The question to ask again."""
        return read_query_from(Inputs({"siteId": self.site_id, **self.query}), paged=False)

    def line(self, difference: Difference) -> int:
        """The line of a finding's field, execution or job; the line of `jobs` for what is not in the file."""
        path: Path = ("jobs", difference.job_id)
        if difference.execution_id:
            path = (*path, EXECUTIONS, difference.execution_id)
        return self._line((*path, difference.field))

    def rule_line(self, rule: Rule) -> int:
        """The line of a rule."""
        return self._line(("ignore", str(list(self.rules).index(rule))))

    def text(self) -> str:
        """The file's content."""
        document: dict[str, Any] = {
            "format": FORMAT,
            "version": self._version(),
            "siteId": self.site_id,
            "query": {name: self.query[name] for name in sorted(self.query)},
            "ignoreFields": list(self.ignored),
        }
        if self._version() > 1:
            document["fields"] = list(self.covers)
        if self.rules:
            document["ignore"] = [rule.plain() for rule in self.rules]
        document["jobs"] = {job_id: _sorted(self.jobs[job_id].plain()) for job_id in sorted(self.jobs)}
        return json_text(document)

    def _line(self, path: Path) -> int:
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def _version(self) -> int:
        # A baseline without anything of version 2 is written as version 1, which 0.1.0 can read.
        first = not self.rules and self.covers == covered_at_first(self.ignored)
        return 1 if first and not any("." in name for name in self.ignored) else FORMAT_VERSION


def new_baseline(
    query: JobQuery, given: Mapping[str, Any], ignored: tuple[str, ...], covers: tuple[str, ...], reading: Reading
) -> Baseline:
    """The baseline of what was just read; `given` is the question as the user put it."""
    kept = {name: value for name, value in given.items() if name not in ("siteId", "ignoreFields")}
    if "ids" in kept:
        kept["ids"] = sorted(set(kept["ids"]))
    if "pageSize" in kept:
        kept["pageSize"] = query.page_size
    return Baseline(query.site_id, kept, ignored, reading.records(covers), covers)


def _sorted(value: Any) -> Any:
    return {key: _sorted(value[key]) for key in sorted(value)} if isinstance(value, dict) else value
