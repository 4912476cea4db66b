"""Makes .venv with pinned packages: level `plugin` runs the plugin, `emulator` also the emulator,
`dev` also the tests and checks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from slowly import CACHE, ROOT, fingerprint, one_at_a_time, run, step

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
PLUGIN = VENV / "bin" / "pulumi-resource-alicloud-esa"
REQUIREMENTS = ROOT / "requirements"
PYTHON_SDK = ROOT / "sdk" / "python"
EMULATORS_PACKAGES = ("starlette", "uvicorn")

# A user's PIP_USER, PIP_TARGET or PIP_PREFIX would install packages outside the environment.
_ELSEWHERE = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX")
PIP_ENV = {
    **{name: value for name, value in os.environ.items() if name not in _ELSEWHERE},
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "PIP_NO_INPUT": "1",
}


def main() -> None:
    """Bring .venv to the level asked for; does nothing when it is there already."""
    level = sys.argv[1]
    with one_at_a_time("venv"):
        _ensure_environment()
        step(VENV / ".stamp-plugin", plugin_inputs("plugin"), _install_plugin)
        dev = fingerprint([REQUIREMENTS / "dev.txt"])
        if level == "emulator":
            step(VENV / ".stamp-emulator", dev, _install_emulators_packages)
        if level == "dev":
            step(VENV / ".stamp-dev", dev, _install_dev_tools)
            if (PYTHON_SDK / "pyproject.toml").exists():
                sources = (path for path in PYTHON_SDK.rglob("*") if path.suffix in (".py", ".toml"))
                step(VENV / ".stamp-sdk", fingerprint(sources), _install_python_sdk)


def fetch(what: str, pins: Path, folder: Path, *options: str) -> None:
    """Put the pinned packages alone into `folder`, not into .venv."""

    def make() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        install(f"fetching {what}", folder.name, "--no-deps", *options, "--target", folder, "-r", pins)

    step(folder / ".stamp", fingerprint([pins], sys.version), make)


def _ensure_environment() -> None:
    stamp = VENV / ".stamp-python"
    if not _works(PYTHON):
        stamp.unlink(missing_ok=True)
    # The path is part of the fingerprint: scripts in a moved or copied environment still start the old one.
    step(stamp, f"{VENV}\n{sys.version}\n", _make_environment)


def _make_environment() -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    message = f"making .venv with Python {version}, about 5 seconds"
    run(message, [sys.executable, "-m", "venv", "--clear", VENV], log="venv")


def _works(python: Path) -> bool:
    try:
        return subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install(message: str, log: str, *arguments: str | Path, python: Path = PYTHON) -> None:
    """Have the pip of an environment install these."""
    run(message, [python, "-m", "pip", "install", *arguments], log=log, env=PIP_ENV)


def plugin_inputs(pins: str, *words: str) -> str:
    """Return the fingerprint of what `install_plugin` installs, with these pins."""
    # Of the schema only the version matters here: it goes into the installed metadata.
    version = json.loads((ROOT / "schema.json").read_text())["version"]
    files = [ROOT / "pyproject.toml", REQUIREMENTS / f"{pins}.txt", REQUIREMENTS / "build.txt"]
    return fingerprint(files, *words, version)


def install_plugin(where: str, log: str, pins: str, python: Path = PYTHON) -> None:
    """Install the plugin's packages by these pins, then the plugin itself as it stands here, editable."""
    packages = ("-r", REQUIREMENTS / f"{pins}.txt", "-r", REQUIREMENTS / "build.txt")
    message = f"installing the packages of the plugin {where}, about 30 seconds"
    install(message, f"{log}-packages", *packages, python=python)
    message = f"installing the plugin {where}, editable, about 3 seconds"
    install(message, log, "--no-deps", "--no-build-isolation", "--editable", ROOT, python=python)


def _install_plugin() -> None:
    install_plugin("into .venv", "plugin", "plugin")
    if not PLUGIN.exists():
        sys.exit(f"==> the installation left no {PLUGIN.relative_to(ROOT)}: see .cache/log/plugin.log")


def _install_emulators_packages() -> None:
    message = "installing the packages of the emulator into .venv, about 5 seconds"
    install(message, "emulator-packages", *EMULATORS_PACKAGES, "--constraint", REQUIREMENTS / "dev.txt")


def _install_dev_tools() -> None:
    message = "installing the tools for tests and checks into .venv, about 30 seconds"
    install(message, "dev-packages", "-r", REQUIREMENTS / "dev.txt")


def _install_python_sdk() -> None:
    # Installed from a copy: setuptools leaves a build folder in the sources.
    copy = CACHE / "sdk-python"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(PYTHON_SDK, copy)
    message = "installing the Python SDK into .venv, about 5 seconds"
    install(message, "sdk-python", "--no-deps", "--no-build-isolation", "--force-reinstall", copy)
    shutil.rmtree(copy)


if __name__ == "__main__":
    main()
