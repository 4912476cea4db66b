"""Of many sites, those of which there is something to say; where that is the very same of several, it is said once."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

from ...drift.compare import Difference
from ...drift.record import Record
from ...drift.text import details, number
from ..outcome import Check, Outcome, Verdict, accepting

_ORDER = (Verdict.DRIFT, Verdict.ERROR, Verdict.CLEAN)
_NAMED = 10
_ACCEPTED = 20
_BUT = ", but for ids and times of creation"


@dataclass(frozen=True)
class Group:
    """A site, and the others that differ from their baselines in the very same way, but for the jobs' ids."""

    first: Outcome
    others: Sequence[Outcome]

    @property
    def alike(self) -> str:
        """Which the others are, "" for none."""
        if not self.others:
            return ""
        sites = f"{number(len(self.others), 'more site')}{_BUT if self.first.differences else ''}"
        more = f" and {len(self.others) - _NAMED} more" if len(self.others) > _NAMED else ""
        return f"the same on {sites}: {', '.join(other.label for other in self.others[:_NAMED])}{more}"

    @property
    def accept(self) -> str:
        """The command that accepts the drift of all of them, or of the first where they are many; "" without drift."""
        return accepting([self.first, *self.others][:_ACCEPTED]) if self.first.verdict is Verdict.DRIFT else ""

    @property
    def accepted(self) -> str:
        """Of what the command accepts the drift."""
        sites = 1 + len(self.others)
        return "this" if sites <= _ACCEPTED else f"this on the first {_ACCEPTED} of {sites} sites"


def groups(check: Check) -> list[Group]:
    """Those of which there is something to say, drift first; of one baseline there always is."""
    alike: dict[Hashable, list[Outcome]] = {}
    for outcome in check.outcomes:
        if what := _to_say(outcome) or not check.several:
            alike.setdefault((outcome.verdict, what), []).append(outcome)
    found = [Group(outcomes[0], outcomes[1:]) for outcomes in alike.values()]
    return sorted(found, key=lambda group: _ORDER.index(group.first.verdict))


def _to_say(outcome: Outcome) -> Hashable:
    since = (tuple(outcome.since.counts.values()), *outcome.since.lines()) if outcome.since else ()
    return (
        *outcome.errors,
        *map(_of_any_site, outcome.differences),
        *(since if outcome.differences or any(since[1:]) else ()),
        *outcome.judged.lines(),
        *(outcome.health.lines() if outcome.health else ()),
    )


def _of_any_site(found: Difference) -> Hashable:
    """A finding without what is another one on each site: ids, and when a job was created."""
    fields = dict(found.record.fields) if found.record else {}
    fields.pop("createdAt", None)
    job = details(Record(fields, found.record.executions if found.record else None))
    return (found.kind, found.name, found.path, found.expected, found.actual, job)
