"""The Python SDK: its wheel is whole and typed, and a program written with it is clean under mypy --strict."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

SDK = ROOT / "sdk" / "python"
PROGRAMS = sorted((ROOT / "examples").glob("*/__main__.py"))
WRONG = """
import pulumi_alicloud_esa as esa

count: str = esa.get_scheduled_preload_jobs(site_id="1").total_count
esa.get_scheduled_preload_jobs(site_id="1", page_size="many")
"""


def run(*argv: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in argv]
    return subprocess.run(words, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)


def mypy(program: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    # Against the installed SDK, as a user has it, without the settings of this repo.
    alone = ("--strict", "--config-file", "", "--cache-dir", ROOT / ".cache" / "mypy-programs")
    return run(sys.executable, "-m", "mypy", *alone, program, cwd=cwd)


def test_the_wheel_builds_and_carries_what_users_need(tmp_path: Path) -> None:
    copy = shutil.copytree(SDK, tmp_path / "sdk")
    built = run(
        sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, copy, cwd=tmp_path
    )
    assert built.returncode == 0, built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    version = json.loads((ROOT / "schema.json").read_text())["version"]
    assert wheel.name == f"pulumi_alicloud_esa-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        plugin = json.loads(archive.read("pulumi_alicloud_esa/pulumi-plugin.json"))
    assert "pulumi_alicloud_esa/py.typed" in names
    assert (plugin["name"], plugin["version"], plugin["resource"]) == ("alicloud-esa", version, True)
    assert {f"pulumi_alicloud_esa/{path.name}" for path in (SDK / "pulumi_alicloud_esa").glob("*.py")} <= names


def project(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return found


def floor(requirement: str) -> str:
    """`3.269` of `pulumi>=3.269.0,<4.0.0`."""
    (found,) = re.findall(r">=(\d+\.\d+)", requirement)
    return str(found)


def test_it_claims_the_pythons_and_the_pulumi_that_are_tested() -> None:
    sdk, plugin = project(SDK), project(ROOT)
    assert sdk["requires-python"] == plugin["requires-python"]
    (asked,) = (line for line in sdk["dependencies"] if line.startswith("pulumi>"))
    # What the oldest Python is tested with.
    pins = (ROOT / "requirements" / "lowest.txt").read_text(encoding="utf-8")
    (pinned,) = re.findall(r"^pulumi==(\d+\.\d+)\.", pins, re.MULTILINE)
    assert floor(asked) == pinned
    (for_the_plugin,) = (line for line in plugin["dependencies"] if line.startswith("pulumi>"))
    assert floor(for_the_plugin) == pinned


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.parent.name)
def test_a_program_is_clean_under_mypy_strict(program: Path, tmp_path: Path) -> None:
    checked = mypy(program, tmp_path)
    assert checked.returncode == 0, checked.stdout


def test_mypy_finds_wrong_use(tmp_path: Path) -> None:
    program = tmp_path / "wrong.py"
    program.write_text(WRONG)
    checked = mypy(program, tmp_path)
    assert checked.returncode == 1
    assert 'variable has type "str"' in checked.stdout
    assert '"page_size"' in checked.stdout
