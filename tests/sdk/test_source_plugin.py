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
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from emulator import SITE_ID, Emulator
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


def test_it_installs_from_a_copy_with_its_dependencies_and_answers_as_a_plugin(copy: Path, tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True, timeout=90)
    # Alone: no package of this environment may stand in for one that the plugin forgot to name.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    alone = {**kept, "PYTHONPATH": "", "PATH": f"{python.parent}:/usr/bin:/bin"}
    subprocess.run([python, "-m", "pip", "install", "--quiet", "."], cwd=copy, env=alone, check=True, timeout=150)
    command = [python, "-m", "pulumi.run.plugin", DISTRIBUTION]
    with subprocess.Popen(command, cwd=tmp_path, env=alone, stdout=subprocess.PIPE, text=True) as plugin:
        try:
            assert plugin.stdout is not None
            port = int(plugin.stdout.readline())
            schema = json.loads(ask(port).schema)
            with Emulator() as emulator:
                assert jobs(port, emulator) == 45
        finally:
            plugin.terminate()
            plugin.wait(timeout=10)
    assert schema == json.loads((copy / "schema.json").read_text(encoding="utf-8"))
    where = [python, "-c", "import pulumi_resource_alicloud_esa as plugin; print(plugin.__file__)"]
    answer = subprocess.run(where, cwd=tmp_path, env=alone, capture_output=True, text=True, check=True)
    assert answer.stdout.startswith(str(tmp_path / "venv"))


def jobs(port: int, emulator: Emulator) -> int:
    """How many jobs it lists: a call needs the packages that a start does not load."""
    settings = emulator.environment()
    provider = {
        "accessKey": settings["ALIBABA_CLOUD_ACCESS_KEY_ID"],
        "secretKey": settings["ALIBABA_CLOUD_ACCESS_KEY_SECRET"],
        "endpoint": emulator.url,
    }
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Configure(provider_pb2.ConfigureRequest(args=struct(provider), acceptSecrets=True), timeout=20)
        request = provider_pb2.InvokeRequest(
            tok="alicloud-esa:index:getScheduledPreloadJobs", args=struct({"siteId": str(SITE_ID)})
        )
        return int(getattr(stub.Invoke(request, timeout=20), "return")["totalCount"])


def struct(values: dict[str, str]) -> Any:
    """As the engine sends them."""
    made = struct_pb2.Struct()
    made.update(values)
    return made


def ask(port: int) -> Any:
    """The plugin's schema."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        return provider_pb2_grpc.ResourceProviderStub(channel).GetSchema(provider_pb2.GetSchemaRequest(), timeout=20)
