"""Plugin and Python SDK work on every Python that they claim: the example runs on each, plugin and program alike."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from emulator import Emulator
from tests.support.certificates import authority, context_of
from tests.support.engine import INLINE, ROOT, Engine
from tests.support.servers import RawServer, answer, closing

CLAIMED = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture(scope="module")
def sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python SDK, installed once; it is the same files for every Python."""
    copy = shutil.copytree(ROOT / "sdk" / "python", tmp_path_factory.mktemp("sdk") / "copy")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(copy.parent / "installed"), str(copy)], check=True)
    return copy.parent / "installed"


def folder(version: str) -> Path:
    return ROOT / (".venv" if version == OWN else f".cache/python-{version}") / "bin"


def python_of(version: str) -> Path:
    """A Python of this version with the plugin; in CI all must be there, elsewhere its test is skipped without it."""
    python = folder(version) / "python"
    if not python.exists():
        missing = f"no Python {version}: `pyenv install {version}`, or put python{version} on PATH; then `make test`"
        assert not os.environ.get("CI"), missing
        pytest.skip(missing)
    return python


@pytest.mark.parametrize("version", CLAIMED)
def test_the_example_runs_on_each_python(version: str, sdk: Path, tmp_path: Path) -> None:
    python = python_of(version)
    with Emulator() as emulator:
        engine = Engine(tmp_path / "project", dict(emulator.environment()))
        environment = {
            **engine.environment,
            # The plugin of this very Python comes first, and the SDK beside it.
            "PATH": f"{folder(version)}:{engine.environment['PATH']}",
            "PYTHONPATH": str(sdk),
        }
        done = subprocess.run(
            [str(python), str(INLINE), str(ROOT / "examples" / "python" / "__main__.py"), "up"],
            cwd=engine.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=90,
        )
        assert done.returncode == 0, done.stderr
        assert '"jobCount": 45' in done.stdout
        assert f"from $PATH at {folder(version)}/pulumi-resource-alicloud-esa" in done.stderr
        assert any(f"python/{version}." in record.headers["user-agent"] for record in emulator.requests)


GETS = {
    "the plugin's way": "from pulumi_resource_alicloud_esa.credentials.http import exchange; exchange('GET', {url!r}, {{}})",
    "Python's own way": "from urllib.request import urlopen; urlopen({url!r})",
}


@pytest.mark.parametrize("version", CLAIMED)
def test_a_private_authority_without_critical_basic_constraints_is_trusted_by_each_python(
    version: str, tmp_path: Path
) -> None:
    ca, chain = authority(critical=False)
    (tmp_path / "ca.pem").write_bytes(ca)
    trusted = {}
    with RawServer(answer(closing(b"{}")), tls=context_of(chain, tmp_path)) as server:
        for way, code in GETS.items():
            done = subprocess.run(
                [str(python_of(version)), "-c", code.format(url=server.url.replace("127.0.0.1", "localhost"))],
                env={"PATH": os.environ["PATH"], "SSL_CERT_FILE": str(tmp_path / "ca.pem")},
                capture_output=True,
                text=True,
                timeout=60,
            )
            trusted[way] = "certificate verify failed" not in done.stderr
            assert trusted[way] == (done.returncode == 0), done.stderr
    # Python's own way shows that the certificate is one that Pythons from 3.13 on refuse.
    assert trusted == {"the plugin's way": True, "Python's own way": int(version.removeprefix("3.")) < 13}


def test_every_claimed_python_is_tried() -> None:
    tried = re.search(r"VERSIONS = \((.*)\)", (ROOT / "tools" / "ensure_pythons.py").read_text(encoding="utf-8"))
    assert tried
    assert re.findall(r"3\.\d+", tried[1]) == CLAIMED
