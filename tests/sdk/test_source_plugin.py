"""`pulumi package add PATH_OR_GIT_URL`: a copy of the repo installs and runs the way the Python language host does it.

The host itself comes with Pulumi's installer only. What it does was read from its source and seen with it: it runs
`python -m pip install .` in the plugin's folder, then `python -m pulumi.run.plugin DISTRIBUTION`, and takes the port
from the first line. Both commands are run here; only the engine's request to the host is not.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
import yaml
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from tests.engine.harness import ROOT

DISTRIBUTION = "pulumi-resource-alicloud-esa"


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


def test_it_installs_from_a_copy_and_answers_as_a_plugin(copy: Path, tmp_path: Path) -> None:
    # --target instead of an environment of its own, and no downloads: the dependencies are this environment's.
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(tmp_path / "installed"), "."], cwd=copy, check=True, timeout=120)
    command = [sys.executable, "-m", "pulumi.run.plugin", DISTRIBUTION]
    # Not measured: the copy's files would stand in the coverage report beside the repo's own.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment = {**kept, "PYTHONPATH": str(tmp_path / "installed")}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as plugin:
        try:
            assert plugin.stdout is not None
            port = int(plugin.stdout.readline())
            schema = json.loads(ask(port).schema)
        finally:
            plugin.terminate()
            plugin.wait(timeout=10)
    assert schema == json.loads((copy / "schema.json").read_text(encoding="utf-8"))
    where = [sys.executable, "-c", "import pulumi_resource_alicloud_esa as plugin; print(plugin.__file__)"]
    answer = subprocess.run(where, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert answer.stdout.startswith(str(tmp_path / "installed"))


def ask(port: int) -> Any:
    """The plugin's schema."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        return provider_pb2_grpc.ResourceProviderStub(channel).GetSchema(provider_pb2.GetSchemaRequest(), timeout=20)
