"""The report for a pull request or a job summary."""

from __future__ import annotations

from ...drift.text import cell
from ...drift.text import markdown as drift_markdown
from ...esa.printable import printable
from ..outcome import Outcome, Verdict


def render(outcome: Outcome) -> str:
    """Markdown with a table of the differences."""
    if outcome.verdict is not Verdict.ERROR:
        report = drift_markdown(outcome.site_id, outcome.readable, outcome.actual)
        return f"{report}\n{outcome.health.markdown()}" if outcome.health else report
    return "\n".join(
        [
            f"### Scheduled preload jobs of {cell(outcome.subject)}",
            "",
            "**Could not be read**, so nobody knows whether there is drift:",
            "",
            *(f"- {cell(printable(line))}" for line in outcome.errors),
            "",
        ]
    )
