"""`make demo`: the command, then Pulumi's engine, against the emulator: what they show when somebody changes jobs."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import ensure_pulumi  # noqa: E402
from ensure_venv import PLUGIN, VENV  # noqa: E402
from go_tools import BIN  # noqa: E402

from emulator import SITE_ID, Emulator  # noqa: E402  # it lies beside tools/, not in the plugin

# A job and an execution of another; the filter of examples/yaml finds both jobs.
DELETED, MOVED = "125c1820171f775fa3443735", "5412c8b29b25eb6258d85f10"
FILTER = ("--name-regex", "^nightly-", "--start-time", "2024-06-01T00:00:00Z", "--end-time", "2024-07-01T00:00:00Z")


def main() -> None:
    """Show both; exit with what was printed if a step did not end as expected."""
    with tempfile.TemporaryDirectory(prefix="alicloud-esa-demo-") as folder, Emulator() as emulator:
        say(f"A stand-in for ESA with {len(emulator.store.jobs(SITE_ID))} jobs of one site listens at {emulator.url}.")
        the_command(Terminal(Path(folder), emulator), emulator)
        emulator.reset()
        step("The same in a Pulumi program, examples/yaml")
        ensure_pulumi.main()
        the_engine(Terminal(Path(folder), emulator), emulator)
    say("\nExit code 7: drift. It is 0 when the jobs are as recorded, and 1 when they could not be read.")
    say("Next: README.md shows how to use it with the real service; `make test` runs everything.")


def the_command(terminal: Terminal, emulator: Emulator) -> None:
    """List, record, and check after somebody changed the jobs."""
    step("The command alicloud-esa lists jobs and records them in a file")
    terminal.run("alicloud-esa", "jobs", "list", "--site-id", str(SITE_ID), *FILTER)
    record = ("alicloud-esa", "drift", "record", "--executions", "--site-id", str(SITE_ID))
    terminal.run(*record, *FILTER, "-o", "preload-jobs.json")
    change_by_hand(emulator)
    terminal.run("alicloud-esa", "drift", "check", "--baseline", "preload-jobs.json", expected=7)


def the_engine(terminal: Terminal, emulator: Emulator) -> None:
    """Run the example, and refresh after somebody changed the jobs."""
    shutil.copy(ROOT / "examples" / "yaml" / "Pulumi.yaml", terminal.folder)
    version = subprocess.run([PLUGIN, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    install = ("plugin", "install", "resource", "alicloud-esa", f"v{version}", "--file", str(PLUGIN))
    terminal.run("pulumi", *install)
    terminal.run("pulumi", "stack", "init", "demo")
    terminal.run("pulumi", "up", "--yes", "--skip-preview")
    change_by_hand(emulator)
    terminal.run("pulumi", "refresh", "--preview-only", "--expect-no-changes", "--diff", expected=7)


def change_by_hand(emulator: Emulator) -> None:
    """Change jobs as somebody at the console can: of an existing job, only the plan."""
    step("Somebody deletes one of these jobs by hand and moves an execution of the other by a day")
    emulator.store.delete(SITE_ID, DELETED)
    moved = {"StartTime": "2024-06-22T16:14:52.311+08:00", "EndTime": "2024-06-22T21:14:52.311+08:00"}
    emulator.store.executions.change(MOVED, **moved)


class Terminal:
    """A folder and the environment in which commands run there: offline, with the emulator as the service."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder = folder / "program"
        for path in (self.folder, folder / "state"):
            path.mkdir(exist_ok=True)
        # Only the command: the engine would take a plugin that is on PATH before the installed one, and warn about it.
        commands = folder / "bin"
        commands.mkdir(exist_ok=True)
        shutil.copy(VENV / "bin" / "alicloud-esa", commands)
        others = [at for at in os.environ["PATH"].split(os.pathsep) if not Path(at, PLUGIN.name).exists()]
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALIBABA", "ALICLOUD", "PULUMI"))}
        self.environment = {
            **kept,
            **emulator.environment(),
            "PATH": os.pathsep.join([str(commands), str(BIN), *others]),
            "NO_COLOR": "1",
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def run(self, *words: str, expected: int = 0) -> None:
        """Show the command and what it prints."""
        say(f"\n$ {shlex.join(word.replace(f'{ROOT}/', '') for word in words)}")
        started = time.monotonic()
        options = ["--non-interactive"] if words[0] == "pulumi" else []
        command, together = [*words, *options], subprocess.STDOUT
        done = subprocess.run(command, cwd=self.folder, env=self.environment, stderr=together, check=False)
        say(f"[exit code {done.returncode}, {time.monotonic() - started:.1f} s]")
        if done.returncode != expected:
            sys.exit(f"{words[0]} should have ended with {expected}")


def step(title: str) -> None:
    say(f"\n--- {title}")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
