"""The npm package in dist/: a program in a fresh folder installs that very file and loads it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.support.archives import NPM_PACKAGE, VERSION
from tests.support.examples import NPM, made
from tests.support.engine import ROOT

FIND_NODE = "from node_toolchain import find_node; node, npm = find_node(); print(node, *npm, sep='\\n')"


def tools() -> list[str]:
    """Node.js and the words that start its npm."""
    found = subprocess.run(
        [sys.executable, "-c", FIND_NODE], cwd=ROOT / "tools", capture_output=True, text=True, timeout=120, check=True
    )
    return found.stdout.splitlines()


def link(source: str, target: str) -> None:
    with contextlib.suppress(OSError):
        os.link(source, target)
        return
    shutil.copy2(source, target)  # on another disk


def test_it_installs_without_network_and_loads(tmp_path: Path) -> None:
    # What it depends on is there already, as it is when a lock file was installed.
    for name in ("package.json", "package-lock.json"):
        shutil.copy(made(NPM.parent / name), tmp_path)
    without_ours = shutil.ignore_patterns("pulumi-alicloud-esa", ".package-lock.json")
    shutil.copytree(NPM, tmp_path / "node_modules", symlinks=True, ignore=without_ours, copy_function=link)
    node, *npm = tools()
    install = [*npm, "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", str(made(NPM_PACKAGE))]
    environment = {**os.environ, "PATH": os.pathsep.join([str(Path(node).parent), os.environ["PATH"]])}
    done = subprocess.run(install, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    script = "const esa = require('pulumi-alicloud-esa'); console.log(JSON.stringify(Object.keys(esa)))"
    loaded = subprocess.run([node, "-e", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert loaded.returncode == 0, loaded.stderr
    assert {"Provider", "getScheduledPreloadJobs", "ScheduledPreloadJobsBaseline"} <= set(json.loads(loaded.stdout))


def test_each_module_has_its_types_and_nothing_else_is_in_it() -> None:
    with tarfile.open(made(NPM_PACKAGE)) as archive:
        names = set(archive.getnames())
        about = json.loads((archive.extractfile("package/package.json") or sys.exit("not a file")).read())
    assert (about["name"], about["version"]) == ("pulumi-alicloud-esa", VERSION)
    modules = {name.removesuffix(".js") for name in names if name.endswith(".js")}
    sources = (ROOT / "sdk" / "nodejs").rglob("*.ts")
    wanted = {path.relative_to(ROOT / "sdk" / "nodejs").with_suffix("").as_posix() for path in sources}
    wanted = {name for name in wanted if not name.startswith(("node_modules/", "bin/"))}
    assert modules == {f"package/{name}" for name in wanted}
    # A module of nothing but types has them all the same.
    assert {f"{name}.d.ts" for name in modules} <= names
    others = {name for name in names if not name.endswith((".js", ".d.ts", ".map"))}
    assert others == {f"package/{name}" for name in ("package.json", "README.md", "LICENSE")}
