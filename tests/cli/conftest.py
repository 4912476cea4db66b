"""The command in a folder of its own, and an account of many sites."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from emulator import Emulator
from tests.support.account import FOLDER
from tests.support.command import Cli


@pytest.fixture
def cli(shared: Emulator, tmp_path: Path) -> Cli:
    folder = tmp_path / "work"
    folder.mkdir()
    return Cli(shared, folder)


@pytest.fixture
def sixty_more(shared: Emulator) -> None:
    """60 more sites than the four of every emulator."""
    shared.store.add_sites(60, 1)


@pytest.fixture(scope="session")
def _recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all sites of an account are recorded; nobody changes anything there."""
    folder = tmp_path_factory.mktemp("account")
    with Emulator() as running:
        running.store.add_sites(60, 1)
        ran = Cli(running, folder)("drift", "record", "--all-sites", "-o", FOLDER)
    assert ran.code == 0, ran.err
    return folder / FOLDER


@pytest.fixture
def account(emulator: Emulator, tmp_path: Path, _recorded: Path) -> Cli:
    """An account of 64 sites, all of them recorded."""
    emulator.store.add_sites(60, 1)
    shutil.copytree(_recorded, tmp_path / "account" / FOLDER)
    return Cli(emulator, tmp_path / "account")
