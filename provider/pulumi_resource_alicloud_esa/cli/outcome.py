"""What a check found: the model that every report is made from, of one site and of all."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ..drift.compare import Difference
from ..drift.health import Health
from ..drift.ignore import Judged, Rule
from ..drift.since import Since, since_tail
from ..drift.text import number, summary
from ..esa.printable import printable
from . import exit_codes

_ROOT_VARIABLES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


class Verdict(Enum):
    """Error means: could not tell, which is neither of the others."""

    CLEAN = "clean"
    DRIFT = "drift"
    ERROR = "error"


NO_VERDICT = "could not tell whether there is drift"
_NOTHING = Judged(())


@dataclass(frozen=True)
class Outcome:
    """The check of one site; `path` is the baseline as typed, `location` as reports name it, both "" without one.

    Of the baseline it keeps what reports need: the names of the jobs by id, and the lines of what was found.
    """

    path: str
    location: str
    site_id: str
    jobs: Mapping[str, str] = field(default_factory=dict)
    judged: Judged = _NOTHING
    actual: int = 0
    """The number of live jobs."""
    errors: Sequence[str] = ()
    health: Health | None = None
    since: Since | None = None
    lines: Mapping[Difference | Rule, int] = field(default_factory=dict)
    name: str = ""
    """What was asked for by name: the site's name, or another word for what has no site id."""
    earlier: Sequence[Difference] | None = None
    """Where nobody could tell: what an earlier check found, to be known still to the one after this."""

    @property
    def differences(self) -> Sequence[Difference]:
        """The findings that count."""
        return self.judged.differences

    @property
    def verdict(self) -> Verdict:
        """Clean, drift, or could not tell."""
        if self.errors:
            return Verdict.ERROR
        return Verdict.DRIFT if self.differences else Verdict.CLEAN

    def exit_code(self, detailed: bool, only_new: bool = False) -> int:
        """0, 7 and 1 as the Pulumi engine's, or 0, 2 and 1 as terraform's; `only_new` lets known drift pass."""
        if self.verdict is Verdict.ERROR:
            return exit_codes.COULD_NOT_TELL
        passes = only_new and self.since is not None and not self.since.new
        if self.verdict is Verdict.CLEAN or passes:
            return exit_codes.CLEAN
        return exit_codes.DETAILED_DRIFT if detailed else exit_codes.DRIFT

    @property
    def subject(self) -> str:
        """The site, or the file where the site is not known."""
        if self.site_id:
            return f"site {self.site_id}"
        return printable(self.path) or printable(self.name)

    @property
    def label(self) -> str:
        """The same among others: by the site's name too, where that is known."""
        return (
            f"{self.site_id} ({printable(self.name)})" if self.name and self.site_id else self.site_id or self.subject
        )

    @property
    def title(self) -> str:
        """The subject, with the site's name where that is known."""
        return f"site {self.label}" if self.site_id else self.subject

    @property
    def headline(self) -> str:
        """The summary, with the site's name where that is known."""
        return self.title + self.summary.removeprefix(self.subject)

    @property
    def error(self) -> str:
        """The errors on one line, "" where there is none."""
        return printable("; ".join(self.errors))

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.errors:
            return f"{self.subject}: {NO_VERDICT}: {self.error}"
        verdict = summary(self.site_id, self.differences, self.actual) + self.judged.tail()
        verdict += self.since.tail() if self.since else ""
        return f"{verdict}; {self.health.summary()}" if self.health else verdict

    def asides(self, form: str) -> list[str]:
        """What a format has no place for, and says only that it is there."""
        others = f"{form} does not list it, text, Markdown and JSON do"
        since, health = self.since, self.health
        return [
            *([f"{since.tail()[2:]}; {others}"] if since else []),
            *([f"{health.summary()}; {others}"] if health else []),
            *self.judged.notes(),
        ]

    def line(self, found: Difference | Rule) -> int:
        """The baseline's line that a difference contradicts, or on which a rule stands."""
        return self.lines.get(found, 1)


@dataclass(frozen=True)
class Check:
    """The outcomes of all that was asked for; `several` where that is more than one baseline's file."""

    outcomes: Sequence[Outcome]
    several: bool = False

    @property
    def verdict(self) -> Verdict:
        """Drift where there is some on any site, else error where any could not be told."""
        found = {outcome.verdict for outcome in self.outcomes}
        return next(verdict for verdict in (Verdict.DRIFT, Verdict.ERROR, Verdict.CLEAN) if verdict in found)

    def exit_code(self, detailed: bool, only_new: bool = False) -> int:
        """The same by exit codes; drift that `only_new` lets pass hides no error."""
        # Drift has the highest code in both schemes, clean the lowest.
        return max(outcome.exit_code(detailed, only_new) for outcome in self.outcomes)

    @property
    def summary(self) -> str:
        """One line for people."""
        if not self.several:
            return self.outcomes[0].summary
        verdicts = Counter(outcome.verdict for outcome in self.outcomes)
        ignored = sum(len(outcome.judged.ignored) for outcome in self.outcomes)
        words = {Verdict.DRIFT: "with drift", Verdict.ERROR: "could not be told", Verdict.CLEAN: "as recorded"}
        parts = [f"{verdicts[verdict]} {words[verdict]}" for verdict in words if verdicts[verdict]]
        text = f"{number(len(self.outcomes), 'site')}: {', '.join(parts)}" + (f"; {ignored} ignored" if ignored else "")
        return text + (since_tail(self.since) if self.since else "")

    @property
    def since(self) -> dict[str, int]:
        """How many findings are new, known and resolved on all sites; empty without an earlier report."""
        counted: Counter[str] = Counter()
        for outcome in self.outcomes:
            counted.update(outcome.since.counts if outcome.since else {})
        return dict(counted)


def accepting(outcomes: Sequence[Outcome]) -> str:
    """The command that accepts the drift of these sites."""
    files = [f" -o {shlex.quote(printable(outcome.path))}" for outcome in outcomes]
    return f"alicloud-esa drift record --again{''.join(files)}"


def location_of(path: str) -> str:
    """A baseline as reports name it: with `/` from the root of the checkout, or absolute where it lies outside."""
    file = Path(os.path.abspath(path))
    root = _root(file)
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()


def _root(file: Path) -> Path:
    for variable in _ROOT_VARIABLES:
        root = os.environ.get(variable)
        if root and file.is_relative_to(os.path.abspath(root)):
            return Path(os.path.abspath(root))
    for folder in file.parents:
        if (folder / ".git").exists():
            return folder
    return Path.cwd()
