"""Tries a packed plugin as the engine would: its version, its port, and one call of everything in its schema.

PyInstaller finds only what is imported in plain sight. What it missed fails here, not at a user's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime import proto

SECONDS = 20


def check(plugin: Path, version: str) -> None:
    """Exit with the reason if `plugin` does not work."""
    stated = subprocess.run([plugin, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    if stated != version:
        sys.exit(f"==> the packed plugin says it is {stated!r}, not {version}")
    with subprocess.Popen([plugin], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            if not port.isdecimal():
                sys.exit(f"==> the packed plugin does not start: it printed {port!r} in place of a port")
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                _call_everything(proto.ResourceProviderStub(channel))
        finally:
            process.terminate()


def _call_everything(plugin: Any) -> None:
    schema = json.loads(plugin.GetSchema(proto.GetSchemaRequest(), timeout=SECONDS).schema)
    plugin.Configure(proto.ConfigureRequest(), timeout=SECONDS)
    for token in schema["functions"]:
        _expect_refusal(token, lambda token=token: plugin.Invoke(proto.InvokeRequest(tok=token), timeout=SECONDS))
    for token in schema["resources"]:
        urn = f"urn:pulumi:dist::dist::{token}::name"
        _expect_refusal(token, lambda urn=urn: plugin.Check(proto.CheckRequest(urn=urn), timeout=SECONDS))


def _expect_refusal(token: str, call: Any) -> None:
    """Fail unless a call without inputs is refused for its inputs: then everything behind it was found."""
    try:
        answer = call()
    except grpc.RpcError as error:
        if error.code() is not grpc.StatusCode.INVALID_ARGUMENT:
            sys.exit(f"==> {token} of the packed plugin fails: {error.details()}")
    else:
        if not answer.failures:
            sys.exit(f"==> {token} of the packed plugin accepts a call without inputs")
