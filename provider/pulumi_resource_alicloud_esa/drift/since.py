"""Only what is new: the findings of a check compared with those of an earlier one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .compare import Difference, Kind, compare
from .ignore import Judged
from .markdown import bullets
from .text import describe

_MOST = 200
# Characters: beside the table, the ignored findings and the health, a comment has room for little more.
_ROOM = 1500


def fingerprint(site_id: str, difference: Difference) -> str:
    """A finding's fingerprint: independent of other findings; another live value makes another one."""
    identity = [site_id, difference.kind.value, difference.job_id, difference.field]
    sides = [difference.expected, difference.actual]
    execution = [difference.execution_id] if difference.execution_id else []
    # Of a new job all that is compared is a live value; not its executions, which go by themselves when they are over.
    found = [difference.record.fields] if difference.kind is Kind.UNEXPECTED and difference.record else []
    text = json.dumps([*identity, sides, *execution, *found], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Since:
    """The findings that an earlier check did not have, those that it had too, and those of its own that are gone."""

    new: Sequence[Difference]
    known: Sequence[Difference]
    resolved: Sequence[Difference]

    @property
    def counts(self) -> dict[str, int]:
        """How many there are of each."""
        return {"new": len(self.new), "known": len(self.known), "resolved": len(self.resolved)}

    def tail(self) -> str:
        """The same in a few words, to end a one-line summary."""
        return since_tail(self.counts)

    def lines(self) -> list[str]:
        """One line for each finding that is resolved, and for each new one where others are known."""
        new = self.new if self.known else ()
        return [*_lines("new", new), *_lines("resolved", self.resolved)]

    def section(self) -> str:
        """What the Markdown report says of it."""
        parts = [f"**Since the earlier report**: {_numbers(self.counts)}.", ""]
        for word, findings in (("New", self.new if self.known else ()), ("Resolved", self.resolved)):
            if findings:
                parts += [f"{word}:", "", *bullets([describe(found) for found in findings], _ROOM), ""]
        return "\n".join(parts)


def since_tail(counts: Mapping[str, int]) -> str:
    """The counts of each in a few words, to end a one-line summary."""
    return f"; findings since the earlier report: {_numbers(counts)}"


def _numbers(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {word}" for word, number in counts.items())


def since(site_id: str, earlier: Sequence[Difference], judged: Judged, now: int | None) -> Since:
    """What became of the findings of an earlier check of the same site; `now` by the service's clock.

    One that is ignored now still exists, so it is not resolved; one whose rule ran out was not a finding before, so it
    is new. So is a job that was known to be new, and whose plan somebody has changed since.
    """
    before = {fingerprint(site_id, found): found for found in earlier}

    def known_as(found: Difference) -> str | None:
        mark = fingerprint(site_id, found)
        return mark if mark in before and _same_plan(before[mark], found, now) else None

    marks = [(found, known_as(found)) for found in judged.differences]
    here = {*(mark for _, mark in marks), *(known_as(found) for found, _ in judged.ignored)}
    return Since(
        [found for found, mark in marks if mark is None],
        [found for found, mark in marks if mark is not None],
        [found for mark, found in before.items() if mark not in here],
    )


def _same_plan(was: Difference, live: Difference, now: int | None) -> bool:
    """Whether the executions of a new job are still those of its earlier finding, or ran out since."""
    return live.kind is not Kind.UNEXPECTED or not compare({"": was.record}, {"": live.record}, now=now)


def _lines(word: str, findings: Sequence[Difference]) -> list[str]:
    lines = [f"{word}: {describe(found)}" for found in findings[:_MOST]]
    more = len(findings) - _MOST
    return lines if more <= 0 else [*lines, f"... and {more} more {word}"]
