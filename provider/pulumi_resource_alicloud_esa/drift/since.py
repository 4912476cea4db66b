"""Only what is new: the findings of a check compared with those of an earlier one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from .compare import Difference
from .ignore import Judged
from .markdown import bullets
from .text import describe

_MOST = 200
# Characters: beside the table, the ignored findings and the health, a comment has room for little more.
_ROOM = 1500


def fingerprint(site_id: str, difference: Difference) -> str:
    """A finding's fingerprint: independent of other findings; another live value makes another one."""
    sides = [difference.expected, difference.actual]
    execution = [difference.execution_id] if difference.execution_id else []
    identity = json.dumps([site_id, difference.kind.value, difference.job_id, difference.field, sides, *execution])
    return hashlib.sha256(identity.encode()).hexdigest()


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
        numbers = ", ".join(f"{number} {word}" for word, number in self.counts.items())
        return f"; findings since the earlier report: {numbers}"

    def lines(self) -> list[str]:
        """One line for each finding that is resolved, and for each new one where others are known."""
        new = self.new if self.known else ()
        return [*_lines("new", new), *_lines("resolved", self.resolved)]

    def section(self) -> str:
        """What the Markdown report says of it."""
        numbers = ", ".join(f"{number} {word}" for word, number in self.counts.items())
        parts = [f"**Since the earlier report**: {numbers}.", ""]
        for word, findings in (("New", self.new if self.known else ()), ("Resolved", self.resolved)):
            if findings:
                parts += [f"{word}:", "", *bullets([describe(found) for found in findings], _ROOM), ""]
        return "\n".join(parts)


def since(site_id: str, earlier: Sequence[Difference], judged: Judged) -> Since:
    """What became of the findings of an earlier check of the same site.

    One that is ignored now still exists, so it is not resolved; one whose rule ran out was no finding before, so it
    is new.
    """
    known = {fingerprint(site_id, found) for found in earlier}
    marks = [(found, fingerprint(site_id, found)) for found in judged.differences]
    here = {*(mark for _, mark in marks), *(fingerprint(site_id, found) for found, _ in judged.ignored)}
    return Since(
        [found for found, mark in marks if mark not in known],
        [found for found, mark in marks if mark in known],
        [found for found in earlier if fingerprint(site_id, found) not in here],
    )


def _lines(word: str, findings: Sequence[Difference]) -> list[str]:
    lines = [f"{word}: {describe(found)}" for found in findings[:_MOST]]
    more = len(findings) - _MOST
    return lines if more <= 0 else [*lines, f"... and {more} more {word}"]
