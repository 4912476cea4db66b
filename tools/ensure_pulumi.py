"""Provides the Pulumi CLI and its YAML language host: from PATH, or built into bin/."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from go_tools import BIN, build

OLDEST = (3, 274, 0)  # the tested one; `pulumi do` and the plugin protocol changed before it
YAML_HOST = "pulumi-language-yaml"


def main() -> None:
    """Use the installed CLI if it will do; otherwise build both commands."""
    if not _installed_cli_will_do():
        build("pulumi")
        build(YAML_HOST)


def _installed_cli_will_do() -> bool:
    # bin/ is left out of the search: what we built there ourselves is rebuilt when its go.mod changes.
    folders = [folder for folder in os.get_exec_path() if Path(folder).resolve() != BIN]
    path = os.pathsep.join(folders)
    pulumi = shutil.which("pulumi", path=path)
    if pulumi is None or _version(pulumi) < OLDEST:
        return False
    beside = Path(pulumi).resolve().parent
    return shutil.which(YAML_HOST, path=os.pathsep.join([str(beside), path])) is not None


def _version(pulumi: str) -> tuple[int, ...]:
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    answer = subprocess.run(
        [pulumi, "version"],
        env=quiet,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", answer.stdout.strip())
    return tuple(int(part) for part in found.groups()) if found else ()


if __name__ == "__main__":
    main()
