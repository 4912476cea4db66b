"""`make demo`: the real engine runs examples/yaml against the emulator, then somebody changes a job by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from emulator import SITE_ID, Emulator  # noqa: E402  # the emulator lies beside tools/, not in the plugin

COLUMNS = {"name": 30, "domains": 34, "taskType": 9, "urlCount": 8, "createdAt": 20}


def main() -> int:
    """Runs the demo; the exit code is 0 when every step went as it should."""
    with tempfile.TemporaryDirectory(prefix="alicloud-esa-demo-") as folder, Emulator() as emulator:
        pulumi = Pulumi(Path(folder), emulator)
        say(f"An ESA stand-in with {len(emulator.store.jobs(SITE_ID))} jobs listens at {emulator.url}.")
        step("pulumi up: the program of examples/yaml, as it stands")
        pulumi.run("stack", "init", "demo", quiet=True)
        pulumi.run("up", "--yes", "--skip-preview", quiet=True)
        outputs = json.loads(pulumi.run("stack", "output", "--json", quiet=True))
        for name in ("jobCount", "nightlyNames", "failedNames"):
            say(f"{name}: {json.dumps(outputs[name])}")

        step("pulumi do alicloud-esa:getScheduledPreloadJobs: no program, no stack")
        answer = json.loads(pulumi.run(*do_arguments(), quiet=True))
        table(answer["jobs"])
        say(f"{len(answer['jobs'])} of {answer['totalCount']} jobs, RequestId {answer['requestId']}")

        step("Somebody deletes a nightly job by hand and moves another to a new domain")
        nightly = [job for job in emulator.store.jobs(SITE_ID) if job.id in nightly_ids(answer)]
        emulator.store.delete(SITE_ID, nightly[0].id)
        emulator.store.change(SITE_ID, nightly[1].id, Domains="www.example.net")
        step("pulumi refresh --preview-only --expect-no-changes --diff: the gate of a pipeline")
        pulumi.run("refresh", "--preview-only", "--expect-no-changes", "--diff", expected=7)
        say("\nExit code 7: drift. 0 would be clean, 1 would be: the jobs could not be read.")
        say("Next: `make test` runs everything; README.md shows how to use it against the real service.")
    return 0


class Pulumi:
    """The CLI in a folder of its own, offline, with the emulator as the service."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder = folder / "program"
        shutil.copytree(ROOT / "examples" / "yaml", self.folder)
        (folder / "state").mkdir()
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALIBABA", "ALICLOUD", "PULUMI"))}
        self.environment = {
            **kept,
            **emulator.environment(),
            "NO_COLOR": "1",
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "demo",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }

    def run(self, *arguments: str, quiet: bool = False, expected: int = 0) -> str:
        """Run `pulumi`; what it printed, which is also shown unless quiet."""
        started = time.monotonic()
        command = ["pulumi", *arguments, "--non-interactive"]
        done = subprocess.run(command, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        # The engine says on every run where on PATH it found the plugin; nobody needs that here.
        both = [*done.stdout.splitlines(), *done.stderr.splitlines()]
        printed = "\n".join(line for line in both if line and "from $PATH" not in line)
        if not quiet:
            say(printed.strip())
        if done.returncode != expected:
            sys.exit(f"pulumi {arguments[0]} ended with {done.returncode}, not {expected}:\n{done.stdout}{done.stderr}")
        if arguments[0] != "stack":
            say(f"[{time.monotonic() - started:.1f} s]")
        return done.stdout


def do_arguments() -> list[str]:
    plugin = str(ROOT / ".venv" / "bin" / "pulumi-resource-alicloud-esa")
    function = "alicloud-esa:getScheduledPreloadJobs"
    return ["do", "--package", plugin, function, "--site-id", str(SITE_ID), "--output", "json"]


def nightly_ids(answer: dict[str, Any]) -> set[str]:
    june = (job for job in answer["jobs"] if job["createdAt"].startswith("2024-06"))
    return {job["id"] for job in june if job["name"].startswith("nightly-")}


def table(jobs: list[dict[str, Any]]) -> None:
    say("  ".join(f"{name:{width}}" for name, width in COLUMNS.items()))
    for job in jobs:
        say("  ".join(f"{job[name]!s:{width}.{width}}" for name, width in COLUMNS.items()))


def step(title: str) -> None:
    say(f"\n--- {title}")


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
