"""Clients that do not wait between attempts, and a certificate authority of our own."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import trustme
from pulumi_resource_alicloud_esa.esa.client import EsaClient
from pulumi_resource_alicloud_esa.esa.endpoints import parse_endpoint
from pulumi_resource_alicloud_esa.esa.keys import CredentialSource
from pulumi_resource_alicloud_esa.esa.listing import Lister
from pulumi_resource_alicloud_esa.esa.pace import Pace
from pulumi_resource_alicloud_esa.esa.retry import RetryBudget, RetryPolicy
from pulumi_resource_alicloud_esa.esa.service import Service
from pulumi_resource_alicloud_esa.esa.transport import Transport

from emulator import Emulator
from tests.support.clients import KEYS, FixedSource, NewClient, NewService, Tls


@pytest.fixture
def new_client() -> Iterator[NewClient]:
    """Makes clients that never wait between attempts, unless told to."""
    clients: list[EsaClient] = []

    def make(
        url: str,
        *,
        source: CredentialSource | None = None,
        concurrency: int = 8,
        attempts: int = 3,
        connect: float = 2.0,
        read: float = 2.0,
        budget: RetryBudget | None = None,
        uniform: Callable[[float, float], float] = lambda low, high: 0.0,
        now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> EsaClient:
        transport = Transport(
            parse_endpoint(url),
            connect_seconds=connect,
            read_seconds=read,
            version="0.0.0",
        )
        policy = RetryPolicy(attempts, budget or RetryBudget(), uniform)
        client = EsaClient(transport, source or FixedSource(KEYS), Pace(concurrency), policy, now)
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def new_service(new_client: NewClient) -> Iterator[NewService]:
    """Makes services around such clients."""
    pools: list[ThreadPoolExecutor] = []

    def make(url: str, *, concurrency: int = 8, **settings: Any) -> Service:
        pools.append(ThreadPoolExecutor(concurrency))
        return Service(Lister(new_client(url, concurrency=concurrency, **settings), pools[-1], concurrency))

    yield make
    for pool in pools:
        pool.shutdown()


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Tls:
    """Made once for all tests: generating keys takes a moment."""
    folder: Path = tmp_path_factory.mktemp("tls")
    ca = trustme.CA()
    cert, wrong = ca.issue_cert("127.0.0.1", "localhost"), ca.issue_cert("somebody.example.com")
    ca.cert_pem.write_to_path(folder / "ca.pem")
    cert.private_key_and_cert_chain_pem.write_to_path(folder / "cert.pem")
    wrong.private_key_and_cert_chain_pem.write_to_path(folder / "wrong.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    cert.configure_cert(context)
    return Tls(str(folder / "ca.pem"), str(folder / "cert.pem"), str(folder / "wrong.pem"), context)


@pytest.fixture
def secure(tls: Tls, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The emulator over TLS, with a certificate that is trusted through REQUESTS_CA_BUNDLE."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    with Emulator(certfile=tls.cert_file) as emulator:
        yield emulator
