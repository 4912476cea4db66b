"""The source plugin: the real engine takes it from a path, with `pulumi package add PATH_OR_GIT_URL`.

Only the language host for Python is a stand-in (python_host.py), because it comes with Pulumi's installer alone.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.engine import ROOT, SITE_ID, Engine

HOST = Path(__file__).parents[1] / "support" / "python_host.py"
PROGRAM = f"""
name: from-source
runtime: yaml
variables:
  jobs:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{SITE_ID}"}}
outputs:
  total: ${{jobs.totalCount}}
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `git clone` would give."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    folder = tmp_path_factory.mktemp("clone") / "plugin"
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
    return folder


def test_the_layout_is_the_one_that_the_host_installs_as_a_package(copy: Path) -> None:
    runtime = yaml.safe_load((copy / "PulumiPlugin.yaml").read_text())["runtime"]
    # With uv the host runs `python -m pip` in an environment that has no pip.
    assert runtime == {"name": "python", "options": {"toolchain": "pip"}}
    # Any of these at the root would make the host choose another way.
    for name in ("__main__.py", "requirements.txt", "uv.lock", "poetry.lock"):
        assert not (copy / name).exists()


def test_the_engine_installs_it_from_a_path_and_runs_it(copy: Path, engine: Engine) -> None:
    host = engine.folder.parent / "hosts" / "pulumi-language-python"
    host.parent.mkdir()
    host.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{HOST}" "$@"\n')
    host.chmod(0o755)
    # No plugin of this checkout on PATH, and no package of its environment: none may stand in for one that is missing.
    engine.environment["PATH"] = f"{host.parent}:{ROOT / 'bin'}:/usr/bin:/bin"
    engine.environment.pop("PYTHONPATH", None)
    asked = engine.run("package", "get-schema", str(copy), timeout=170)
    assert asked.json() == json.loads((copy / "schema.json").read_text(encoding="utf-8"))
    engine.write(PROGRAM)
    added = engine.run("package", "add", str(copy), timeout=170)
    assert added.code == 0, added.text
    # The program names the package now, and what was installed above is not installed again.
    assert yaml.safe_load((engine.folder / "Pulumi.yaml").read_text())["packages"] == {"alicloud-esa": str(copy)}
    engine.stack()
    preview = engine.run("preview")
    assert preview.code == 0, preview.text
    assert "total: 45" in preview.text
    assert "pulumi-resource-alicloud-esa from $PATH" not in preview.text
    where = [copy / "venv/bin/python", "-c", "import pulumi_resource_alicloud_esa as plugin; print(plugin.__file__)"]
    answer = subprocess.run(where, cwd=engine.folder, capture_output=True, text=True, check=True)
    assert answer.stdout.startswith(str(copy / "venv"))
