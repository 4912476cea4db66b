"""What pages repeat from elsewhere is still what stands there: screens, other languages, permissions, codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from pulumi_resource_alicloud_esa.esa.codes import CODES

from tests.support.blocks import FENCE, block
from tests.support.engine import ROOT


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def called() -> set[str]:
    """The actions that the provider names in its sources."""
    sources = (ROOT / "provider" / "pulumi_resource_alicloud_esa" / "esa").glob("*.py")
    names = re.compile(r'"((?:List|Get)(?:ScheduledPreload|Sites)\w*)"')
    return {name for source in sources for name in names.findall(source.read_text(encoding="utf-8"))}


def test_the_screens_are_what_the_command_prints() -> None:
    done = subprocess.run([sys.executable, "tools/screens.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_chinese_readmes_blocks_are_the_english_ones() -> None:
    theirs = {match[0] for match in FENCE.finditer(text("README.md"))}
    ours = [match[0] for match in FENCE.finditer(text("README.zh-CN.md"))]
    assert len(ours) == 4
    assert [shown for shown in ours if shown not in theirs] == []


def test_the_policy_allows_what_is_called_and_nothing_else() -> None:
    (statement,) = json.loads(block("docs/installation-configuration.md", "json", "{").code)["Statement"]
    assert statement["Effect"] == "Allow"
    assert sorted(statement["Action"]) == sorted(f"esa:{action}" for action in called())


def test_the_codes_in_the_table_of_troubles_are_ones_that_are_known() -> None:
    rows = re.findall(r"^\| (`[A-Z][^|]*) \|", text("docs/troubleshooting.md"), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([A-Z]\w+(?:\.\w+)*)`", row)} - {"ModuleNotFoundError"}
    assert "InvalidUid.PermissionDenied" in named
    assert named <= set(CODES)


def test_pipelines_install_no_name_that_anybody_could_register() -> None:
    pipelines = list((ROOT / "examples" / "drift-pipeline").glob("*.yml"))
    assert len(pipelines) == 2
    for pipeline in pipelines:
        (installed,) = re.findall(r"^  ALICLOUD_ESA: (\S+)$", pipeline.read_text(encoding="utf-8"), re.MULTILINE)
        assert installed.startswith("git+https://github.com/alicloud-esa/pulumi-alicloud-esa@"), pipeline.name


def test_the_map_shows_every_room() -> None:
    package = ROOT / "provider" / "pulumi_resource_alicloud_esa"
    rooms = {path.parent.name for path in package.glob("*/__init__.py")}
    assert (
        set(re.findall(r"`(\w+)/`", "".join(re.findall(r"^\| `.*?\|", text("CONTRIBUTING.md"), re.MULTILINE)))) == rooms
    )
