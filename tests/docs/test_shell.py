"""Commands of the documents that cannot run here are at least ones that a shell, make and pulumi take."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from functools import cache

import pytest

from tests.support.blocks import NOT_HERE, Block, block, blocks
from tests.support.engine import ROOT

NAMES = re.compile(r"^[A-Za-z_]\w*=")
# What a shell has anyway, and what needs no check of its options.
PLAIN = {"cd", "export", "sha256sum", "pipx", "npm", "go", "mkdir", "tar", "ln"}
SHELL = [pytest.param(shown, id=shown.name) for shown in blocks("sh")]


def commands(block: Block) -> Iterator[list[str]]:
    """The commands of a block as words, assignments before them left out."""
    for line in block.code.replace("\\\n", " ").splitlines():
        for part in re.split(r"&&|;", re.sub(r"(^|\s)#.*", "", line)):
            words = shlex.split(part.strip(" ()"))
            while words and NAMES.match(words[0]):
                words.pop(0)
            if words:
                yield words


@cache
def make_targets() -> frozenset[str]:
    return frozenset(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@cache
def help_of(*command: str) -> str:
    """What `command --help` prints."""
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true", "PATH": f"{ROOT / 'bin'}:{os.environ['PATH']}"}
    done = subprocess.run([*command, "--help"], env=quiet, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{' '.join(command)} --help: {done.stderr}"
    return done.stdout


def subcommand(words: list[str], depth: int) -> tuple[str, ...]:
    """The leading words that are subcommands: plain lower-case ones."""
    leading = []
    for word in words[1 : 1 + depth]:
        if not re.fullmatch(r"[a-z]+", word):
            break
        leading.append(word)
    return tuple(leading)


def check_options(words: list[str], text: str) -> None:
    for word in words:
        if word.startswith("-") and word != "--":
            option = word.partition("=")[0]
            assert re.search(rf"(?<![\w-]){re.escape(option)}(?![\w-])", text), f"{option} is not in the help"


def check(words: list[str]) -> None:
    name, rest = os.path.basename(words[0]), words[1:]
    if name == "make":
        assert set(rest) <= make_targets(), f"no such target: {rest}"
    elif name == "pulumi":
        command = subcommand(words, 2 if rest[0] in ("plugin", "package") else 1)
        check_options(rest, help_of("pulumi", *command))
    else:
        assert name in PLAIN, f"nobody checks {name}"


@pytest.mark.parametrize("shown", SHELL)
def test_a_shell_can_read_it(shown: Block) -> None:
    done = subprocess.run(["bash", "-n"], input=shown.code, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("key", NOT_HERE, ids=" ".join)
def test_the_commands_and_options_of_those_that_cannot_run_exist(key: tuple[str, str]) -> None:
    for words in commands(block(key[0], "sh", key[1])):
        check(words)
