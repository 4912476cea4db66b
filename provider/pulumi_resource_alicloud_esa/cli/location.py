"""The baseline's name in reports: relative to the repo's root, as the pages that show them expect it."""

from __future__ import annotations

import os
from pathlib import Path

_ROOT_VARIABLES = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")


def location_of(path: str) -> str:
    """The path with `/` from the root of the checkout, or the absolute one of a file outside of it."""
    file = Path(os.path.abspath(path))
    root = _root(file)
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()


def _root(file: Path) -> Path:
    for variable in _ROOT_VARIABLES:
        root = os.environ.get(variable)
        if root and file.is_relative_to(os.path.abspath(root)):
            return Path(os.path.abspath(root))
    for folder in file.parents:
        if (folder / ".git").exists():
            return folder
    return Path.cwd()
