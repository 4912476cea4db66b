"""A job may be named as the protocol marks an unknown value or a secret: to the engine that is a name as any other."""

from __future__ import annotations

import json
from typing import Any

import pytest

from emulator import Emulator, Glitch, RawAnswer
from tests.support.engine import EMPTY_SITE_ID, Engine

pytestmark = pytest.mark.usefixtures("attached")
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ID = "665d3af3621bccf3fe29e1a4"
JOBS = {SIGNATURE: UNKNOWN, UNKNOWN: SIGNATURE, ID: SECRET}
CLEAN, DRIFT = 0, 7
SITE = int(EMPTY_SITE_ID)
PROGRAM = f"""
name: marks
runtime: yaml
resources:
  baseline:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: {{siteId: "{EMPTY_SITE_ID}"}}
variables:
  listed:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{EMPTY_SITE_ID}"}}
  drift:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobsDrift
      arguments: {{siteId: "{EMPTY_SITE_ID}", expected: EXPECTED}}
outputs:
  names: ${{listed.names}}
  first: ${{listed.jobs[0].name}}
  drifted: ${{drift.drifted}}
  recorded: ${{baseline.jobs}}
"""


def serve(emulator: Emulator, jobs: dict[str, str]) -> None:
    """Answer with these jobs, names by id: the emulator's own ids are proper ones."""
    rows = [{"Id": job_id, "Name": name, "SiteId": SITE} for job_id, name in jobs.items()]
    body = json.dumps({"RequestId": "R", "TotalCount": len(rows), "Jobs": rows}).encode()
    emulator.glitches.clear()
    emulator.glitches.add(Glitch(raw=RawAnswer(body=body)))


@pytest.fixture
def marked(engine: Engine, emulator: Emulator) -> Engine:
    """A site whose jobs bear the protocol's marks, two of them as their ids too."""
    serve(emulator, JOBS)
    names = [name if name == SECRET else f"\\{name}" for name in JOBS.values()]
    # In a program as the engine shows them: a mark itself would be an unknown value there.
    engine.write(PROGRAM.replace("EXPECTED", json.dumps([{"name": name} for name in names])))
    engine.stack()
    return engine


def check(engine: Engine) -> int:
    return engine.run("refresh", "--preview-only", "--expect-no-changes", "--diff").code


def test_marks_as_names_and_ids_are_recorded_listed_and_compared(marked: Engine) -> None:
    preview = marked.run("preview")
    assert preview.code == 0, preview.text
    update = marked.run("up", "--yes", "--skip-preview")
    assert update.code == 0, update.text
    outputs: dict[str, Any] = marked.outputs()
    assert sorted(outputs["names"]) == sorted([f"\\{UNKNOWN}", f"\\{SIGNATURE}", SECRET])
    assert outputs["drifted"] is False
    assert {job_id: job["name"] for job_id, job in outputs["recorded"].items()} == {
        f"\\{SIGNATURE}": f"\\{UNKNOWN}",
        f"\\{UNKNOWN}": f"\\{SIGNATURE}",
        ID: SECRET,
    }
    assert check(marked) == CLEAN
    assert marked.run("preview", "--expect-no-changes").code == CLEAN


def test_a_renamed_mark_is_drift_and_can_be_accepted(marked: Engine, emulator: Emulator) -> None:
    assert marked.run("up", "--yes", "--skip-preview").code == 0
    serve(emulator, {**JOBS, SIGNATURE: f"\\{UNKNOWN}"})
    assert check(marked) == DRIFT
    assert marked.run("refresh", "--yes", "--skip-preview").code == 0
    assert check(marked) == CLEAN
    serve(emulator, {ID: SECRET})
    assert check(marked) == DRIFT
