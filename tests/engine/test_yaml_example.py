"""examples/yaml runs as it stands, and what it prints is what the service has."""

from __future__ import annotations

from emulator import Emulator
from tests.support.engine import ROOT, SITE_ID, Engine


def test_the_example_previews_updates_and_exports_the_jobs(engine: Engine, emulator: Emulator) -> None:
    engine.copy(ROOT / "examples" / "yaml")
    engine.stack()
    preview = engine.run("preview")
    assert preview.code == 0, preview.text
    update = engine.run("up", "--yes", "--skip-preview")
    assert update.code == 0, update.text

    outputs = engine.outputs()
    assert outputs["jobCount"] == len(emulator.store.jobs(int(SITE_ID))) == 45
    assert outputs["nightlyNames"] == ["nightly-homepage-warmup"] * len(outputs["nightlyNames"])
    assert outputs["nightlyNames"]
    assert sorted(outputs["failedNames"]) == sorted(
        job.fields["Name"] for job in emulator.store.jobs(int(SITE_ID)) if job.fields["ErrorInfo"]
    )


def test_a_second_update_changes_nothing(engine: Engine) -> None:
    engine.copy(ROOT / "examples" / "yaml")
    engine.stack()
    assert engine.run("up", "--yes", "--skip-preview").code == 0
    again = engine.run("preview", "--expect-no-changes")
    assert again.code == 0, again.text
