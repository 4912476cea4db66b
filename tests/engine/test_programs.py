"""Programs other than the examples: explicit providers, unknown inputs, numbers, errors in preview and update."""

from __future__ import annotations

import json

from emulator import Emulator
from tests.support.engine import EXAMPLE_SITE_ID, SITE_ID, Engine

TWO_PROVIDERS = f"""
name: two
runtime: yaml
resources:
  right:
    type: pulumi:providers:alicloud-esa
    properties:
      accessKey: testAccessKeyId
      secretKey: testAccessKeySecret
      endpoint: ENDPOINT
  wrong:
    type: pulumi:providers:alicloud-esa
    properties:
      accessKey: testAccessKeyId
      secretKey: SECOND
      endpoint: ENDPOINT
variables:
  first:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{SITE_ID}"}}
      options: {{provider: "${{right}}"}}
  second:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{EXAMPLE_SITE_ID}"}}
      options: {{provider: "${{wrong}}"}}
outputs:
  first: ${{first.totalCount}}
  second: ${{second.totalCount}}
"""

ONE_CALL = """
name: one
runtime: yaml
variables:
  jobs:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: ARGUMENTS
outputs:
  count: ${jobs.totalCount}
  siteId: ${jobs.jobs[0].siteId}
"""

NO_KEYS = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}


def two_providers(emulator: Emulator, second: str) -> str:
    return TWO_PROVIDERS.replace("ENDPOINT", emulator.url).replace("SECOND", second)


def test_two_explicit_providers_work_in_one_program(engine: Engine, emulator: Emulator) -> None:
    engine.write(two_providers(emulator, "testAccessKeySecret"))
    engine.stack()
    update = engine.run("up", "--yes", "--skip-preview", **NO_KEYS)
    assert update.code == 0, update.text
    assert engine.outputs() == {"first": 45, "second": 1}


def test_each_explicit_provider_uses_its_own_keys(engine: Engine, emulator: Emulator) -> None:
    engine.write(two_providers(emulator, "another-secret"))
    engine.stack()
    update = engine.run("up", "--yes", "--skip-preview", **NO_KEYS)
    assert update.code == 1
    assert "SignatureDoesNotMatch" in update.text
    assert "another-secret" not in update.text


def test_a_secret_given_in_clear_is_encrypted_in_state(engine: Engine, emulator: Emulator) -> None:
    engine.write(two_providers(emulator, "testAccessKeySecret"))
    engine.stack()
    assert engine.run("up", "--yes", "--skip-preview", **NO_KEYS).code == 0
    state = engine.run("stack", "export").stdout
    assert "testAccessKeySecret" not in state
    assert "ciphertext" in state
    assert "testAccessKeySecret" not in "".join(
        path.read_text(errors="replace") for path in (engine.folder.parent / "state").rglob("*") if path.is_file()
    )


def test_credentials_of_the_environment_never_reach_state(engine: Engine) -> None:
    engine.write(ONE_CALL.replace("ARGUMENTS", f'{{siteId: "{SITE_ID}"}}'))
    engine.stack()
    assert engine.run("up", "--yes", "--skip-preview").code == 0
    state = engine.run("stack", "export").stdout
    assert "testAccessKeyId" not in state
    assert "testAccessKeySecret" not in state


def test_a_site_id_written_as_a_number_stays_exact(engine: Engine) -> None:
    engine.write(ONE_CALL.replace("ARGUMENTS", f"{{siteId: {SITE_ID}}}"))
    engine.stack()
    update = engine.run("up", "--yes", "--skip-preview")
    assert update.code == 0, update.text
    assert engine.outputs() == {"count": 45, "siteId": SITE_ID}


def test_wrong_inputs_fail_the_preview_and_the_update_alike(engine: Engine, emulator: Emulator) -> None:
    arguments = json.dumps({"siteId": "abc", "startTime": "yesterday", "ids": ["", "x"]})
    engine.write(ONE_CALL.replace("ARGUMENTS", arguments))
    engine.stack()
    for command in (["preview"], ["up", "--yes", "--skip-preview"]):
        result = engine.run(*command)
        assert result.code == 1, result.text
        for part in ("siteId: the text given is not a site id", "startTime: the text given is not a time", "ids[0]"):
            assert part in result.text
        assert "Traceback" not in result.text
        assert 'File "' not in result.text
    assert emulator.requests == []


def test_wrong_configuration_is_named_property_by_property(engine: Engine) -> None:
    engine.write(ONE_CALL.replace("ARGUMENTS", f'{{siteId: "{SITE_ID}"}}'))
    engine.stack()
    for key, value in {"maxConcurrency": "0", "endpoint": "http://esa.example.com", "timeoutSeconds": "soon"}.items():
        assert engine.run("config", "set", f"alicloud-esa:{key}", value).code == 0
    result = engine.run("preview")
    assert result.code != 0
    for part in ("maxConcurrency", "endpoint", "timeoutSeconds", "give a whole number from 1 to 64"):
        assert part in result.text
    assert "Traceback" not in result.text
