"""The emulator as a process of its own, so that it shares no interpreter with what is measured."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

KEYS = ("testAccessKeyId", "testAccessKeySecret")


class Service:
    """`with Service() as service:` serves at `service.url` until the block ends."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="esa-service-")
        self._process: subprocess.Popen[bytes] | None = None
        self._http = requests.Session()
        # This machine's proxy must not be used.
        self._http.trust_env = False
        self.url = ""

    def __enter__(self) -> Service:
        ready = Path(self._folder.name) / "url"
        argv = [sys.executable, "-m", "emulator", "--port", "0", "--quiet", "--ready-file", str(ready)]
        self._process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        for _ in range(200):
            # The file is created before the address is written: an empty one means not yet.
            if ready.exists() and (text := ready.read_text().strip()):
                self.url = text
                return self
            time.sleep(0.05)
        self.__exit__(None, None, None)
        raise RuntimeError("the emulator did not start within 10 seconds")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()
        if self._process is not None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def environment(self) -> dict[str, str]:
        """The variables that point a program at it."""
        return {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": KEYS[0],
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEYS[1],
            "ALIBABA_CLOUD_ENDPOINT_ESA": self.url,
            "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        }

    def site(self, site: int, jobs: int) -> str:
        """Make a site of so many jobs; returns its id."""
        self.control("PUT", f"sites/{site}", {"jobs": jobs})
        return str(site)

    def delay(self, seconds: float) -> None:
        """Make the emulator wait this long before each answer."""
        self.control("PATCH", "settings", {"delay": seconds})

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the emulator's control endpoints, see emulator/README.md."""
        answer = self._http.request(method, f"{self.url}/_emulator/{path}", json=body, timeout=60)
        answer.raise_for_status()
        return answer.json()
