"""Every link within the repo leads somewhere, and none leads to what a reader cannot reach."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.blocks import DOCUMENTS
from tests.support.engine import ROOT

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
REGISTRY_PAGES = [ROOT / "docs" / "_index.md", ROOT / "docs" / "installation-configuration.md"]


def prose(document: Path) -> str:
    # In code nothing is a link.
    return re.sub(r"`[^`\n]*`(?!\])", "", FENCE.sub("", document.read_text(encoding="utf-8")))


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


def tracked() -> set[Path]:
    """Files that a clone has, those about to be added included, and their folders."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    files = {ROOT / name for name in names if name and (ROOT / name).exists()}
    return files | {folder for file in files for folder in file.parents}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(document: Path) -> None:
    known, broken = tracked(), []
    for link in LINK.findall(prose(document)):
        if link.startswith(("https://", "/registry/")):
            continue
        path, _, anchor = link.partition("#")
        target = (document.parent / path).resolve() if path else document
        if target not in known or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("document", REGISTRY_PAGES, ids=lambda path: path.name)
def test_registry_pages_pass_the_registrys_own_lint(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    front = re.match(r"---\ntitle: .+\nmeta_desc: .+\nlayout: package\n---\n", text)
    assert front, "front matter: title, meta_desc, layout: package"
    links = LINK.findall(prose(document))
    # Relative links, images and links to .md files lead nowhere on the Registry's pages.
    assert [link for link in links if not link.startswith(("https://", "/", "#")) or link.endswith(".md")] == []
    assert "<a " not in text
