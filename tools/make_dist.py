"""Writes dist/, all that a release of this version holds; an unfinished one never replaces a complete one.

`--if-stale` does nothing when dist/ was made from these very sources: the tests of the archives ask for that.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import ensure_node
import glibc
import packed_plugin
from archive import pack, platform_name, repack, write_checksums
from node_toolchain import find_node, node_environment
from release_environments import BUILD, PINS, install_wheel, make_freezing, make_packing
from slowly import ROOT, fingerprint, is_fresh, one_at_a_time, run, step

PLUGIN = "pulumi-resource-alicloud-esa"
COMMAND = "alicloud-esa"
DIST = ROOT / "dist"
RELEASE = BUILD / "release"
FROZEN = BUILD / "frozen"
STAMP = BUILD / ".stamp-dist"
SPEC = ROOT / "tools" / "pyinstaller" / "release.spec"
# Left in the sources by other tools.
_LEFTOVERS = {"__pycache__", "node_modules", "bin", "build", "dist"}


def main() -> None:
    """Make each part in build/release, try the packed plugin, then move everything to dist/."""
    with one_at_a_time("dist"):
        if "--npm" in sys.argv[1:]:
            DIST.mkdir(exist_ok=True)
            _npm_package(DIST)
            return
        wanted = fingerprint([*_frozen_sources(), *_other_sources()], sys.version, str(ROOT))
        if "--if-stale" in sys.argv[1:] and is_fresh(STAMP, wanted) and (DIST / "SHA256SUMS").exists():
            return
        version = json.loads((ROOT / "schema.json").read_text())["version"]
        shutil.rmtree(RELEASE, ignore_errors=True)
        RELEASE.mkdir(parents=True)
        _make_parts(version, _timestamp())
        write_checksums(RELEASE)

        shutil.rmtree(DIST, ignore_errors=True)
        os.replace(RELEASE, DIST)
        STAMP.write_text(wanted)
        for path in sorted(DIST.iterdir()):
            print(f"dist/{path.name}  {path.stat().st_size / 1e6:.1f} MB")


def _make_parts(version: str, timestamp: int) -> None:
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(timestamp), "PYTHONHASHSEED": "0"}
    # By default it is in the home folder, which may not exist.
    environment["PYINSTALLER_CONFIG_DIR"] = str(BUILD / "pyinstaller-cache")
    # Modules are packed as they are: to unpack them took a tenth of each start, and the tarball is no larger for it.
    environment["PYINSTALLER_ZLIB_COMPRESSION_LEVEL"] = "0"
    packing, freezing = make_packing(), make_freezing()
    wheel = _python_packages(packing, environment, timestamp)
    # This takes most of the time, so what was packed from the same sources is kept.
    sources = fingerprint(_frozen_sources(), sys.version, str(ROOT))
    step(FROZEN / ".stamp", sources, lambda: _freeze(freezing, wheel, environment))
    packed_plugin.check(FROZEN / PLUGIN / PLUGIN, version)
    subprocess.run([FROZEN / COMMAND / COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
    for name in (PLUGIN, COMMAND):
        stem = f"{name}-v{version}-{platform_name()}"
        pack(FROZEN / name, RELEASE / f"{stem}.tar.gz", timestamp)
        if needed := glibc.newest_needed(FROZEN / name):
            print(f"    {stem} needs glibc {needed} or newer", flush=True)
    sbom: list[str | Path] = [packing, Path(__file__).with_name("sbom.py"), freezing, FROZEN, version]
    sbom += [platform_name(), RELEASE]
    run("writing the bills of materials, about 10 seconds", sbom, log="sbom")
    _npm_package(RELEASE)


def _frozen_sources() -> Iterator[Path]:
    """Yield what the packed folders are made from."""
    yield from _files(ROOT / "provider")
    yield from _files(SPEC.parent)
    yield from (*PINS, ROOT / "schema.json", ROOT / "pyproject.toml")


def _other_sources() -> Iterator[Path]:
    yield from _files(ROOT / "sdk" / "python")
    yield from _files(ROOT / "sdk" / "nodejs")
    yield from (ROOT / name for name in ("CHANGELOG.md", "LICENSE", "PulumiPlugin.yaml"))
    beside = Path(__file__).parent
    yield from (beside / f"{name}.py" for name in ("make_dist", "release_environments", "archive", "sbom"))


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        if path.is_file() and not _LEFTOVERS.intersection(path.relative_to(ROOT).parts):
            yield path


def _timestamp() -> int:
    """Return the time of the last commit, so that the same commit gives the same archives."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    git = ["git", "-c", f"safe.directory={ROOT}", "log", "-1", "--format=%ct"]
    answer = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)
    return int(answer.stdout) if answer.returncode == 0 and answer.stdout.strip() else 315532800  # 1980, as zip has it


def _python_packages(packing: Path, environment: dict[str, str], timestamp: int) -> Path:
    """Build wheels and sdists of the plugin and of the Python SDK; return the plugin's wheel."""
    sdk = BUILD / "sdk-python"  # a copy: setuptools leaves a build folder in the sources
    shutil.rmtree(sdk, ignore_errors=True)
    shutil.copytree(ROOT / "sdk" / "python", sdk)
    build: list[str | Path] = [packing, "-m", "build", "--no-isolation", "--outdir", RELEASE]
    for name, source in (("plugin", ROOT), ("sdk", sdk)):
        run(
            f"building wheel and sdist of the {name}, about 5 seconds",
            [*build, source],
            log=f"dist-{name}",
            env=environment,
        )
    # setuptools stamps what it writes with the clock.
    (sdk_archive,) = RELEASE.glob("pulumi_alicloud_esa-*.tar.gz")
    repack(sdk_archive, timestamp)
    (wheel,) = RELEASE.glob("pulumi_resource_alicloud_esa-*.whl")
    return wheel


def _freeze(freezing: Path, wheel: Path, environment: dict[str, str]) -> None:
    """Pack plugin and command."""
    install_wheel(freezing, wheel)
    argv: list[str | Path] = [freezing, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    argv += ["--workpath", BUILD / "pyinstaller", "--distpath", FROZEN, SPEC]
    run(
        "packing plugin and command with their Python, about 1 minute",
        argv,
        log="pyinstaller",
        cwd=BUILD,
        env=environment,
    )


def _npm_package(folder: Path) -> None:
    """Pack the compiled Node.js SDK as it is published."""
    ensure_node.main()
    node, npm = find_node()
    argv: list[str | Path] = [*npm, "pack", "--pack-destination", folder, ensure_node.PACKAGE]
    run("packing the npm package, about 2 seconds", argv, log="npm-pack", env=node_environment(node))


if __name__ == "__main__":
    main()
