"""A stand-in for Pulumi's language host for Python, as far as a plugin from source needs one.

The host comes with Pulumi's installer only. What it does for a plugin was read from its source:
`python -m pip install .` in an environment beside the plugin, then
`python -m pulumi.run.plugin DISTRIBUTION ARGUMENTS`. The engine that asks
for both, and everything else, is the real one.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import LanguageRuntimeServicer, language_pb2, language_pb2_grpc, plugin_pb2


class Host(LanguageRuntimeServicer):
    """The requests that the engine makes of it for a plugin."""

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        python = environment(request.info.program_directory)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", python.parent.parent], check=True)
        pip = [sys.executable, "-m", "pip", "--python", python]
        install = [*pip, "install", "--quiet", "--no-compile", "."]
        done = subprocess.run(install, cwd=request.info.program_directory, capture_output=True)
        if done.returncode != 0:
            context.abort(grpc.StatusCode.UNKNOWN, done.stderr.decode())
        yield language_pb2.InstallDependenciesResponse(stdout=done.stdout, stderr=done.stderr)

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        folder = request.info.program_directory
        (name,) = re.findall(r'^name = "(.+)"$', (Path(folder) / "pyproject.toml").read_text(), re.MULTILINE)
        plugin = subprocess.Popen(
            [environment(folder), "-m", "pulumi.run.plugin", name, *request.args],
            cwd=request.pwd,
            env=dict(entry.split("=", 1) for entry in request.env),
            stdout=subprocess.PIPE,
            stderr=sys.stderr,
        )
        context.add_callback(plugin.terminate)
        assert plugin.stdout is not None
        for line in plugin.stdout:
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=plugin.wait())


def environment(folder: str) -> Path:
    """The Python of the plugin's own environment."""
    return Path(folder) / "venv" / "bin" / "python"


def main() -> None:
    """Print the port and serve until the engine sends its signal."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(0))
    server = grpc.server(ThreadPoolExecutor(8))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(Host(), server)
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    sys.stdout.flush()
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
