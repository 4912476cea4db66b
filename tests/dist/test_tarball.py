"""The tarball, installed by the engine on a machine without Python: all that a call needs is in it."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from emulator import Emulator
from emulator.keys import STS_ACCESS_KEY_ID, STS_ACCESS_KEY_SECRET, STS_SECURITY_TOKEN
from tests.support.archives import PLUGIN, TARBALL, VERSION
from tests.support.engine import ROOT, SITE_ID, Engine, Result
from tests.support.spans import traced
from tests.support.servers import JsonServer


def call(engine: Engine, **environment: str) -> Result:
    """`pulumi do` by the package's bare name, which finds installed plugins only."""
    arguments = ("alicloud-esa:getScheduledPreloadJobs", "--site-id", SITE_ID, "--output", "json")
    return engine.run("do", *arguments, **environment)


def test_the_executable_is_at_the_archives_root() -> None:
    with tarfile.open(TARBALL) as archive:
        plugin = archive.getmember(PLUGIN)
        names = archive.getnames()
    assert plugin.isfile()
    assert plugin.mode & 0o111
    assert {name.split("/")[0] for name in names} == {PLUGIN, "_internal"}
    # Compiled files name the folder that they were made in; the archive must not depend on it.
    assert [name for name in names if name.endswith(".dist-info/RECORD")] == []


def test_the_engine_lists_it_as_installed(engine: Engine) -> None:
    (listed,) = engine.run("plugin", "ls", "--json").json()
    assert (listed["name"], listed["kind"], listed["version"]) == ("alicloud-esa", "resource", VERSION)


def test_the_yaml_example_runs_as_it_stands(engine: Engine) -> None:
    engine.copy(ROOT / "examples" / "yaml")
    engine.stack()
    update = engine.run("up", "--yes", "--skip-preview")
    assert update.code == 0, update.text
    assert engine.outputs()["jobCount"] == 45
    # The engine warns of a plugin that it took from PATH; requests of a library that does not fit.
    assert "warning" not in update.text.lower()


def test_pulumi_do_finds_it_by_name(engine: Engine) -> None:
    result = call(engine)
    assert result.json()["totalCount"] == 45
    assert result.stderr == ""


def test_it_trusts_the_authorities_of_requests_ca_bundle_and_no_others(engine: Engine, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "server.pem")
    with Emulator(certfile=tmp_path / "server.pem", keyfile=tmp_path / "server.pem") as secure:
        known = call(engine, ALIBABA_CLOUD_ENDPOINT_ESA=secure.url, REQUESTS_CA_BUNDLE=str(tmp_path / "ca.pem"))
        unknown = call(engine, ALIBABA_CLOUD_ENDPOINT_ESA=secure.url)
    assert known.json()["totalCount"] == 45
    assert unknown.code == 1
    # Said by the handshake: had the packed list of authorities been missing, it would say that.
    assert "certificate verify failed" in unknown.text


def extensions(*argv: str | Path) -> set[str]:
    """The standard library's extension modules that a plugin has loaded when it serves."""
    with subprocess.Popen([*argv, "127.0.0.1:9"], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdigit()
        found = set(re.findall(r"/lib-dynload/(\w+)\.", Path(f"/proc/{process.pid}/maps").read_text(encoding="utf-8")))
        process.kill()
    return found


def test_a_start_loads_nothing_that_one_from_venv_does_without(pulumi_home: Path) -> None:
    packed = extensions(pulumi_home / "plugins" / f"resource-alicloud-esa-v{VERSION}" / PLUGIN)
    assert "_ssl" in packed
    # PyInstaller itself imports ctypes; its scripts for multiprocessing and inspect would import these and many more.
    assert packed - extensions(ROOT / ".venv" / "bin" / PLUGIN) <= {"_ctypes"}
    assert packed.isdisjoint({"_pickle", "_bz2", "_lzma"})


@pytest.fixture
def credentials_uri() -> Iterator[str]:
    """Answers with the emulator's temporary keys."""
    keys = {
        "Code": "Success",
        "AccessKeyId": STS_ACCESS_KEY_ID,
        "AccessKeySecret": STS_ACCESS_KEY_SECRET,
        "SecurityToken": STS_SECURITY_TOKEN,
        "Expiration": "2099-01-01T00:00:00Z",
    }
    with JsonServer(lambda _: (200, {"Connection": "close"}, json.dumps(keys).encode())) as server:
        yield server.url


def test_keys_come_from_the_credentials_library(engine: Engine, emulator: Emulator, credentials_uri: str) -> None:
    no_keys = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
    result = call(engine, ALIBABA_CLOUD_CREDENTIALS_URI=credentials_uri, **no_keys)
    assert result.json()["totalCount"] == 45
    assert emulator.requests


def test_its_spans_are_in_the_engines_trace(engine: Engine) -> None:
    names = [span.name for span in traced(engine) if span.service == PLUGIN]
    assert names.count("page") == names.count("attempt") == 5
