"""A language host for the tests: it runs an unchanged program in a process of its own, as a real host does.

Pulumi's hosts for Go and Node.js come with its installer only, and this machine may have none. The engine takes a host
that is already running from `--client`, which is how the Automation API runs inline programs. This one says that the
program needs no further plugins and starts a command with what a host tells a program; the engine, the SDKs, the
program and the plugin are the real ones.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import LanguageRuntimeServicer, language_pb2, language_pb2_grpc, plugin_pb2

from tests.support.engine import Engine, Result

Command = Callable[[Any], tuple[list[str], Mapping[str, str]]]


def hosted(engine: Engine, program: Command, *arguments: str, **environment: str) -> Result:
    """Run `pulumi` with these arguments and a program in a language that may have no host on this machine."""
    with language_host(program, {**engine.environment, **environment}) as address:
        return engine.run(*arguments, f"--client={address}")


@contextmanager
def language_host(command: Command, environment: Mapping[str, str]) -> Iterator[str]:
    """Serve on loopback and yield the address for `--client`."""
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_Host(command, environment), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(0)


def go_program(binary: Path) -> Command:
    """A compiled Go program; Go's SDK reads the environment."""

    def command(request: Any) -> tuple[list[str], Mapping[str, str]]:
        return [str(binary)], {
            "PULUMI_ORGANIZATION": request.organization,
            "PULUMI_PROJECT": request.project,
            "PULUMI_STACK": request.stack,
            **config(request),
            "PULUMI_DRY_RUN": str(request.dryRun).lower(),
            "PULUMI_PARALLEL": str(request.parallel),
            "PULUMI_MONITOR": request.monitor_address,
            "PULUMI_ENGINE": _engine(request),
        }

    return command


def nodejs_program(node: str, runner: Path) -> Command:
    """The program in the working directory, started by the Node.js SDK's own runner, which compiles its TypeScript."""

    def command(request: Any) -> tuple[list[str], Mapping[str, str]]:
        arguments = {
            "monitor": request.monitor_address,
            "engine": _engine(request),
            "organization": request.organization,
            "project": request.project,
            "stack": request.stack,
            "parallel": str(request.parallel),
            "pwd": request.pwd,
            **({"dry-run": "true"} if request.dryRun else {}),
        }
        words = [word for name, value in arguments.items() for word in (f"--{name}", value)]
        return [node, str(runner), *words, request.info.program_directory], {
            **config(request),
            "PULUMI_NODEJS_TYPESCRIPT": "true",
        }

    return command


def config(request: Any) -> Mapping[str, str]:
    """The stack's configuration, where every SDK looks for it."""
    return {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def _engine(request: Any) -> str:
    """The address of the engine's own service, which a host is started with."""
    return str(request.args[0]) if request.args else ""


class _Host(LanguageRuntimeServicer):
    def __init__(self, command: Command, environment: Mapping[str, str]) -> None:
        self._command = command
        self._environment = environment

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        return language_pb2.GetRequiredPackagesResponse()

    def About(self, request: Any, context: Any) -> Any:
        return language_pb2.AboutResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo()

    def Run(self, request: Any, context: Any) -> Any:
        argv, added = self._command(request)
        done = subprocess.run(
            argv,
            cwd=request.info.program_directory or request.pwd,
            env={**self._environment, **added},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode == 0:
            return language_pb2.RunResponse()
        return language_pb2.RunResponse(error=f"program exited with {done.returncode}:\n{done.stdout}{done.stderr}")
