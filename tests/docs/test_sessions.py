"""The `sh` blocks that take more than one process or more than one machine."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from emulator import Emulator
from tests.support.blocks import block
from tests.support.engine import ROOT, Engine
from tests.support.shell import run
from tests.support.steps import program, tools


def test_a_debugger_attaches_as_the_guide_says(engine: Engine, emulator: Emulator) -> None:
    tools(engine, emulator)
    program(engine, emulator)
    # The engine finds no plugin but the one that it is told to attach to.
    engine.environment["PATH"] = engine.environment["PATH"].replace(f"{ROOT / '.venv' / 'bin'}:", "")
    start, attach = block("CONTRIBUTING.md", "sh", ".venv/bin/pulumi-resource").code.splitlines()
    command = ["bash", "-c", f"exec {start}"]
    with subprocess.Popen(
        command, cwd=engine.folder, env=engine.environment, stdout=subprocess.PIPE, text=True
    ) as plugin:
        try:
            assert plugin.stdout is not None
            port = plugin.stdout.readline().strip()
            assert "41235" in attach
            result = engine.command("bash", "-eu", "-c", attach.replace("41235", port))
        finally:
            plugin.terminate()
    assert result.code == 0, result.text
    assert emulator.requests


def test_the_emulator_starts_as_its_readme_says(tmp_path: Path) -> None:
    for line in block("emulator/README.md", "sh", ".venv/bin/python").code.splitlines():
        # Whatever else runs on this machine may have the port.
        script = line.replace("-m emulator", "-m emulator --port 0").replace("/tmp/", f"{tmp_path}/")
        with subprocess.Popen(
            ["bash", "-c", f"exec {script}"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as emulator:
            try:
                assert emulator.stdout is not None
                printed = "".join(emulator.stdout.readline() for _ in range(6))
            finally:
                emulator.send_signal(signal.SIGINT)
                emulator.wait(timeout=20)
        assert "export ALIBABA_CLOUD_ENDPOINT_ESA=http://127.0.0.1:" in printed
    assert (tmp_path / "emulator.url").exists()


def test_the_python_sdk_goes_inside_as_wheels(engine: Engine) -> None:
    sdk, dist = shutil.copytree(ROOT / "sdk" / "python", engine.folder / "sdk"), engine.folder / "dist"
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", dist, sdk]
    subprocess.run(build, check=True, timeout=60)
    outside = run(engine, block("docs/air-gapped.md", "sh", "python -m pip download"))
    assert outside.code == 0, outside.text
    subprocess.run([sys.executable, "-m", "venv", engine.folder / "inside"], check=True, timeout=60)
    engine.environment["PATH"] = f"{engine.folder / 'inside' / 'bin'}:{engine.environment['PATH']}"
    # Most of it is never imported here.
    engine.environment["PIP_COMPILE"] = "0"
    # No index is asked even where one is configured.
    inside = run(engine, block("docs/air-gapped.md", "sh", "python -m pip install"))
    assert inside.code == 0, inside.text
    assert engine.command("python", "-c", "import pulumi_alicloud_esa").code == 0
