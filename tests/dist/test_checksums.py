"""SHA256SUMS covers everything in dist/: what is installed, published and attested is what it names."""

from __future__ import annotations

import hashlib

from tests.support.archives import DIST, NPM_PACKAGE, SBOM, TARBALL, VERSION, sums


def test_every_file_is_listed_with_its_sum() -> None:
    files = {path.name: path for path in DIST.iterdir() if path.name != "SHA256SUMS"}
    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()} == sums()


def test_a_release_is_complete() -> None:
    command = {name.replace("pulumi-resource-", "") for name in (TARBALL.name, SBOM.name)}
    packages = {
        f"{name}-{VERSION}{end}"
        for name in ("pulumi_alicloud_esa", "pulumi_resource_alicloud_esa")
        for end in (".tar.gz", "-py3-none-any.whl")
    }
    assert set(sums()) == {TARBALL.name, SBOM.name, NPM_PACKAGE.name} | command | packages
