from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator import Emulator
from tests.engine.harness import Engine


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """The service."""
    with Emulator() as running:
        yield running


@pytest.fixture
def engine(tmp_path: Path, emulator: Emulator) -> Engine:
    """The engine, with the emulator as its service."""
    return Engine(tmp_path / "project", dict(emulator.environment()))
