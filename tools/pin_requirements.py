"""Writes the exact versions in requirements/ for every supported Python at once.

Versions that are pinned already stay, so that a new package moves no other; `--upgrade` moves all of them.
"""

from __future__ import annotations

import os
import sys

from ensure_venv import REQUIREMENTS, fetch
from slowly import CACHE, ROOT, run

OLDEST_PYTHON = "3.10"
# The order matters: later ones include the earlier ones.
SOURCES = {
    "plugin": ["pyproject.toml"],
    "build": ["requirements/build.in"],
    # The lower bounds of pyproject.toml: what the oldest Python is tested with.
    "lowest": ["pyproject.toml", "--resolution", "lowest-direct", "--constraint", "requirements/build.txt"],
    "dev": ["requirements/dev.in"],
    "dist": ["requirements/dist.in"],
    "fuzz": ["requirements/fuzz.in"],
}


def main() -> None:
    """Fetch the resolver into .cache and resolve each set."""
    uv = CACHE / "uv"
    fetch("uv, about 5 seconds", REQUIREMENTS / "pins.txt", uv)
    options = ["--no-config", "--universal", "--python-version", OLDEST_PYTHON]
    for name, source in SOURCES.items():
        run(
            f"resolving requirements/{name}.txt, about 15 seconds",
            [uv / "bin" / "uv", "pip", "compile", *options, *sys.argv[1:], *source, "-o", f"requirements/{name}.txt"],
            log=f"pins-{name}",
            cwd=ROOT,
            env={**os.environ, "UV_CUSTOM_COMPILE_COMMAND": "make pins"},
        )


if __name__ == "__main__":
    main()
