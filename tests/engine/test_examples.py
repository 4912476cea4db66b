"""Every example runs as it stands, says the same in every language, and prints what its README shows."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from emulator import EMPTY_SITE_ID, EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, Emulator
from tests.support.engine import SITE_ID, Engine, Result
from tests.support.examples import EXAMPLES, LANGUAGES, Example, outputs_section, place
from tests.support.shell import run_readme

pytestmark = pytest.mark.usefixtures("attached")
SITE = int(SITE_ID)
JUNE = ("2024-06-01T00:00:00Z", "2024-07-01T00:00:00Z")


def readme_shows(name: str, result: Result) -> None:
    readme = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    assert f"```text\n{outputs_section(result.text)}```" in readme, f"{name}/README.md shows another output"


def up(engine: Engine, name: str) -> Any:
    """Preview an example and run its README's own commands; its outputs."""
    example = place(engine, name)
    preview = example.preview()
    assert preview.code == 0, preview.text
    update = run_readme(example)
    assert update.code == 0, update.text
    readme_shows(name, update)
    return engine.outputs()


def in_june(emulator: Emulator) -> list[Any]:
    return [job for job in emulator.store.jobs(SITE) if JUNE[0] <= str(job.fields["CreatedAt"]) <= JUNE[1]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_jobs_say_the_same(engine: Engine, emulator: Emulator, language: str) -> None:
    outputs = up(engine, language)
    jobs = emulator.store.jobs(SITE)
    nightly = [job for job in in_june(emulator) if str(job.fields["Name"]).startswith("nightly-")]
    assert outputs["jobCount"] == len(jobs) == 45
    assert outputs["nightlyNames"] == [job.fields["Name"] for job in nightly]
    assert outputs["failedNames"] == [job.fields["Name"] for job in jobs if job.fields["ErrorInfo"]]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["", "runs-ahead-"])
def test_an_example_also_runs_on_a_site_without_such_jobs(engine: Engine, kind: str, language: str) -> None:
    example = place(engine, f"{kind}{language}")
    assert engine.run("config", "set", "siteId", str(EXAMPLE_SITE_ID)).code == 0
    update = example.up()
    assert update.code == 0, update.text
    outputs = engine.outputs()
    assert outputs["jobCount"] == 1
    if not kind:
        assert outputs["nightlyNames"] == []
        # A baseline of the nightly jobs holds no others.
        resources = engine.run("stack", "export").json()["deployment"]["resources"]
        (baseline,) = [one for one in resources if one["type"].endswith(":ScheduledPreloadJobsBaseline")]
        assert baseline["outputs"]["jobs"] == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_drift_say_the_same(engine: Engine, emulator: Emulator, language: str) -> None:
    outputs = up(engine, f"drift-{language}")
    assert outputs["jobsWithErrors"] == ["image-sprites-v38"]
    refresh = ("refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert engine.run(*refresh).code == 0

    changed = next(job for job in emulator.store.jobs(SITE) if job.fields["Name"] == "image-sprites-v8")
    emulator.store.change(SITE, changed.id, Domains="other.example.com")
    gate = engine.run(*refresh)
    assert gate.code == 7, gate.text
    assert "other.example.com" in gate.text
    preview = Example(engine, f"drift-{language}").preview()
    assert preview.code != 0
    assert "1 changed: image-sprites-v8 (domains)" in preview.text
    assert "pulumi_resource_alicloud_esa" not in preview.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_runs_ahead_say_the_same(engine: Engine, emulator: Emulator, language: str) -> None:
    outputs = up(engine, f"runs-ahead-{language}")
    jobs = in_june(emulator)
    idle = [
        job.fields["Name"]
        for job in jobs
        if not {"waiting", "running"} & {str(row["Status"]) for row in emulator.store.executions.of(job.id)}
    ]
    assert outputs["jobCount"] == len(jobs)
    # The function that YAML calls sorts them; a loop keeps the service's order.
    assert sorted(outputs["withoutRunAhead"]) == sorted(idle)
    assert 0 < len(idle) < len(jobs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_sites_say_the_same(engine: Engine, emulator: Emulator, language: str) -> None:
    example = Example(engine, f"sites-{language}")
    outputs = up(engine, example.name)
    assert outputs == {"sites": ["example.com"], "recorded": {"example.com": 45}}
    refresh = ("refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert engine.run(*refresh).code == 0
    gone = emulator.store.delete(SITE, emulator.store.jobs(SITE)[0].id)
    assert engine.run(*refresh).code == 7
    # Python's runs through the Automation API.
    for gate in (example.preview(), example.up()):
        assert gate.code != 0
        assert f"job {gone.fields['Name']} ({gone.id}) is gone" in gate.text
        assert "to accept what is there, run `pulumi refresh`" in gate.text
    assert engine.run("refresh", "--yes", "--skip-preview").code == 0
    accepted = example.preview()
    assert accepted.code == 0, accepted.text


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "yaml"])
def test_a_new_site_of_the_team_is_recorded_too(engine: Engine, emulator: Emulator, language: str) -> None:
    example = place(engine, f"sites-{language}")
    emulator.store.change_site(EMPTY_SITE_ID, Tags={"team": "shop"})
    update = example.up()
    assert update.code == 0, update.text
    assert engine.outputs()["recorded"] == {"example.com": 45, "example.org": 0}
    assert f"site {EMPTY_SITE_ID} has no job that matches: an empty record is made" in update.text


def test_the_example_of_one_job_finds_it_and_says_when_it_is_gone(engine: Engine, emulator: Emulator) -> None:
    outputs = up(engine, "one-job-typescript")
    assert outputs == {"found": True, "name": "example", "domains": "testurl.com", "executions": ["failed"]}
    for site in (SITE, EXAMPLE_SITE_ID):
        emulator.store.delete(site, EXAMPLE_JOB_ID)
    gone = Example(engine, "one-job-typescript").up()
    assert gone.code == 0, gone.text
    assert engine.outputs() == {"found": False}


def test_every_example_is_a_project_of_its_own() -> None:
    # Two of one name would share the stack `dev`.
    names = [yaml.safe_load(path.read_text(encoding="utf-8"))["name"] for path in EXAMPLES.glob("*/Pulumi.yaml")]
    assert sorted(set(names)) == sorted(names)


def test_every_example_is_run_here() -> None:
    names = {path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml")}
    in_all_languages = {f"{kind}{one}" for kind in ("", "drift-", "runs-ahead-", "sites-") for one in LANGUAGES}
    assert names == {*in_all_languages, "one-job-typescript"}
