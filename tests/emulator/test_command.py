"""`python -m emulator` as a person or a benchmark starts it."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from emulator import SITE_ID

if TYPE_CHECKING:
    from tests.support.caller import MakeCaller

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-W", "error", "-m", "emulator"]


@contextmanager
def running(tmp_path: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    ready = tmp_path / "ready"
    process = subprocess.Popen(
        [*COMMAND, "--port", "0", "--ready-file", str(ready), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until = time.monotonic() + 20
        while not (ready.exists() and ready.read_text().endswith("\n")):
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < until
            time.sleep(0.02)
        yield process, ready.read_text().strip()
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_guides_logs_a_line_a_request_and_ends_cleanly(
    tmp_path: Path, make_caller: MakeCaller, number: signal.Signals
) -> None:
    with running(tmp_path) as (process, url):
        address: Any = SimpleNamespace(endpoint=urlsplit(url).netloc)
        caller = make_caller(emulator=address)
        assert caller.call(SiteId=SITE_ID).json["TotalCount"] == "45"
        assert caller.call(SiteId="\x1b[2J").status == 400
        began = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=5)
        assert time.monotonic() - began < 1.5
    assert (process.returncode, err) == (0, "")
    assert f"export ALIBABA_CLOUD_ENDPOINT_ESA={url}\n" in out
    assert "export ALIBABA_CLOUD_ACCESS_KEY_ID=testAccessKeyId\n" in out
    assert f"alicloud-esa:getScheduledPreloadJobs --site-id {SITE_ID} --output json" in out
    assert re.search(rf"^ +1 200  ListScheduledPreloadJobs SiteId={SITE_ID} [\d.]+ ms$", out, re.MULTILINE)
    assert "SiteId=?[2J" in out
    assert "\x1b" not in out
    assert out.endswith("stopped\n")


def test_the_curl_lines_that_it_prints_work(tmp_path: Path) -> None:
    with running(tmp_path) as (process, url):
        process.send_signal(0)
        assert process.stdout is not None
        printed = ""
        while "/_emulator/reset" not in printed:
            printed += process.stdout.readline()
        lines = re.findall(r"curl -X (\w+) (\S+)(?: -d '(.*)')?", printed)
        assert len(lines) == 5
        for method, address, body in lines:
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
            connection.request(method, urlsplit(address).path, body=body or None)
            assert (connection.getresponse().status, address[: len(url)]) == (200, url)
            connection.close()


def test_it_holds_as_many_jobs_as_asked(tmp_path: Path, make_caller: MakeCaller) -> None:
    with running(tmp_path, "--jobs", "1234", "--quiet") as (process, url):
        address: Any = SimpleNamespace(endpoint=urlsplit(url).netloc)
        assert make_caller(emulator=address).call(SiteId=SITE_ID).json["TotalCount"] == "1234"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=5)
    assert "SiteId=" not in out


@pytest.mark.parametrize(
    ("arguments", "status", "complaint"),
    [
        (["--jobs", "100001"], 2, "must be from 0 to 100000"),
        (["--sites", "1001"], 2, "must be from 0 to 1000"),
        (["--port", "70000"], 1, "cannot listen on port 70000"),
    ],
)
def test_bad_arguments_are_told_without_a_traceback(arguments: list[str], status: int, complaint: str) -> None:
    done = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert done.returncode == status
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
