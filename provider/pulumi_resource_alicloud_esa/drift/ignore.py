"""Ignore rules: findings that somebody accepted, with a reason, perhaps until a date; reviewed like code.

Applied to what compare.py found, so that the resource, the function and the command ignore the same, and say the same
of what was ignored and why, which rule ran out, which matches nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ..esa.inputs import Inputs, shown
from ..esa.pattern import Pattern
from .compare import Difference
from .markdown import bullets
from .record import EXECUTIONS, IGNORABLE
from .text import describe, value

_FIELDS = (*IGNORABLE, EXECUTIONS)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_EPOCH = date(1970, 1, 1)
_MOST = 200


@dataclass(frozen=True)
class Rule:
    """One rule: for which job (id, exact name or /regex/), for which field if not all, why, and until which day."""

    job: str
    reason: str
    field: str = ""
    until: str = ""
    pattern: Pattern | None = None

    def covers(self, difference: Difference) -> bool:
        """Whether the rule covers this finding, whatever the day."""
        return self._is_of(difference) and (not self.field or _within(difference.path, self.field))

    def _is_of(self, difference: Difference) -> bool:
        name, job_id = difference.name, difference.job_id
        if not name and not job_id:
            # A difference without a job is about a record that is not a map: no rule is about it.
            return False
        if self.pattern is not None:
            return self.pattern.found_in(name)
        # A declared job that is gone may have no id; a rule for `SITE:`, with no id after the colon, is not about it.
        return self.job == name or (bool(job_id) and self.job.rsplit(":", 1)[-1].lower() == job_id.lower())

    def ran_out(self, now: int | None) -> bool:
        """Whether its last day is over, by the service's clock; where that is not known a rule with a day is over."""
        if not self.until:
            return False
        end = date.fromisoformat(self.until) - _EPOCH + timedelta(days=1)
        return now is None or now >= end // timedelta(milliseconds=1)

    def plain(self) -> dict[str, str]:
        """The rule as it was given."""
        given = {"job": self.job, "field": self.field, "reason": self.reason, "until": self.until}
        return {name: text for name, text in given.items() if text}

    def because(self) -> str:
        """Why the rule is there, and until when."""
        return f"{value(self.reason)}, until {self.until}" if self.until else value(self.reason)

    def label(self) -> str:
        """What the rule is for."""
        return f"{value(self.job)}, {self.field}" if self.field else value(self.job)


@dataclass(frozen=True)
class Judged:
    """Findings after the rules: those that count, those ignored each with its rule, and what to say of the rules."""

    differences: Sequence[Difference]
    ignored: Sequence[tuple[Difference, Rule]] = ()
    ran_out: Sequence[Rule] = ()
    """Rules past their day whose findings count again."""
    unmatched: Sequence[Rule] = ()
    """Rules that cover no finding."""

    def tail(self) -> str:
        """What a one-line summary says of the rules, "" where there is nothing to say."""
        return f"; {len(self.ignored)} ignored" if self.ignored else ""

    def lines(self) -> list[str]:
        """One line for each ignored finding, then a line for each rule that needs attention."""
        ignored = [f"ignored: {describe(found)} ({rule.because()})" for found, rule in self.ignored[:_MOST]]
        more = [f"... and {len(self.ignored) - _MOST} more ignored"] if len(self.ignored) > _MOST else []
        return [*ignored, *more, *self.notes()]

    def notes(self) -> list[str]:
        """One line for each rule that ran out while its finding is there, and for each that matches nothing."""
        over = "ran out, its finding counts again"
        return [
            *(f"the rule for {rule.label()} {over} ({rule.because()})" for rule in self.ran_out),
            *(f"the rule for {rule.label()} matches nothing ({rule.because()})" for rule in self.unmatched),
        ]

    def section(self) -> str:
        """The same for the Markdown report, folded; "" where there is nothing to say."""
        found = self.lines()
        if not found:
            return ""
        head = f"{len(self.ignored)} ignored" if self.ignored else "Ignore rules"
        return "\n".join([f"<details><summary>{head}</summary>", "", *bullets(found), "", "</details>", ""])


def judge(differences: Sequence[Difference], rules: Sequence[Rule], now: int | None) -> Judged:
    """Apply the rules, the first that covers a finding counts; `now` by the service's clock, in milliseconds."""
    left: list[Difference] = []
    ignored: list[tuple[Difference, Rule]] = []
    over = {rule: rule.ran_out(now) for rule in rules}
    for difference in differences:
        rule = next((rule for rule in rules if not over[rule] and rule.covers(difference)), None)
        if rule is None:
            left.append(difference)
        else:
            ignored.append((difference, rule))
    return Judged(
        left,
        ignored,
        ran_out=[rule for rule in rules if over[rule] and any(map(rule.covers, left))],
        unmatched=[rule for rule in rules if not any(map(rule.covers, differences))],
    )


def read_rules(inputs: Inputs, name: str = "ignore") -> tuple[Rule, ...]:
    """The rules given; what is wrong with one is a fault on its path (`ignore[1].until`)."""
    wanted = "{} is not accepted; give a list of rules, each with job and reason"
    each = "{} is not accepted; give an object with job and reason"
    return tuple(map(_read_rule, inputs.objects(name, wanted, each)))


def _read_rule(given: Inputs) -> Rule:
    # A name is matched exactly, white space included.
    job = given.values["job"] if given.text("job", required=True) else ""
    field = given.text("field") or ""
    reason, until = given.text("reason", required=True) or "", given.text("until") or ""
    given.refuse_unread()
    if field and field not in _FIELDS:
        given.fault("field", f"{shown(field)} is not a field; accepted are {', '.join(_FIELDS)}")
    if until and not _is_date(until):
        given.fault("until", f"{shown(until)} is not a date; give one such as 2026-12-31, the last day of the rule")
        until = ""
    return Rule(job, reason, field, until, _pattern(given, job))


def _pattern(given: Inputs, job: str) -> Pattern | None:
    if len(job) < 3 or not (job.startswith("/") and job.endswith("/")):
        return None
    # As `nameRegex` is read, with the same syntax and the same faults.
    return given.within("", {"job": job[1:-1]}).regex("job")


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False


def _within(path: str, field: str) -> bool:
    """Whether a rule's field covers a finding's: `executions` covers all about executions, any other only itself."""
    return path == field or (field == EXECUTIONS and path.startswith(f"{EXECUTIONS}."))
