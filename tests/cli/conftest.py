"""The command in a folder of its own, and an account of many sites."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable
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
def _recorded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """Where all sites of an account are recorded, so many more than the four; nobody changes anything there."""

    @functools.cache
    def folder_of(more: int) -> Path:
        folder = tmp_path_factory.mktemp("account")
        with Emulator() as running:
            running.store.add_sites(more, 1)
            ran = Cli(running, folder)("drift", "record", "--all-sites", "-o", FOLDER)
        assert ran.code == 0, ran.err
        return folder / FOLDER

    return folder_of


@pytest.fixture
def account(emulator: Emulator, tmp_path: Path, _recorded: Callable[[int], Path]) -> Cli:
    """An account of 24 sites, all of them recorded."""
    emulator.store.add_sites(20, 1)
    shutil.copytree(_recorded(20), tmp_path / "account" / FOLDER)
    return Cli(emulator, tmp_path / "account")


@pytest.fixture
def large_account(account: Cli, _recorded: Callable[[int], Path]) -> Cli:
    """The same of 64."""
    account.emulator.store.add_sites(60, 1)
    shutil.copytree(_recorded(60), account.folder / FOLDER, dirs_exist_ok=True)
    return account
