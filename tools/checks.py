"""Runs checks and sums them up at the end: `checks.py lint`, `checks.py test` for all tests too, or `checks.py check`.

`check` is what a contributor runs before each commit: the lint that needs no Go, and the tests that need neither the
engine nor a packed plugin nor another network.

A failed check does not stop the next one, so that one run shows everything that has to be mended.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from ensure_venv import VENV
from go_tools import BIN, build
from slowly import ROOT

PYTHON = ".venv/bin/python"
SCHEMA_IS_FRESH = (
    f"{PYTHON} tools/schema/build.py .cache/schema.json && cmp schema.json .cache/schema.json"
    " || { echo 'schema.json is not what tools/schema/schema.yaml gives: run make schema'; exit 1; }"
)
# What `check` leaves to `test`. tests/test_layers.py makes sure that no other test needs the engine.
NEEDS_MORE = (
    "tests/dist",
    "tests/docs",
    "tests/engine",
    "tests/network",
    "tests/schema/test_snippets.py",
    "tests/sdk",
    "tests/test_demo.py",
    "tests/test_soak.py",
)
# Into how many parts `check` deals the test files of a room: processes of their own, which cost less than one process
# that hands tests to others, each of which collects them all. Those of the last begin first: they wait the most.
PARTS = {"tests/cli/": 4, "tests/esa/": 2, "tests/": 3}
# Plugins that these processes do without: they would write over each other's cache; the rest would only be imported.
UNUSED = ("cacheprovider", "xdist", "xdist.looponfail", "pytest_cov", "anyio")
# More than cores: many of these tests wait for a deadline.
AT_ONCE = 6
WORKFLOWS = ROOT / ".github" / "workflows"
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join([str(BIN), str(VENV / "bin"), os.environ["PATH"]])}


@dataclass(frozen=True)
class Check:
    """One command that passes or fails; if it is `talkative`, its output is shown while it runs."""

    name: str
    argv: Sequence[str]
    talkative: bool = False


@dataclass(frozen=True)
class Result:
    """How a check ended; its text is a line of the summary."""

    name: str
    passed: bool
    seconds: float

    def __str__(self) -> str:
        return f"{'ok    ' if self.passed else 'FAILED'}  {self.name:<26} {self.seconds:6.1f} s"


def quick_lint_checks() -> list[Check]:
    """Return the lint checks that need nothing but Python."""
    return [
        Check("ruff", ["ruff", "check", "--quiet", "."]),
        Check("ruff format", ["ruff", "format", "--check", "--quiet", "--diff", "."]),
        Check("mypy plugin, emulator", ["mypy"]),
        Check("mypy tools", ["mypy", "--strict", *(str(path) for path in _tool_scripts())]),
        Check("schema.json is up to date", ["sh", "-c", SCHEMA_IS_FRESH]),
    ]


def lint_checks() -> list[Check]:
    """Return what `make lint` runs."""
    checks = [
        *quick_lint_checks(),
        Check("pulumi schema check", ["pulumi", "schema", "check", "schema.json"]),
        Check("sdk is up to date", [PYTHON, "tools/generate_sdk.py", "--check"]),
    ]
    if WORKFLOWS.is_dir():
        checks += [
            Check("actionlint", [str(build("actionlint")), *(str(path) for path in sorted(WORKFLOWS.glob("*.yml")))]),
            Check("zizmor", ["zizmor", "--offline", "--quiet", "--no-progress", str(WORKFLOWS)]),
        ]
    return checks


def _tool_scripts() -> list[Path]:
    # These are plain scripts that import each other by name, so they are given as files, not as a package.
    return sorted((ROOT / "tools").glob("*.py"))


def test_checks() -> list[Check]:
    """Return what `make test` runs after the lint checks."""
    # A worker more than cores, since many tests wait; and no file is one worker's own: the longest ones have few tests,
    # and would be begun last.
    pytest = [PYTHON, "-m", "pytest", "-n", "3", "--dist", "worksteal", "--cov", "--cov-report=term"]
    return [Check("pytest", pytest, talkative=True)]


def quick_checks() -> list[list[Check]]:
    """Return what `make check` runs: groups to be run side by side."""
    files = [path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "tests").rglob("test_*.py"))]
    left = [file for file in files if not file.startswith(NEEDS_MORE)]
    groups = [quick_lint_checks()]
    for room, parts in PARTS.items():
        mine = [file for file in left if file.startswith(room)]
        left = [file for file in left if file not in mine]
        pytest = [PYTHON, "-m", "pytest", "-q", "--hypothesis-profile=check", *(f"-pno:{name}" for name in UNUSED)]
        shares = [[Check(f"{room} {part + 1} of {parts}", [*pytest, *mine[part::parts]])] for part in range(parts)]
        groups = [*shares, *groups]
    return groups


def run(check: Check) -> Result:
    """Run one check; a quiet one shows its output only when it fails."""
    if check.talkative:
        print(f"==> {check.name}", flush=True)
    started = time.monotonic()
    done = subprocess.run(
        check.argv,
        cwd=ROOT,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=None if check.talkative else subprocess.PIPE,
        stderr=None if check.talkative else subprocess.STDOUT,
        check=False,
    )
    result = Result(check.name, done.returncode == 0, time.monotonic() - started)
    output = (done.stdout or b"").decode(errors="replace")
    # In one piece: others may run beside it.
    sys.stdout.write(f"{result}\n" if result.passed else f"==> {check.name}\n{output}{result}\n")
    sys.stdout.flush()
    return result


def run_all(groups: Sequence[Sequence[Check]], at_once: int) -> list[Result]:
    """Run groups side by side, the checks of each in order."""
    with ThreadPoolExecutor(at_once) as pool:
        results = pool.map(lambda group: [run(check) for check in group], groups)
        return [result for group in results for result in group]


def main() -> None:
    """Run the checks and exit non-zero if one failed."""
    what = sys.argv[1]
    if what == "check":
        results = run_all(quick_checks(), AT_ONCE)
    else:
        results = run_all([lint_checks() + (test_checks() if what == "test" else [])], 1)
    print("\nSummary")
    for result in results:
        print(f"  {result}")
    failed = [result.name for result in results if not result.passed]
    if failed:
        sys.exit(f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}")
    print(f"All {len(results)} checks passed.")


if __name__ == "__main__":
    main()
