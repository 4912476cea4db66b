"""Clients that call the emulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emulator import Emulator
from tests.support.caller import Caller, MakeCaller


@pytest.fixture
def make_caller(emulator: Emulator) -> Iterator[MakeCaller]:
    callers: list[Caller] = []

    def make(**settings: Any) -> Caller:
        callers.append(Caller(settings.pop("emulator", emulator), **settings))
        return callers[-1]

    yield make
    for caller in callers:
        caller.close()


@pytest.fixture
def caller(make_caller: MakeCaller) -> Caller:
    return make_caller()


@pytest.fixture
def shared_caller(shared: Emulator) -> Iterator[Caller]:
    caller = Caller(shared)
    yield caller
    caller.close()
