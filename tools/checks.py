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
WORKFLOWS = ROOT / ".github" / "workflows"
ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join([str(BIN), str(VENV / "bin"), os.environ["PATH"]])}


@dataclass(frozen=True)
class Check:
    """One command that passes or fails; if it is `talkative`, its output is shown while it runs."""

    name: str
    argv: Sequence[str]
    talkative: bool = False


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


def quick_checks() -> list[Check]:
    """Return what `make check` runs."""
    # More workers than cores: many of these tests wait for a deadline.
    pytest = [PYTHON, "-m", "pytest", "-q", "-n", "4", "--dist", "worksteal"]
    pytest += [f"--ignore={path}" for path in NEEDS_MORE]
    return [*quick_lint_checks(), Check("pytest without the engine", pytest, talkative=True)]


def run(check: Check) -> tuple[bool, float]:
    """Run one check; a quiet one shows its output only when it fails."""
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
    if done.returncode != 0 and done.stdout:
        sys.stdout.write(done.stdout.decode(errors="replace"))
    return done.returncode == 0, time.monotonic() - started


def main() -> None:
    """Run the checks in order and exit non-zero if one failed."""
    what = sys.argv[1]
    checks = quick_checks() if what == "check" else lint_checks() + (test_checks() if what == "test" else [])
    results = [(check.name, *run(check)) for check in checks]
    print("\nSummary")
    for name, passed, seconds in results:
        print(f"  {'ok    ' if passed else 'FAILED'}  {name:<26} {seconds:6.1f} s")
    failed = [name for name, passed, _ in results if not passed]
    if failed:
        sys.exit(f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}")
    print(f"All {len(results)} checks passed.")


if __name__ == "__main__":
    main()
