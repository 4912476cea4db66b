"""The files of baselines: named one by one, or a folder that holds one a site.

In a folder the site's id ends a file's name and its name begins it, so that a review reads well. A file is told by the
id, in it or in its name: a site that was renamed keeps its file, and one that is damaged is still known to be its.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..esa.inputs import Inputs
from .baseline import Baseline, BaselineError
from .baseline_reader import parse_baseline, read_baseline
from .files import place_of

ENDING = ".json"
# Sites have ids of 15 digits; what is short may be a year or a number of somebody's own.
_ID = re.compile(r"(?:.*-)?([0-9]{9,})\.json", re.ASCII | re.DOTALL | re.IGNORECASE)
_NO_NAME = re.compile(r"[^\w.-]+")
# Characters, and bytes, of which a file's name may have 255; a site's name is a domain, which may be that long too.
_LONGEST_NAME, _MOST_BYTES = 60, 200


@dataclass(frozen=True)
class BaselineFile:
    """A file, and the site that it is about, "" where neither its content nor its name tells that."""

    path: str
    site_id: str
    content: bytes | None = None
    """Of what can be read once only, such as a pipe."""

    def read(self) -> Baseline:
        """The baseline; raises BaselineError."""
        return read_baseline(self.path) if self.content is None else parse_baseline(self.path, self.content)


def find_baselines(given: Sequence[str]) -> list[BaselineFile]:
    """The files that are given or lie in the folders that are given, each once; a folder's in the order of names."""
    paths = [path for one in given for path in (_in_folder(one) if os.path.isdir(one) else [one])]
    by_place: dict[str, str] = {}
    for path in paths:
        by_place.setdefault(place_of(path), path)
    return [_look_at(path) for path in by_place.values()]


def is_folder(path: str) -> bool:
    """Whether a path names a folder, one that is not there yet too."""
    return os.path.isdir(path) or path.endswith(os.sep)


def is_baseline_name(name: str) -> bool:
    """Whether a file of this name is a baseline where it lies in a folder of them; in any case, as on some systems."""
    return name.lower().endswith(ENDING)


def new_file(folder: str, site_id: str, name: str | None) -> str:
    """The file for a site of which a folder has none."""
    # No hidden file, and none that an option could be read from.
    word = _NO_NAME.sub("-", name or "")[:_LONGEST_NAME].encode()[:_MOST_BYTES].decode(errors="ignore").strip(".-")
    return os.path.join(folder, f"{word}-{site_id}{ENDING}" if word else f"{site_id}{ENDING}")


def inner_folders(given: Sequence[str]) -> list[str]:
    """The folders with files of such names that lie in one that is given, and are not given themselves."""
    known = {os.path.realpath(path) for path in given}
    found = (os.path.join(path, name) for path in given if os.path.isdir(path) for name in sorted(os.listdir(path)))
    return [
        path
        for path in found
        if os.path.isdir(path) and os.path.realpath(path) not in known and os.access(path, os.R_OK) and _in_folder(path)
    ]


def empty_folders(given: Sequence[str]) -> dict[str, BaselineError]:
    """The folders that hold no baseline, and the error that this is."""
    return {
        path: BaselineError(f"no file in {path} ends in {ENDING}; `alicloud-esa drift record -o {path}` makes one")
        for path in given
        if os.path.isdir(path) and not _in_folder(path)
    }


def too_many(files: Sequence[BaselineFile]) -> BaselineError | None:
    """Why several files are not taken for one site, None where it has one."""
    if len(files) == 1:
        return None
    return BaselineError(f"{len(files)} baselines of one site: {', '.join(file.path for file in files)}; keep one")


def _in_folder(folder: str) -> list[str]:
    names = sorted(name for name in os.listdir(folder) if is_baseline_name(name) and not name.startswith("."))
    paths = [os.path.join(folder, name) for name in names]
    # A link to nothing is told of; a named pipe would be waited for, and is nobody's baseline.
    return [path for path in paths if os.path.isfile(path) or not os.path.exists(path)]


def _look_at(path: str) -> BaselineFile:
    content: bytes | None = None
    document: object = None
    try:
        with open(path, "rb") as file:
            content = file.read()
        document = json.loads(content)
    except (OSError, ValueError, RecursionError):
        # What is wrong with it is said when it is read.
        pass
    site_id = Inputs(document).site_id() if isinstance(document, dict) else ""
    if not site_id and (named := _ID.fullmatch(os.path.basename(path))):
        site_id = named[1]
    # Dropped, for files of a whole account are many; a pipe's cannot be had again.
    return BaselineFile(path, site_id, None if os.path.isfile(path) else content)
