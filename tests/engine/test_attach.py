"""PULUMI_DEBUG_PROVIDERS: a plugin that was started by hand, under a debugger say, serves one engine after another."""

from __future__ import annotations

import os
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator import Emulator
from tests.support.engine import PLUGIN, ROOT, SITE_ID, Engine

# Where nothing listens: a plugin that the engine starts itself has this service, the one started by hand the emulator.
DEAD = "http://127.0.0.1:9"
ATTACHED_ONLY = {"ALIBABA_CLOUD_ENDPOINT_ESA": DEAD, "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "nonsense"}


@pytest.fixture
def only_the_engine(tmp_path: Path) -> str:
    """A PATH without the plugin: `pulumi` and its YAML host alone."""
    folder = tmp_path / "path"
    folder.mkdir()
    for name in ("pulumi", "pulumi-language-yaml"):
        (folder / name).symlink_to(found(name).resolve())
    return str(folder)


def found(name: str) -> Path:
    for folder in (ROOT / "bin", *map(Path, os.get_exec_path())):
        if (folder / name).exists():
            return folder / name
    raise RuntimeError(f"no {name}: run `make test`, which makes it")


def debugger() -> list[str]:
    """What CONTRIBUTING.md says, on a free port and without waiting for an editor."""
    written = re.search(
        r"`(\.venv/bin/python .* -m debugpy .*)`", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    )
    assert written
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    words = ["127.0.0.1:" + port if word == "5678" else word for word in written[1].split()]
    words.remove("--wait-for-client")
    return [str(ROOT / words[0]), *words[1:]]


@pytest.mark.parametrize("command", [lambda: [str(PLUGIN)], debugger], ids=["alone", "under a debugger"])
def test_a_plugin_started_by_hand_serves_several_runs(
    engine: Engine, emulator: Emulator, only_the_engine: str, command: Callable[[], list[str]]
) -> None:
    engine.copy(ROOT / "examples" / "yaml")
    engine.stack()
    run = {**ATTACHED_ONLY, "PATH": only_the_engine}
    without = engine.run("preview", **run)
    assert without.code != 0, "the engine found a plugin of its own: this test would show nothing"
    assert emulator.requests == []
    with subprocess.Popen(command(), env=engine.environment, stdout=subprocess.PIPE, text=True) as plugin:
        try:
            assert plugin.stdout is not None
            attach = f"alicloud-esa:{plugin.stdout.readline().strip()}"
            for _ in range(2):
                before = len(emulator.requests)
                result = engine.run("preview", PULUMI_DEBUG_PROVIDERS=attach, **run)
                assert result.code == 0, result.text
                assert len(emulator.requests) > before
            assert plugin.poll() is None
        finally:
            plugin.terminate()
            assert plugin.wait(timeout=5) == 0


TWO_PROVIDERS = f"""
name: two
runtime: yaml
resources:
  other:
    type: pulumi:providers:alicloud-esa
    properties: {{endpoint: "{DEAD}", maxAttempts: 1}}
variables:
  ours:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{SITE_ID}"}}
  others:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{SITE_ID}"}}
      options:
        provider: ${{other}}
outputs:
  ours: ${{ours.totalCount}}
  others: ${{others.totalCount}}
"""


def test_a_second_provider_is_refused_rather_than_answered_with_the_firsts_account(
    engine: Engine, only_the_engine: str
) -> None:
    engine.write(TWO_PROVIDERS)
    engine.stack()
    with subprocess.Popen([str(PLUGIN)], env=engine.environment, stdout=subprocess.PIPE, text=True) as plugin:
        assert plugin.stdout is not None
        attach = f"alicloud-esa:{plugin.stdout.readline().strip()}"
        result = engine.run("preview", PULUMI_DEBUG_PROVIDERS=attach, PATH=only_the_engine)
        plugin.terminate()
    assert result.code != 0
    assert "serves a provider with other settings already" in result.text
    assert "Traceback" not in result.text
