"""Drives toxiproxy over its HTTP API: one proxy between the provider and the emulator, and the faults it injects."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import time
import uuid
from pathlib import Path
from typing import Any

import requests


class Toxiproxy:
    """The server, as a process of its own."""

    def __init__(self, command: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        self.api = f"http://127.0.0.1:{port}"
        self.http = requests.Session()
        self.http.trust_env = False
        self._process = subprocess.Popen(
            [command, "-host", "127.0.0.1", "-port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        ends = time.monotonic() + 10
        while True:
            with contextlib.suppress(requests.ConnectionError):
                self.http.get(f"{self.api}/version", timeout=2).raise_for_status()
                return
            if time.monotonic() > ends or self._process.poll() is not None:
                self.stop()
                raise RuntimeError("toxiproxy did not start")
            time.sleep(0.05)

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """One request to its API."""
        answer = self.http.request(method, f"{self.api}/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def stop(self) -> None:
        """End the process."""
        self.http.close()
        self._process.kill()
        self._process.wait()


class Network:
    """One proxy to one upstream."""

    def __init__(self, server: Toxiproxy, upstream: str) -> None:
        self._server = server
        self._name = uuid.uuid4().hex
        made = server.call("POST", "proxies", {"name": self._name, "listen": "127.0.0.1:0", "upstream": upstream})
        self._listen = made["listen"]
        self.url = f"http://{self._listen}"

    def add(self, kind: str, stream: str = "downstream", toxicity: float = 1.0, **attributes: int) -> None:
        """Add one toxic; it also affects open connections."""
        toxic = {"type": kind, "stream": stream, "toxicity": toxicity, "attributes": attributes}
        self._server.call("POST", f"proxies/{self._name}/toxics", toxic)

    def clear(self) -> None:
        """Take all toxics out."""
        for toxic in self._server.call("GET", f"proxies/{self._name}/toxics"):
            self._server.call("DELETE", f"proxies/{self._name}/toxics/{toxic['name']}")

    def up(self, enabled: bool) -> None:
        """Down drops every connection and refuses new ones; up listens again at the same address."""
        self._server.call("POST", f"proxies/{self._name}", {"enabled": enabled, "listen": self._listen})

    def remove(self) -> None:
        """Take the proxy itself out."""
        self._server.call("DELETE", f"proxies/{self._name}")
