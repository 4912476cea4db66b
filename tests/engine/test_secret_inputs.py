"""What a program marks secret is in no error, no drift line and no state in clear; faults read well beside it."""

from __future__ import annotations

import pytest

from emulator import Emulator
from tests.support.engine import SITE_ID, Engine

pytestmark = pytest.mark.usefixtures("attached")
DRIFT = 7
HIDDEN = "hunter2hunter2"
BASELINE = f"""
name: secret
runtime: yaml
resources:
  baseline:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: {{siteId: "{SITE_ID}"}}
    options:
      additionalSecretOutputs: [jobs]
"""
WRONG = f"""
name: wrong
runtime: yaml
variables:
  hidden:
    fn::secret: {HIDDEN}
resources:
  baseline:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: {{siteId: "${{hidden}}", ignoreFields: [urlCount, colour]}}
"""
WRONG_CALL = f"""
name: wrong
runtime: yaml
variables:
  hidden:
    fn::secret: {HIDDEN}
  listed:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "${{hidden}}"}}
outputs:
  count: ${{listed.totalCount}}
"""


def test_drift_lines_of_secret_jobs_name_the_job_only(engine: Engine, emulator: Emulator) -> None:
    engine.write(BASELINE)
    engine.stack()
    assert engine.run("up", "--yes", "--skip-preview").code == 0
    changed, deleted = emulator.store.jobs(int(SITE_ID))[:2]
    emulator.store.change(int(SITE_ID), changed.id, Domains=f"{HIDDEN}.example.com")
    emulator.store.delete(int(SITE_ID), deleted.id)
    result = engine.run("refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert result.code == DRIFT, result.text
    assert f"job {changed.fields['Name']} ({changed.id}) has changed" in result.text
    assert f"({deleted.id}) is gone" in result.text
    assert HIDDEN not in result.text
    assert engine.run("refresh", "--yes", "--skip-preview").code == 0
    assert engine.run("refresh", "--preview-only", "--expect-no-changes").code == 0
    (resource,) = (
        r for r in engine.run("stack", "export").json()["deployment"]["resources"] if "Baseline" in r["type"]
    )
    assert "ciphertext" in str(resource["outputs"]["jobs"])


@pytest.mark.parametrize("program", [WRONG, WRONG_CALL], ids=["resource", "function"])
def test_a_wrong_secret_is_not_shown(engine: Engine, program: str) -> None:
    engine.write(program)
    engine.stack()
    result = engine.run("preview")
    assert result.code != 0
    assert HIDDEN not in result.text
    assert "is not a site id; give its digits" in result.text
    if program is WRONG:
        # A fault of a nested input: on the property that the engine shows, its place in the text.
        assert "ignoreFields[1]: 'colour' is not a field" in result.text
        assert "<nil>" not in result.text


def test_a_known_and_wrong_input_fails_the_preview_beside_an_unknown_one(engine: Engine) -> None:
    engine.write(f"""
name: unknown
runtime: yaml
resources:
  first:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: {{siteId: "{SITE_ID}"}}
  second:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: {{siteId: "${{first.id}}", ignoreFields: [colour]}}
""")
    engine.stack()
    result = engine.run("preview")
    assert result.code != 0
    assert "'colour' is not a field" in result.text
