"""The peer: what people write with the official SDK. It reads page after page and keeps the rows in a list.

A process that reads a site id and a page size from each line and answers with a line of JSON, so that its start
and its imports (0.4 s) are not counted and both sides are warm.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from benchmarks.plugin import clean_environment, process_memory


class SdkLoop:
    """`with SdkLoop(environment) as peer:` is the warm loop in its process."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.sdk_loop"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=clean_environment(environment),
            text=True,
        )

    def __enter__(self) -> SdkLoop:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=30)

    def read(self, site: str, page_size: int) -> dict[str, Any]:
        """Read one site: `seconds`, `jobs` and `memory` (the peak so far, MB)."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{site} {page_size}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def main() -> None:
    """Serve the questions on standard input."""
    import os

    from alibabacloud_esa20240910 import models
    from alibabacloud_esa20240910.client import Client
    from alibabacloud_tea_openapi.models import Config

    endpoint = os.environ["ALIBABA_CLOUD_ENDPOINT_ESA"].removeprefix("http://")
    key, secret = os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    client = Client(Config(endpoint=endpoint, protocol="http", access_key_id=key, access_key_secret=secret))
    for line in sys.stdin:
        site, page_size = (int(word) for word in line.split())
        started = time.perf_counter()
        jobs: list[Any] = []
        page = 1
        while True:
            question = models.ListScheduledPreloadJobsRequest(site_id=site, page_number=page, page_size=page_size)
            body = client.list_scheduled_preload_jobs(question).body
            jobs += body.jobs
            if not body.jobs or len(jobs) >= int(body.total_count):
                break
            page += 1
        seconds = time.perf_counter() - started
        answer = {"seconds": seconds, "jobs": len(jobs), "memory": process_memory("self", "VmHWM")}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
