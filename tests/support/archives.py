"""Where the parts of dist/ are, by the names that the documents and the engine's plugin download give them."""

from __future__ import annotations

import json
import platform

from tests.support.engine import ROOT
from tests.support.examples import made

DIST = ROOT / "dist"
VERSION = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))["version"]
PLUGIN = "pulumi-resource-alicloud-esa"
_ARCHITECTURE = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
STEM = f"{PLUGIN}-v{VERSION}-{platform.system().lower()}-{_ARCHITECTURE}"
TARBALL = DIST / f"{STEM}.tar.gz"
SBOM = DIST / f"{STEM}.cdx.json"
NPM_PACKAGE = DIST / f"pulumi-alicloud-esa-{VERSION}.tgz"


def sums() -> dict[str, str]:
    """What SHA256SUMS says of each file."""
    lines = made(DIST / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}
