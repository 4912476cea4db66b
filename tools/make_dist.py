"""Writes dist/, all that a release of this version holds; an unfinished one never takes the place of a whole one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import packed_plugin
from archive import pack, platform_name, repack, write_checksums
from release_environments import BUILD, install_wheel, make_packing, make_runtime
from slowly import ROOT, one_at_a_time, run

PLUGIN = "pulumi-resource-alicloud-esa"
COMMAND = "alicloud-esa"
DIST = ROOT / "dist"
RELEASE = BUILD / "release"
FROZEN = BUILD / "frozen"
SPEC = ROOT / "tools" / "pyinstaller" / "release.spec"


def main() -> None:
    """Make each part in build/release, try the packed plugin, then move everything to dist/."""
    with one_at_a_time("dist"):
        version = json.loads((ROOT / "schema.json").read_text())["version"]
        timestamp = _timestamp()
        environment = {**os.environ, "SOURCE_DATE_EPOCH": str(timestamp), "PYTHONHASHSEED": "0"}
        packing = make_packing()
        shutil.rmtree(RELEASE, ignore_errors=True)
        RELEASE.mkdir(parents=True)

        wheel = _python_packages(packing, environment, timestamp)
        install_wheel(packing, wheel)
        _freeze(packing, environment)
        packed_plugin.check(FROZEN / PLUGIN / PLUGIN, version)
        subprocess.run([FROZEN / COMMAND / COMMAND, "--help"], stdout=subprocess.DEVNULL, check=True)
        for name in (PLUGIN, COMMAND):
            pack(FROZEN / name, RELEASE / f"{name}-v{version}-{platform_name()}.tar.gz", timestamp)
        _sbom(packing, make_runtime(wheel), version, RELEASE / f"{PLUGIN}-v{version}.cdx.json")
        write_checksums(RELEASE)

        shutil.rmtree(DIST, ignore_errors=True)
        os.replace(RELEASE, DIST)
        for path in sorted(DIST.iterdir()):
            print(f"dist/{path.name}  {path.stat().st_size / 1e6:.1f} MB")


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


def _freeze(packing: Path, environment: dict[str, str]) -> None:
    argv: list[str | Path] = [packing, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    argv += ["--workpath", BUILD / "pyinstaller", "--distpath", FROZEN, SPEC]
    run(
        "packing plugin and command with their Python, about 1 minute",
        argv,
        log="pyinstaller",
        cwd=BUILD,
        env=environment,
    )


def _sbom(packing: Path, runtime: Path, version: str, target: Path) -> None:
    argv: list[str | Path] = [packing, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    argv += ["--output-format", "JSON", "--mc-type", "application", "--pyproject", ROOT / "pyproject.toml"]
    run("writing the bill of materials, about 5 seconds", [*argv, "--output-file", target, runtime], log="sbom")
    # pyproject.toml leaves the version to schema.json, so the generator does not see it.
    bom = json.loads(target.read_text())
    bom["metadata"]["component"]["version"] = version
    target.write_text(json.dumps(bom, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
