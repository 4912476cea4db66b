"""Ignore rules in words: what was ignored and why, which rule ran out, which matches nothing."""

from __future__ import annotations

from .ignore import Judged, Rule
from .markdown import bullets
from .text import describe, value

_MOST = 200


def tail(judged: Judged) -> str:
    """What a one-line summary says of the rules, "" where there is nothing to say."""
    return f"; {len(judged.ignored)} ignored" if judged.ignored else ""


def lines(judged: Judged) -> list[str]:
    """One line for each ignored finding, then a line for each rule that needs attention."""
    ignored = [f"ignored: {describe(difference)} ({because(rule)})" for difference, rule in judged.ignored[:_MOST]]
    more = [f"... and {len(judged.ignored) - _MOST} more ignored"] if len(judged.ignored) > _MOST else []
    return [*ignored, *more, *notes(judged)]


def notes(judged: Judged) -> list[str]:
    """One line for each rule that ran out while its finding is there, and for each that matches nothing."""
    return [
        *(
            f"the rule for {_label(rule)} ran out, its finding counts again ({because(rule)})"
            for rule in judged.ran_out
        ),
        *(f"the rule for {_label(rule)} matches nothing ({because(rule)})" for rule in judged.unmatched),
    ]


def section(judged: Judged) -> str:
    """The same for the Markdown report, folded; "" where there is nothing to say."""
    found = lines(judged)
    if not found:
        return ""
    head = f"{len(judged.ignored)} ignored" if judged.ignored else "Ignore rules"
    return "\n".join([f"<details><summary>{head}</summary>", "", *bullets(found), "", "</details>", ""])


def because(rule: Rule) -> str:
    """Why a rule is there, and until when."""
    return f"{value(rule.reason)}, until {rule.until}" if rule.until else value(rule.reason)


def _label(rule: Rule) -> str:
    return f"{value(rule.job)}, {rule.field}" if rule.field else value(rule.job)
