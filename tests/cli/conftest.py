"""The command in a folder of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator import Emulator
from tests.support.command import Cli


@pytest.fixture
def cli(shared: Emulator, tmp_path: Path) -> Cli:
    folder = tmp_path / "work"
    folder.mkdir()
    return Cli(shared, folder)
