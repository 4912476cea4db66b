"""The package schema and the version that it states, the only place that does."""

from __future__ import annotations

import re
from pathlib import Path


def schema_text() -> str:
    """The Pulumi package schema as JSON."""
    here = Path(__file__).resolve()
    # In a wheel it lies beside this file, in a checkout at the root of the repo.
    packaged = here.with_name("schema.json")
    return (packaged if packaged.exists() else here.parents[2] / "schema.json").read_text(encoding="utf-8")


def _read_version(text: str) -> str:
    # Searched, not parsed: parsing all of it would slow down every start.
    match = re.search(r'"version": "([^"]+)"', text)
    if match is None:
        raise ValueError("schema.json states no version")
    return match.group(1)


VERSION = _read_version(schema_text())
