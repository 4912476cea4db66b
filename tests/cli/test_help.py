"""What a person finds without a manual: help with examples and exit codes, the version, completion."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.command import Cli

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
        ("jobs list --task-type ", ["plain,preload", "plain,refresh"]),
        ("jobs list --insert-way o", ["plain,oss"]),
        ("jobs list --format ", [f"plain,{form}" for form in ("table", "json", "pulumi-import", "terraform-import")]),
        ("drift check --format ", [f"plain,{form}" for form in ("text", "json", "markdown", "junit", "sarif")]),
        ("drift check --baseline b", ["file,b"]),
        ("drift ", ["plain,check", "plain,record"]),
        ("jobs list --site", ["plain,--site", "plain,--site-id", "plain,--site-name-regex"]),
        ("jobs list --al", ["plain,--all-sites"]),
        ("jobs runs --site", ["plain,--site", "plain,--site-id"]),
        ("sites list --status ", ["plain,pending", "plain,active", "plain,offline", "plain,moved"]),
        ("sites list --site-search-type ", ["plain,exact", "plain,prefix", "plain,suffix", "plain,fuzzy"]),
    ],
)
def test_a_shell_completes_commands_options_values_and_files(cli: Cli, words: str, completed: list[str]) -> None:
    words = f"alicloud-esa {words}"
    env = {"_ALICLOUD_ESA_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
    ran = cli(env=env)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.split() == completed
