"""`make demo`: the command shows drift before the Pulumi CLI is asked for, and nothing on the screen is a warning."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.engine import ROOT

# In place of finding or building the CLI.
STOPPED = """
import sys
sys.path.insert(0, "tools")
import demo
demo.ensure_pulumi.main = lambda: sys.exit("here the CLI is built")
demo.main()
"""

MOVED = "execution 5412c8b29b25eb6258d85f10 startTime 2024-06-21T08:14:52.311Z => 2024-06-22T08:14:52.311Z"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    # As in an activated environment, where the engine would find the plugin on PATH and warn about it.
    environment = {**os.environ, "PATH": os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def test_a_machine_without_the_cli_sees_drift_before_it_is_built() -> None:
    done = run("-c", STOPPED)
    assert done.returncode == 1
    assert done.stderr.strip() == "here the CLI is built"
    assert MOVED in done.stdout
    assert "[exit code 7," in done.stdout
    assert "$ pulumi" not in done.stdout


def test_every_step_ends_as_it_says_and_without_a_warning() -> None:
    done = run("tools/demo.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("[exit code 7,") == 2
    command, engine = done.stdout.split("The same in a Pulumi program")
    assert MOVED in command
    assert MOVED in engine
    assert "warning" not in done.stdout + done.stderr
