"""What pages repeat from elsewhere is still what stands there: screens, other languages, permissions, codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
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


@pytest.mark.parametrize(("term", "pages"), [("dumb", ["docs/terminal.svg"]), ("xterm-256color", [])])
def test_the_screens_are_what_the_command_prints_whatever_terminal_writes_them(term: str, pages: list[str]) -> None:
    # What is not a picture is printed where nothing of this terminal reaches.
    command, environment = [sys.executable, "tools/screens.py", "--check", *pages], {**os.environ, "TERM": term}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def without_comments(shown: str) -> str:
    """A block of `sh` without its comments, which may be in another language."""
    return re.sub(r" +# .*", "", shown)


@pytest.mark.parametrize(("name", "count"), [("README.zh-CN.md", 8), ("provider/README.md", 2)])
def test_the_blocks_of_the_other_readmes_are_the_readmes(name: str, count: int) -> None:
    theirs = {without_comments(match[0]) for match in FENCE.finditer(text("README.md"))}
    ours = [without_comments(match[0]) for match in FENCE.finditer(text(name))]
    assert len(ours) == count
    assert [shown for shown in ours if shown not in theirs] == []
    assert name != "README.zh-CN.md" or len(theirs) == count, "the Chinese one has every block"


@pytest.mark.parametrize(
    "name", ["provider/README.md", *(f"sdk/{language}/README.md" for language in ("python", "nodejs", "go"))]
)
def test_the_pages_at_the_registries_install_show_link_and_say_whose_they_are_not(name: str) -> None:
    page = text(name)
    headings = re.findall(r"^## (.+)$", page, re.MULTILINE)
    assert headings == ["Install", "Example", "Read on"]
    # A relative link leads nowhere there; the same link here does.
    for link in re.findall(r"\]\(([^)]+)\)", page):
        here = link.removeprefix("https://github.com/alicloud-esa/pulumi-alicloud-esa").removeprefix("/blob/main/")
        assert here != link
        assert here == "#readme" or (ROOT / here).is_file(), link
    assert page.rstrip().endswith("this package is not made by Alibaba Cloud.")


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


def test_the_rules_of_the_drift_guide_are_rules() -> None:
    shown = block("docs/drift.md", "json", '"ignore": [').code.strip().removesuffix(",")
    rules = json.loads("{" + shown + "}")["ignore"]
    assert rules
    for rule in rules:
        assert {"job", "reason"} <= set(rule) <= {"job", "field", "reason", "until"}
