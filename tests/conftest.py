"""What every test starts from: no key, endpoint, proxy or home folder of this machine; a full retry budget."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from pulumi_resource_alicloud_esa.esa.retry import PROCESS_BUDGET

from emulator import Emulator
from tests.support.engine import Engine
from tests.support.running import Running

_PREFIXES = ("ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_")
_NAMES = (
    "ESA_ENDPOINT",
    "CLIENT_READ_TIMEOUT",
    "CLIENT_CONNECT_TIMEOUT",
    "COLUMNS",
    "LINES",
    "NO_COLOR",
    "FORCE_COLOR",
)
_TRUST = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")

# No deadline, and no judgement of slowness: two cores are shared by several test processes. No database: a run must not
# depend on an earlier one.
_UNTIMED: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": [hypothesis.HealthCheck.too_slow],
}
hypothesis.settings.register_profile("default", max_examples=60, **_UNTIMED)
hypothesis.settings.register_profile("fuzz", max_examples=5000, **_UNTIMED)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    # A run in the background ignores Ctrl-C; the programs that the tests start must not inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "fuzz: a property test that `make fuzz` runs with many more examples")


@pytest.fixture(scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def home(_home: Path) -> Iterator[Path]:
    """An empty folder. Few tests leave anything in it, and one for each test would take as long as most of them."""
    yield _home
    if os.listdir(_home):
        shutil.rmtree(_home)
        _home.mkdir()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """No key, endpoint or proxy of this machine reaches a test, and no test reaches the metadata service."""
    for name in list(os.environ):
        if name.upper().startswith(_PREFIXES) or name.upper() in (*_NAMES, *_TRUST, *_PROXIES):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")


@pytest.fixture(autouse=True)
def full_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """The retry budget belongs to the process: what one test spends must not be missing in the next."""
    monkeypatch.setattr(PROCESS_BUDGET, "_left", PROCESS_BUDGET.capacity)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator of this test's own."""
    with Emulator() as running:
        yield running


@pytest.fixture(scope="module")
def _module_emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def shared(_module_emulator: Emulator) -> Emulator:
    """One emulator for a module's quick tests, reset before each."""
    _module_emulator.reset()
    _module_emulator.delay = _module_emulator.clock_offset = 0.0
    return _module_emulator


@pytest.fixture
def engine(tmp_path: Path, emulator: Emulator) -> Engine:
    """The engine, with the emulator as its service."""
    return Engine(tmp_path / "project", dict(emulator.environment()))


@pytest.fixture
def running(shared: Emulator) -> Iterator[Running]:
    server = Running(shared.environment())
    yield server
    server.stop()
