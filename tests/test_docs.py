"""What the documents say about tests and figures is there."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_test_named_in_the_reliability_guide_exists() -> None:
    named = TEST.findall((ROOT / "docs" / "reliability.md").read_text(encoding="utf-8"))
    assert len(named) > 50
    for file, test in named:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"


def test_every_row_of_the_reliability_guide_names_a_test() -> None:
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    rows = [
        line for line in text.splitlines() if line.startswith("|") and not line.startswith(("|---", "| fault", "| ev"))
    ]
    assert len(rows) > 30
    assert [row for row in rows if not TEST.search(row)] == []


def test_the_files_that_the_security_policy_names_exist() -> None:
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    for name in re.findall(r"`((?:tests|docs|requirements)/[\w./]*)`", text):
        assert (ROOT / name).exists(), name


def test_the_performance_guide_holds_figures_and_its_plot_is_an_image() -> None:
    text = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
    assert "Measured on: " in text
    assert len(re.findall(r"\d+\.\d\dx", text)) >= 5
    plot = ElementTree.parse(ROOT / "docs" / "performance.svg").getroot()  # our own file
    assert plot.tag.endswith("svg")
