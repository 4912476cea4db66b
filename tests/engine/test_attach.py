"""PULUMI_DEBUG_PROVIDERS: a plugin that was started by hand, under a debugger say, serves one engine after another."""

from __future__ import annotations

import subprocess

from tests.engine.harness import PLUGIN, ROOT, Engine


def test_a_plugin_started_by_hand_serves_several_runs(engine: Engine) -> None:
    engine.copy(ROOT / "examples" / "yaml")
    engine.stack()
    with subprocess.Popen([str(PLUGIN)], env=engine.environment, stdout=subprocess.PIPE, text=True) as plugin:
        try:
            assert plugin.stdout is not None
            attach = f"alicloud-esa:{plugin.stdout.readline().strip()}"
            for _ in range(2):
                result = engine.run("preview", PULUMI_DEBUG_PROVIDERS=attach)
                assert result.code == 0, result.text
            assert plugin.poll() is None
        finally:
            plugin.terminate()
            assert plugin.wait(timeout=5) == 0
