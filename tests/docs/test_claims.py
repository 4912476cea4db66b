"""What the installation guide says the SDKs work with is what they ask for and what is tested."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from tests.support.engine import ROOT

GUIDE = (ROOT / "docs" / "installation-configuration.md").read_text(encoding="utf-8")


def row(language: str) -> Mapping[str, str]:
    """The cells of a language's row."""
    (line,) = (line for line in GUIDE.splitlines() if line.startswith(f"| {language} |"))
    package, source, works_with = line.split("|")[2:5]
    return {"package": package.strip(" `"), "source": source, "works with": works_with}


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_the_row_of_python_says_what_the_sdk_asks_for() -> None:
    classifiers = re.findall(r"Python :: (3\.\d+)", text("pyproject.toml"))
    (pulumi,) = re.findall(r"pulumi>=(\d+\.\d+)", text("sdk/python/pyproject.toml"))
    assert f"Python {classifiers[0]} to {classifiers[-1]}, `pulumi` {pulumi} or newer" in row("Python")["works with"]


def test_the_row_of_nodejs_says_what_the_sdk_asks_for() -> None:
    package = json.loads(text("sdk/nodejs/package.json"))
    pulumi = package["dependencies"]["@pulumi/pulumi"].lstrip("^").rsplit(".", 1)[0]
    # tests/sdk/test_nodejs_sdk.py runs a program with TypeScript 3.8.
    said = row("JavaScript, TypeScript")
    assert f"TypeScript 3.8 or newer, `@pulumi/pulumi` {pulumi} or newer" in said["works with"]
    assert said["package"] == package["name"]


def test_the_row_of_go_says_what_the_sdk_asks_for() -> None:
    (version,) = re.findall(r"^go (\d+\.\d+)", text("sdk/go/go.mod"), re.MULTILINE)
    said = row("Go")
    assert said["works with"].strip() == f"Go {version}"
    assert said["package"].startswith(re.findall(r"^module (.+)$", text("sdk/go/go.mod"), re.MULTILINE)[0])
