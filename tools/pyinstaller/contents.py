"""Prints as JSON what is in a folder that PyInstaller made: run by the Python that it was made with.

`distributions` are the names of the packages of which at least one file was packed.
"""

from __future__ import annotations

import json
import platform
import re
import ssl
import sys
from importlib.metadata import distributions
from pathlib import Path

from PyInstaller.archive.readers import CArchiveReader


def main() -> None:
    """Look at the folder of the executable that is the only argument."""
    executable = Path(sys.argv[1])
    internal = executable.parent / "_internal"
    modules = CArchiveReader(str(executable)).open_embedded_archive("PYZ.pyz").toc
    stems = {name.replace(".", "/") for name in modules}
    # Where extension modules and data lie: the folder itself, and one for the standard library's.
    files = {path.relative_to(internal).as_posix() for path in internal.rglob("*") if path.is_file()}
    found, owned = set(), set()
    for distribution in distributions():
        paths = {path.as_posix() for path in distribution.files or ()}
        owned |= paths & files
        if paths & files or {re.sub(r"(/__init__)?\.py$", "", path) for path in paths if path.endswith(".py")} & stems:
            found.add(distribution.metadata["Name"])
    answer = {
        "distributions": sorted(found),
        "libraries": sorted(name for name in files - owned if "/" not in name and re.search(r"\.(so|dylib|dll)", name)),
        "python": platform.python_version(),
        "openssl": ssl.OPENSSL_VERSION.split()[1],
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
