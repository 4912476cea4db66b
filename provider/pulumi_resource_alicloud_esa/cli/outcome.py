"""What a check found: the one model that every report is made from."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ..drift.compare import Difference, Kind
from ..drift.health import Health
from ..drift.ignore import Judged, Rule
from ..drift.ignored import tail
from ..drift.record import Record
from ..drift.since import Since
from ..drift.text import summary
from ..esa.printable import printable
from . import exit_codes
from .baseline import Baseline

_ROOT_VARIABLES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


class Verdict(Enum):
    """Error means: could not tell, which is neither of the others."""

    CLEAN = "clean"
    DRIFT = "drift"
    ERROR = "error"


NO_VERDICT = "could not tell whether there is drift"
_EXIT_CODES = {
    Verdict.CLEAN: exit_codes.CLEAN,
    Verdict.DRIFT: exit_codes.DRIFT,
    Verdict.ERROR: exit_codes.COULD_NOT_TELL,
}
_DETAILED_EXIT_CODES = {**_EXIT_CODES, Verdict.DRIFT: exit_codes.DETAILED_DRIFT}


_NOTHING = Judged(())


@dataclass(frozen=True)
class Outcome:
    """One check; `path` is the baseline as typed, `location` as reports name it, `actual` the number of live jobs."""

    path: str
    location: str
    site_id: str
    baseline: Baseline | None
    judged: Judged = _NOTHING
    actual: int = 0
    errors: Sequence[str] = ()
    health: Health | None = None
    since: Since | None = None

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
        if only_new and self.verdict is Verdict.DRIFT and self.since and not self.since.new:
            return exit_codes.CLEAN
        return (_DETAILED_EXIT_CODES if detailed else _EXIT_CODES)[self.verdict]

    @property
    def subject(self) -> str:
        """The site, or the file where the site is not known."""
        return f"site {self.site_id}" if self.site_id else printable(self.path)

    @property
    def error(self) -> str:
        """The errors on one line, "" where there is none."""
        return printable("; ".join(self.errors))

    @property
    def accept(self) -> str:
        """The command that accepts the drift."""
        return f"alicloud-esa drift record --again -o {shlex.quote(printable(self.path))}"

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.errors:
            return f"{self.subject}: {NO_VERDICT}: {self.error}"
        verdict = summary(self.site_id, self.differences, self.actual) + tail(self.judged)
        verdict += self.since.tail() if self.since else ""
        return f"{verdict}; {self.health.summary()}" if self.health else verdict

    def line(self, difference: Difference) -> int:
        """The baseline's line that a difference contradicts."""
        return self.baseline.line(difference) if self.baseline else 1

    def rule_line(self, rule: Rule) -> int:
        """The baseline's line on which a rule stands."""
        return self.baseline.rule_line(rule) if self.baseline else 1

    @property
    def expected(self) -> Mapping[str, Record]:
        """The recorded jobs by id."""
        return self.baseline.jobs if self.baseline else {}

    def jobs_that_are(self, kind: Kind) -> int:
        """How many jobs differ in this way."""
        return len({difference.job_id for difference in self.differences if difference.kind is kind})


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
