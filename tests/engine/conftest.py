from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.engine import PLUGIN, Engine


@pytest.fixture
def attached(engine: Engine) -> Iterator[None]:
    """One plugin for all runs of a test: started by each, and twice by one of YAML, it took half of their time."""
    # The engine names the project to a plugin that it starts.
    environment = {**engine.environment, "PULUMI_PROJECT": "attached"}
    with subprocess.Popen([str(PLUGIN)], env=environment, stdout=subprocess.PIPE, text=True) as plugin:
        assert plugin.stdout is not None
        engine.environment["PULUMI_DEBUG_PROVIDERS"] = f"alicloud-esa:{plugin.stdout.readline().strip()}"
        yield
        plugin.terminate()


@pytest.fixture
def measured(engine: Engine) -> None:
    """Coverage counts what the engine's plugin does: what only an engine asks of it, such as spans and an end."""
    engine.environment |= {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
