"""A clean environment, a running emulator, and a client that calls it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from emulator import Emulator
from tests.support.caller import Caller, MakeCaller


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, endpoint or proxy of this machine reaches a test."""
    for name in list(os.environ):
        if name.upper().startswith(("ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_")):
            monkeypatch.delenv(name)
        if name.upper() in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


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


@pytest.fixture(scope="module")
def _module_emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def shared(_module_emulator: Emulator) -> Emulator:
    """One emulator for a module's quick tests, reset before each."""
    _module_emulator.reset()
    return _module_emulator


@pytest.fixture
def shared_caller(shared: Emulator) -> Iterator[Caller]:
    caller = Caller(shared)
    yield caller
    caller.close()
