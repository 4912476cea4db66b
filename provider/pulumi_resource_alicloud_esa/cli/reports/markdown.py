"""The report for a pull request or a job summary."""

from __future__ import annotations

from ...drift.ignored import section
from ...drift.markdown import code
from ...drift.markdown import markdown as drift_markdown
from ..outcome import Outcome, Verdict

_ERROR = 4000


def render(outcome: Outcome) -> str:
    """Markdown with a table of the jobs that differ."""
    if outcome.verdict is Verdict.ERROR:
        return _unreadable(outcome)
    report = drift_markdown(outcome.site_id, outcome.differences, outcome.actual)
    if outcome.verdict is Verdict.DRIFT:
        report += f"\nTo accept this, run {code(outcome.accept)} and commit the file.\n"
    since = outcome.since.section() if outcome.since else ""
    sections = [since, section(outcome.judged), outcome.health.markdown() if outcome.health else ""]
    return "\n".join([report, *(text for text in sections if text)])


def _unreadable(outcome: Outcome) -> str:
    subject = f"site {outcome.site_id}" if outcome.site_id else code(outcome.path)
    errors = "\n".join(f"- {code(line, longest=_ERROR)}" for line in outcome.errors)
    title = f"### Scheduled preload jobs of {subject}"
    return f"{title}\n\n**Could not be read**, so nobody knows whether there is drift:\n\n{errors}\n"
