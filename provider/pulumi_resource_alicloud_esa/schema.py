"""The package schema and the version that it states, the only place that does."""

from __future__ import annotations

import re
from os.path import dirname, exists, join, realpath


def schema_text() -> str:
    """The Pulumi package schema as JSON."""
    # Not pathlib: its import would be a thirtieth of a start.
    here = dirname(realpath(__file__))
    # In a wheel it lies beside this file, in a checkout at the root of the repo.
    packaged = join(here, "schema.json")
    with open(packaged if exists(packaged) else join(dirname(dirname(here)), "schema.json"), encoding="utf-8") as file:
        return file.read()


def _read_version(text: str) -> str:
    # Searched, not parsed: parsing all of it would slow down every start.
    match = re.search(r'"version": "([^"]+)"', text)
    if match is None:
        raise ValueError("schema.json states no version")
    return match.group(1)


VERSION = _read_version(schema_text())
