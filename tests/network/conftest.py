from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.provider import EsaProvider

from emulator import Emulator
from tests.support.clients import NewProvider
from tests.support.toxiproxy import Network, Toxiproxy

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def toxiproxy() -> Iterator[Toxiproxy]:
    """The server; if it is not there yet it is built first, which takes half a minute."""
    subprocess.run([sys.executable, "tools/go_tools.py", "toxiproxy"], cwd=ROOT, check=True, capture_output=True)
    server = Toxiproxy(ROOT / "bin" / "toxiproxy")
    yield server
    server.stop()


@pytest.fixture
def network(toxiproxy: Toxiproxy, emulator: Emulator) -> Iterator[Network]:
    """The proxy between the provider and the emulator."""
    made = Network(toxiproxy, emulator.endpoint)
    yield made
    made.remove()


@pytest.fixture
def provider(network: Network, emulator: Emulator) -> Iterator[NewProvider]:
    """Makes providers whose service is at the far end of the network."""
    made: list[EsaProvider] = []

    def make(**settings: Any) -> EsaProvider:
        environment = {**emulator.environment(), "ALIBABA_CLOUD_ENDPOINT_ESA": network.url}
        provider = EsaProvider(environment)
        provider.configure(settings)
        made.append(provider)
        return provider

    yield make
    for one in made:
        one.cancel()
        one.close()
