"""What a person finds without a manual: help with examples and exit codes, the version, completion."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.command import COMMAND, Cli

COMMANDS = [
    ["sites", "list"],
    ["jobs", "list"],
    ["jobs", "show"],
    ["jobs", "runs"],
    ["drift", "record"],
    ["drift", "check"],
]
VERSION = json.loads((Path(__file__).resolve().parents[2] / "schema.json").read_text())["version"]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_each_help_has_an_example_and_the_exit_codes(cli: Cli, command: list[str]) -> None:
    text = cli(*command, "--help").out
    assert f"  alicloud-esa {' '.join(command)} " in text
    assert "Exit codes: 0 " in text
    assert max(map(len, text.splitlines())) <= 120


def test_what_must_be_given_is_marked(cli: Cli) -> None:
    for command, option in (("jobs list", "--site"), ("drift check", "--baseline"), ("drift record", "--output")):
        text = cli(*command.split(), "--help").out
        after = text[text.index(f"{option} ") :]
        assert "[required" in after[: after.index("\n  -", 1)]


def test_both_ways_to_ask_for_the_version_answer(cli: Cli) -> None:
    assert cli("version").out == cli("--version").out == f"alicloud-esa, version {VERSION}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_completion(cli: Cli, shell: str) -> None:
    ran = cli("completion", shell)
    assert ran.code == 0
    assert f"_ALICLOUD_ESA_COMPLETE={shell}_complete" in ran.out
    if shell == "bash":
        subprocess.run(["bash", "-n", "-c", ran.out], check=True)


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        ("alicloud-esa jobs list --task-type ", ["preload", "refresh"]),
        ("alicloud-esa jobs list --insert-way o", ["oss"]),
        ("alicloud-esa jobs list --format ", ["table", "json", "pulumi-import", "terraform-import"]),
        ("alicloud-esa drift check --format ", ["text", "json", "markdown", "junit", "sarif"]),
        ("alicloud-esa drift ", ["check", "record"]),
        ("alicloud-esa jobs list --site", ["--site", "--site-id", "--site-name-regex"]),
        ("alicloud-esa jobs list --al", ["--all-sites"]),
        ("alicloud-esa jobs runs --site", ["--site", "--site-id"]),
        ("alicloud-esa sites list --status ", ["pending", "active", "offline", "moved"]),
        ("alicloud-esa sites list --site-search-type ", ["exact", "prefix", "suffix", "fuzzy"]),
    ],
)
def test_a_shell_completes_commands_options_and_values(cli: Cli, words: str, completed: list[str]) -> None:
    env = {"_ALICLOUD_ESA_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    ran = subprocess.run([COMMAND], env={**cli.environment(), **env}, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == [f"plain,{word}" for word in completed]


def test_a_baseline_is_completed_as_a_file(cli: Cli) -> None:
    env = {
        "_ALICLOUD_ESA_COMPLETE": "bash_complete",
        "COMP_WORDS": "alicloud-esa drift check --baseline b",
        "COMP_CWORD": "4",
    }
    ran = subprocess.run([COMMAND], env={**cli.environment(), **env}, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == ["file,b"]
