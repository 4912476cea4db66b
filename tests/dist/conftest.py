"""dist/ as `make test` made it from these sources."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from emulator import Emulator
from tests.support.archives import TARBALL, VERSION, sums
from tests.support.examples import made
from tests.support.engine import ROOT, Engine


@pytest.fixture(scope="session")
def bare_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PATH with the engine and its YAML host and nothing else: no Python, no plugin, no shell."""
    folder = tmp_path_factory.mktemp("path")
    tools = os.pathsep.join([str(ROOT / "bin"), os.environ["PATH"]])
    for name in ("pulumi", "pulumi-language-yaml"):
        found = shutil.which(name, path=tools)
        assert found, f"no {name}: run `make test`, which makes it"
        (folder / name).symlink_to(Path(found).resolve())
    assert not any(shutil.which(name, path=str(folder)) for name in ("python", "python3", "sh", "env"))
    return str(folder)


@pytest.fixture(scope="session")
def pulumi_home(tmp_path_factory: pytest.TempPathFactory, bare_path: str) -> Path:
    """A new PULUMI_HOME into which the tarball was installed as the documents say."""
    home = tmp_path_factory.mktemp("pulumi-home")
    # The engine ignores --checksum beside --file (seen with v3.274.1), so the sum is compared here.
    assert hashlib.sha256(made(TARBALL).read_bytes()).hexdigest() == sums()[TARBALL.name]
    install = ["pulumi", "plugin", "install", "resource", "alicloud-esa", f"v{VERSION}", "--file", str(TARBALL)]
    environment = {"PATH": bare_path, "HOME": str(home), "PULUMI_HOME": str(home), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    done = subprocess.run(install, env=environment, capture_output=True, text=True, timeout=90)
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def engine(tmp_path: Path, emulator: Emulator, bare_path: str, pulumi_home: Path) -> Engine:
    """The engine with the installed plugin, on a machine without Python."""
    engine = Engine(tmp_path / "project", {**emulator.environment(), "PATH": bare_path})
    engine.environment["PULUMI_HOME"] = str(pulumi_home)
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        engine.environment.pop(name, None)
    return engine
