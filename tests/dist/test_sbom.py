"""The bill of materials names what is in the tarball, and nothing that is not."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from tests.support.archives import PLUGIN, SBOM, VERSION
from tests.support.examples import made
from tests.support.engine import ROOT

VIEWER = ROOT / "build" / "freezing" / "bin" / "pyi-archive_viewer"


@pytest.fixture(scope="module")
def bom() -> Any:
    return json.loads(made(SBOM).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def packed(pulumi_home: Path) -> Path:
    """The folder of the installed plugin."""
    return made(pulumi_home / "plugins" / f"resource-alicloud-esa-v{VERSION}")


@pytest.fixture(scope="module")
def packages(packed: Path) -> set[str]:
    """The top-level Python packages in it, as far as a distribution of .venv has them."""
    listing = [str(made(VIEWER)), "--list", "--recursive", "--brief", str(packed / PLUGIN)]
    modules = subprocess.run(listing, capture_output=True, text=True, timeout=60, check=True).stdout.split()
    inside = {path.name.partition(".")[0] for path in (packed / "_internal").iterdir()}
    return ({module.partition(".")[0] for module in modules} | inside) & set(packages_distributions())


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def versions(bom: Any, kind: str) -> dict[str, str]:
    """Name and version of the components of one kind of package URL."""
    return {
        normal(component["name"]): component["version"]
        for component in bom["components"]
        if component.get("purl", "").startswith(f"pkg:{kind}/")
    }


def test_every_package_in_the_archive_is_listed(bom: Any, packages: set[str]) -> None:
    owners = packages_distributions()
    listed = set(versions(bom, "pypi"))
    assert len(packages) > 20
    # A namespace has several owners; the next test shows which of them were packed.
    assert [name for name in packages if not {normal(owner) for owner in owners[name]} & listed] == []


def test_everything_listed_is_in_the_archive_with_its_pinned_version(bom: Any, packages: set[str]) -> None:
    owners = packages_distributions()
    held = {normal(owner) for name in packages for owner in owners[name]}
    pins = dict(re.findall(r"^([\w.-]+)==(\S+)", (ROOT / "requirements" / "plugin.txt").read_text(), re.MULTILINE))
    listed = versions(bom, "pypi")
    # Its bootloader is the executable.
    assert listed.pop("pyinstaller")
    assert set(listed) <= held
    assert listed.items() <= {normal(name): version for name, version in pins.items()}.items()


def test_the_interpreter_and_openssl_are_those_in_the_archive(bom: Any, packed: Path) -> None:
    found = versions(bom, "generic")
    assert set(found) == {"cpython", "openssl"}
    assert found["cpython"].encode() in strings(packed, "libpython*", rb"(?<![\d.])(3\.\d+\.\d+)\+?\0")
    assert {found["openssl"].encode()} == strings(packed, "libcrypto*", rb"OpenSSL (\d+\.\d+\.\d+) ")


def strings(packed: Path, library: str, pattern: bytes) -> set[bytes]:
    """What a library says of itself."""
    (path,) = (packed / "_internal").glob(library)
    return set(re.findall(pattern, path.read_bytes()))


def test_the_libraries_of_the_build_machine_are_listed_with_their_sums(bom: Any, packed: Path) -> None:
    files = {part["name"]: part["hashes"][0]["content"] for part in bom["components"] if part["type"] == "file"}
    inside = {path.name: path for path in (packed / "_internal").glob("lib*")}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in inside.items()} == files


def test_it_is_about_this_plugin_and_refers_to_nothing_else(bom: Any) -> None:
    component = bom["metadata"]["component"]
    assert (component["name"], component["version"]) == (PLUGIN, VERSION)
    known = {component["bom-ref"], *(part["bom-ref"] for part in bom["components"])}
    for entry in bom["dependencies"]:
        assert {entry["ref"], *entry.get("dependsOn", [])} <= known
