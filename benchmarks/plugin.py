"""The plugin as the engine runs it: a process, the port it prints, gRPC with the engine's options."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

PLUGIN = Path(sys.executable).parent / "pulumi-resource-alicloud-esa"
EMPTY = Path(__file__).with_name("empty_provider.py")
JOBS = "alicloud-esa:index:getScheduledPreloadJobs"
# Nothing listens there: the plugin connects to the engine only when it has a line to log.
NO_ENGINE = "127.0.0.1:9"
_FOREIGN = ("ALIBABA", "ALICLOUD", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def clean_environment(extra: Mapping[str, str] = {}) -> dict[str, str]:
    """This process's environment without keys and proxies, and with `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().startswith(_FOREIGN)}
    return {**kept, **extra}


def start_seconds(argv: Sequence[str | Path]) -> float:
    """From the start of the process until its port is printed."""
    started = time.perf_counter()
    process = subprocess.Popen([*argv, NO_ENGINE], stdout=subprocess.PIPE, env=clean_environment())
    assert process.stdout is not None
    line = process.stdout.readline()
    seconds = time.perf_counter() - started
    process.kill()
    process.wait()
    process.stdout.close()
    if not line.strip().isdigit():
        raise RuntimeError(f"{argv[-1]} printed no port")
    return seconds


class Plugin:
    """`with Plugin(environment) as plugin:` is a configured plugin and a client of it."""

    def __init__(
        self, environment: Mapping[str, str], settings: Mapping[str, Any] | None = None, engine: str | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [PLUGIN, *([engine] if engine else [])],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=clean_environment(environment),
        )
        assert self.process.stdout is not None
        port = int(self.process.stdout.readline())
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=_GRPC_CHANNEL_OPTIONS)
        self.stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self.stub.Configure(provider_pb2.ConfigureRequest(args=struct(settings or {})), timeout=30)

    def __enter__(self) -> Plugin:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()
        self.process.terminate()
        try:
            self.process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def invoke(self, **inputs: Any) -> Any:
        """The result as the Struct that the engine gets; grpc.RpcError when the call fails."""
        return getattr(self.stub.Invoke(request(inputs), timeout=600), "return")

    def invoke_later(self, **inputs: Any) -> Any:
        """The same without waiting: a gRPC future of the response."""
        return self.stub.Invoke.future(request(inputs), timeout=600)

    def threads(self) -> int:
        """How many threads the process has now."""
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def sockets(self) -> int:
        """How many sockets the process has open now."""
        folder = f"/proc/{self.process.pid}/fd"
        return sum(_is_socket(f"{folder}/{name}") for name in os.listdir(folder))

    def memory(self, field: str = "VmRSS") -> float:
        """Resident memory in MB (10^6 bytes): now (VmRSS), or the peak so far (VmHWM)."""
        return process_memory(self.process.pid, field)


def process_memory(pid: int | str, field: str) -> float:
    """A memory field of /proc/PID/status in MB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise ValueError(f"no {field} in /proc/{pid}/status")


def request(inputs: Mapping[str, Any], token: str = JOBS) -> Any:
    """An InvokeRequest."""
    return provider_pb2.InvokeRequest(tok=token, args=struct(inputs))


def struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """A Struct of plain values."""
    result = struct_pb2.Struct()
    result.update(dict(values))
    return result


def _is_socket(path: str) -> bool:
    try:
        return os.readlink(path).startswith("socket:")
    except OSError:
        # The socket was closed after the folder was listed.
        return False
