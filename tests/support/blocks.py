"""The fenced blocks of the documents, each with its document and line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.engine import ROOT

DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "emulator/*.md")
    for path in ROOT.glob(pattern)
    if "node_modules" not in path.parts
)
# A block within a list is indented.
FENCE = re.compile(r"^([ \t]*)```(\w*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)

_DIST = "needs dist/, which tests/dist builds and installs"
_MAKE = "make itself: these targets are what runs this test"
_INSTALL = "pulumi plugin install resource alicloud-esa v0.1.0"
# By document and first words of the block, why it cannot run here. test_shell.py still checks its commands' words.
NOT_HERE = {
    ("CONTRIBUTING.md", "make build"): _MAKE,
    ("README.md", "make demo"): _MAKE,
    ("docs/testing-with-the-emulator.md", "make emulator"): "never ends; test_sessions.py starts `python -m emulator`",
    ("docs/drift.md", "pulumi import"): "needs pulumi-alicloud; tests/engine/test_adopt.py",
    ("docs/air-gapped.md", "(cd dist"): _DIST,
    ("docs/air-gapped.md", "export PULUMI_SKIP"): _DIST,
    ("docs/installation-configuration.md", "(cd dist"): _DIST,
    ("docs/installation-configuration.md", f"{_INSTALL} --server"): "needs a release at GitHub",
    ("docs/installation-configuration.md", "npm install"): "needs dist/ and a registry; tests/dist/test_npm_package.py",
    ("docs/installation-configuration.md", "go mod edit"): "needs a registry; examples/go/go.mod has that very line",
    ("docs/command.md", "pipx install"): "needs GitHub",
    ("docs/command.md", "mkdir"): _DIST,
    ("docs/installation-configuration.md", "pulumi package add https"): "needs GitHub; tests/sdk/test_source_plugin.py",
}


@dataclass(frozen=True)
class Block:
    """One fenced block."""

    document: Path
    line: int
    language: str
    code: str

    @property
    def name(self) -> str:
        """`docs/drift.md:28`."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    """The blocks of these languages in all documents; of every language when none is named."""
    found = []
    for document in DOCUMENTS:
        if document.name == "README.zh-CN.md":  # its blocks are README.md's, word for word
            continue
        text = document.read_text(encoding="utf-8")
        for match in FENCE.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(document, line, match[2], re.sub(f"^{match[1]}", "", match[3], flags=re.M)))
    return [block for block in found if not languages or block.language in languages]


def block(document: str, language: str, starts: str) -> Block:
    """The one block of a document that begins with this text, or else the one with such a line."""
    candidates = [candidate for candidate in blocks(language) if candidate.document == ROOT / document]
    found = [candidate for candidate in candidates if candidate.code.lstrip().startswith(starts)]
    if not found:
        found = [candidate for candidate in candidates if f"\n{starts}" in candidate.code]
    assert len(found) == 1, f"{document} has {len(found)} blocks for {starts!r}"
    return found[0]


def lines(text: str) -> list[str]:
    """The lines of a text that are not blank, without white space around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]
