"""The official SDK's client, pointed at an emulator: it changes jobs and executions as a user's script would."""

from __future__ import annotations

from typing import Any

from alibabacloud_esa20240910.client import Client
from alibabacloud_tea_openapi.models import Config

from emulator import Emulator

# The SDK's own clock call, deprecated from Python 3.12 on: a test that uses the client puts this into `pytestmark`
# as `pytest.mark.filterwarnings(UTCNOW)`.
UTCNOW = r"ignore:datetime\.datetime\.utcnow:DeprecationWarning"


def client_for(emulator: Emulator, **settings: Any) -> Client:
    """A client with the emulator's lasting key; settings replace those of the SDK's Config."""
    keys = {"access_key_id": "testAccessKeyId", "access_key_secret": "testAccessKeySecret", **settings}
    return Client(Config(endpoint=emulator.endpoint, protocol="http", **keys))
