"""Provides the Pulumi CLI and its YAML language host: from PATH, or built into bin/."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from go_tools import BIN, build
from slowly import version_of

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
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    if pulumi is None or version_of(pulumi, "version", env=quiet) < OLDEST:
        return False
    beside = Path(pulumi).resolve().parent
    return shutil.which(YAML_HOST, path=os.pathsep.join([str(beside), path])) is not None


if __name__ == "__main__":
    main()
