"""One request to the control address of an emulator."""

from __future__ import annotations

import http.client
import json
from typing import Any

from emulator import Emulator


def control(emulator: Emulator, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
    """The status and the JSON of the answer; a text as body is sent as it is."""
    connection = http.client.HTTPConnection(emulator.endpoint, timeout=5)
    try:
        text = body if isinstance(body, str) else None if body is None else json.dumps(body)
        connection.request(method, f"/_emulator/{path}", body=text)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()
