"""Runs the Python program in the working directory for a language host, the way Pulumi's own host for Python does.

That host comes with Pulumi's installer only; the engine, the SDK, the program and the plugin are the real ones.
"""

from __future__ import annotations

import asyncio
import os
import runpy
import sys
from collections.abc import Mapping
from typing import Any

from pulumi import runtime

from tests.support.engine import ROOT
from tests.support.language_host import Command, config


def python_program(main_file: str = "__main__.py") -> Command:
    """What a language host starts: this very file, with what the engine told the host."""

    def command(request: Any) -> tuple[list[str], Mapping[str, str]]:
        settings = {
            "PROGRAM_PROJECT": request.project,
            "PROGRAM_STACK": request.stack,
            "PROGRAM_MONITOR": request.monitor_address,
            "PROGRAM_ENGINE": str(request.args[0]) if request.args else "",
            "PROGRAM_DRY_RUN": "yes" if request.dryRun else "",
            "PYTHONPATH": str(ROOT),
            **config(request),
        }
        return [sys.executable, "-m", "tests.support.python_program", main_file], settings

    return command


def main() -> None:
    """Run it to the end; an exception in it is this process's."""
    given = {name: os.environ[f"PROGRAM_{name}"] for name in ("PROJECT", "STACK", "MONITOR", "ENGINE", "DRY_RUN")}
    runtime.configure(
        runtime.Settings(
            project=given["PROJECT"],
            stack=given["STACK"],
            monitor=given["MONITOR"],
            engine=given["ENGINE"],
            dry_run=bool(given["DRY_RUN"]),
        )
    )
    program = sys.argv[1]
    asyncio.run(runtime.run_in_stack(lambda: runpy.run_path(program, run_name="__main__") and None))


if __name__ == "__main__":
    main()
