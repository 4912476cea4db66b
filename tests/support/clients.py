"""What the tests of the client build it from: given keys, and the types of the fixtures that make clients."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pulumi_resource_alicloud_esa.esa.client import EsaClient
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.keys import Credentials
from pulumi_resource_alicloud_esa.esa.service import Service
from pulumi_resource_alicloud_esa.provider import EsaProvider

from emulator import SITE_ID

KEYS = Credentials("testAccessKeyId", "testAccessKeySecret")
NewClient = Callable[..., EsaClient]
NewService = Callable[..., Service]
NewProvider = Callable[..., EsaProvider]


class FixedSource:
    """Given keys; each refresh takes the next ones."""

    def __init__(self, *keys: Credentials) -> None:
        self._keys = list(keys)
        self.refreshes = 0

    def get(self, deadline: Any = None) -> Credentials:
        return self._keys[0]

    def refresh(self, rejected: Credentials, deadline: Any = None) -> bool:
        self.refreshes += 1
        if len(self._keys) > 1 and self._keys[0] == rejected:
            self._keys.pop(0)
        return self._keys[0] != rejected


@dataclass(frozen=True)
class Tls:
    """A new CA that nothing trusts yet, and its certificate for 127.0.0.1 and localhost."""

    ca_file: str
    cert_file: str
    wrong_cert_file: str
    context: ssl.SSLContext


def call(client: EsaClient, seconds: float = 10) -> dict[str, Any]:
    """One call for the first page of the emulator's first site."""
    return client.call("ListScheduledPreloadJobs", {"SiteId": str(SITE_ID)}, Deadline(seconds))


def closed_port() -> int:
    """A port of this machine on which nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
