"""Keys that end after an hour: which of them `pulumi refresh` uses, and the two ways that work."""

from __future__ import annotations

import pytest

from emulator import Emulator
from tests.support.baseline_program import program
from tests.support.engine import Engine

OLD, NEW = ("STS.old", "old-secret", "old-token"), ("STS.new", "new-secret", "new-token")
VARIABLES = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN")


def give(engine: Engine, where: str, keys: tuple[str, str, str]) -> None:
    if where == "environment":
        engine.environment.update(zip(VARIABLES, keys, strict=True))
        return
    for name, value in zip(("accessKey", "secretKey", "securityToken"), keys, strict=True):
        assert engine.run("config", "set", f"alicloud-esa:{name}", value, "--secret").code == 0


@pytest.fixture
def renewed(engine: Engine, emulator: Emulator, request: pytest.FixtureRequest) -> Engine:
    """A stack that was brought up with keys that have ended since; new ones are where those were."""
    for name in VARIABLES:
        engine.environment.pop(name, None)
    emulator.keys.add(*OLD)
    emulator.keys.add(*NEW)
    engine.write(program())
    engine.stack()
    give(engine, request.param, OLD)
    update = engine.run("up", "--yes", "--skip-preview")
    assert update.code == 0, update.text
    emulator.keys.expire_token(OLD[0])
    give(engine, request.param, NEW)
    return engine


@pytest.mark.parametrize("renewed", ["configuration"], indirect=True)
def test_keys_of_the_configuration_are_those_of_the_state_until_the_program_runs(renewed: Engine) -> None:
    refresh = renewed.run("refresh", "--preview-only", "--expect-no-changes")
    assert refresh.code == 1
    assert "InvalidSecurityToken.Expired" in refresh.text
    assert "run them with --run-program, or keep temporary keys in the environment" in refresh.text
    assert OLD[2] not in refresh.text
    again = renewed.run("refresh", "--preview-only", "--expect-no-changes", "--run-program")
    assert again.code == 0, again.text


@pytest.mark.parametrize("renewed", ["environment"], indirect=True)
def test_keys_of_the_environment_are_read_every_time(renewed: Engine) -> None:
    refresh = renewed.run("refresh", "--preview-only", "--expect-no-changes")
    assert refresh.code == 0, refresh.text
