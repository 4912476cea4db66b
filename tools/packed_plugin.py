"""Tries a packed plugin as the engine would: its version, its port, and one call of everything in its schema.

PyInstaller finds only plain imports. Each call goes all the way to a stand-in for the service, with
keys from a credentials URI, so that what the plugin imports at its first call has to be there too. What is missing
fails here, not at a user's. `packed_plugin.py EXECUTABLE VERSION` needs nothing but the plugin's own dependencies.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime import proto

SECONDS = 30
SITE, JOB = "190007158391808", "665d3af3621bccf3fe29e1a4"
# A token that is not here fails the check: modules of a function that is never called might be missing.
INPUTS: dict[str, Mapping[str, Any]] = {
    "alicloud-esa:index:getScheduledPreloadJobs": {"siteId": SITE},
    "alicloud-esa:index:getScheduledPreloadJob": {"siteId": SITE, "jobId": JOB},
    "alicloud-esa:index:getScheduledPreloadExecutions": {"jobId": JOB},
    "alicloud-esa:index:getSites": {"nameRegex": "."},
    "alicloud-esa:index:getScheduledPreloadJobsDrift": {"siteId": SITE, "expected": [{"name": "nightly"}]},
    "alicloud-esa:index:ScheduledPreloadJobsBaseline": {"siteId": SITE},
}
KEYS = {
    "Code": "Success",
    "AccessKeyId": "STS.id",
    "AccessKeySecret": "secret",
    "SecurityToken": "token",
    "Expiration": "2099-01-01T00:00:00Z",
}
ROW = {"Id": JOB, "SiteId": int(SITE), "Name": "nightly", "CreatedAt": "2024-06-01T08:53:13Z"}
ANSWERS: dict[str, Mapping[str, Any]] = {
    "ListScheduledPreloadJobs": {"RequestId": "r", "TotalCount": "1", "Jobs": [ROW]},
    "GetScheduledPreloadJob": {"RequestId": "r", **ROW},
    "ListScheduledPreloadExecutions": {"RequestId": "r", "TotalCount": 0, "Executions": []},
    "ListSites": {"RequestId": "r", "TotalCount": 1, "Sites": [{"SiteId": int(SITE), "SiteName": "example.com"}]},
}


class _Service(BaseHTTPRequestHandler):
    """Answers both as the service and as the credentials URI."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parameters = dict(parse_qsl(urlsplit(self.path).query))
        action = self.headers.get("x-acs-action") or parameters.get("Action") or ""
        body = json.dumps(ANSWERS[action] if action else KEYS).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def _service() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def check(plugin: Path, version: str) -> None:
    """Exit with the reason if `plugin` does not work."""
    stated = subprocess.run([plugin, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if stated != version:
        sys.exit(f"==> the packed plugin says it is {stated!r}, not {version}")
    with _service() as url:
        # A process of its own for each: one serves a single provider.
        _try(plugin, _call_everything, url)
        _try(plugin, _expect_refused_certificate, url.replace("http:", "https:"))


def _try(plugin: Path, calls: Callable[[Any], None], url: str) -> None:
    with subprocess.Popen(
        [plugin], env=_environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            if not port.isdecimal():
                sys.exit(f"==> the packed plugin does not start: it printed {port!r} in place of a port")
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                stub = proto.ResourceProviderStub(channel)
                _configure(stub, url)
                calls(stub)
        except grpc.RpcError as error:
            sys.exit(f"==> the packed plugin fails: {error.details()}")
        finally:
            process.terminate()


def _environment() -> dict[str, str]:
    """Return this environment without the keys, authorities and proxies that would replace those of the check."""
    foreign = ("ALIBABA", "ALICLOUD", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_")
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(foreign)}
    return {**kept, "NO_PROXY": "127.0.0.1"}


def _call_everything(plugin: Any) -> None:
    schema = json.loads(plugin.GetSchema(proto.GetSchemaRequest(), timeout=SECONDS).schema)
    for token in schema["functions"]:
        answer = plugin.Invoke(proto.InvokeRequest(tok=token, args=_inputs(token)), timeout=SECONDS)
        _expect(token, not answer.failures and bool(getattr(answer, "return").fields), answer)
    for token in schema["resources"]:
        urn = f"urn:pulumi:dist::dist::{token}::name"
        answer = plugin.Check(proto.CheckRequest(urn=urn, news=_inputs(token)), timeout=SECONDS)
        _expect(token, not answer.failures and JOB in str(answer.inputs), answer)


def _expect_refused_certificate(plugin: Any) -> None:
    """Fail unless https gets as far as the handshake: then TLS and the list of authorities were found."""
    token = next(iter(INPUTS))
    try:
        answer = plugin.Invoke(proto.InvokeRequest(tok=token, args=_inputs(token)), timeout=SECONDS)
    except grpc.RpcError as error:
        _expect("https", "TLS could not be established" in (error.details() or ""), error.details())
    else:
        _expect("https", False, answer)


def _configure(plugin: Any, url: str) -> None:
    settings = {"endpoint": url, "credentialsUri": url.replace("https:", "http:"), "maxAttempts": 1}
    plugin.Configure(proto.ConfigureRequest(args=_struct(settings)), timeout=SECONDS)


def _inputs(token: str) -> struct_pb2.Struct:
    if token not in INPUTS:
        sys.exit(f"==> tools/packed_plugin.py has no inputs for {token}")
    return _struct(INPUTS[token])


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    result = struct_pb2.Struct()
    result.update(dict(values))
    return result


def _expect(what: str, holds: bool, answer: object) -> None:
    if not holds:
        sys.exit(f"==> {what} of the packed plugin fails: {answer}")


if __name__ == "__main__":
    check(Path(sys.argv[1]).resolve(), sys.argv[2].removeprefix("v"))
