"""What every test starts from: no key, endpoint, proxy or home folder of this machine; a full retry budget."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from pulumi_resource_alicloud_esa.esa.retry import PROCESS_BUDGET

from emulator import Emulator
from tests.support.engine import Engine

if TYPE_CHECKING:
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
# `make check` runs before each commit and tries fewer examples than `make test`, `make fuzz` many more.
hypothesis.settings.register_profile("check", max_examples=20, **_UNTIMED)
hypothesis.settings.register_profile("default", max_examples=60, **_UNTIMED)
hypothesis.settings.register_profile("fuzz", max_examples=5000, **_UNTIMED)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


def pytest_configure(config: pytest.Config) -> None:
    # A run in the background ignores Ctrl-C; the programs that the tests start must not inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.addinivalue_line("markers", "fuzz: a property test that `make fuzz` runs with many more examples")


def pytest_collection_finish() -> None:
    # What stands here until the end need not be looked through again and again.
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def _home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


# One fixture and no other in it: it runs for each of thousands of tests, most of which take less than a millisecond.
@pytest.fixture(autouse=True)
def _same_start(_home: Path) -> Iterator[None]:
    """No key, endpoint or proxy of this machine reaches a test, no test the metadata service; a full retry budget."""
    taken = {name: os.environ.pop(name) for name in list(os.environ) if _of_this_machine(name)}
    # The folder is one for all: few tests leave anything in it.
    ours = {"HOME": str(_home), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    os.environ.update(ours)
    # It belongs to the process: what one test spends must not be missing in the next.
    PROCESS_BUDGET._left = PROCESS_BUDGET.capacity
    yield
    for name in ours:
        os.environ.pop(name, None)
    os.environ.update(taken)
    if os.listdir(_home):
        shutil.rmtree(_home)
        _home.mkdir()


def _of_this_machine(name: str) -> bool:
    return name.upper().startswith(_PREFIXES) or name.upper() in ("HOME", *_NAMES, *_TRUST, *_PROXIES)


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
    # Here, since it imports gRPC and the SDK, which most rooms do not need.
    from tests.support.running import Running

    server = Running(shared.environment())
    yield server
    server.stop()
