"""Writes schema.json from schema.yaml. Usage: build.py [OUTPUT]; the default is schema.json at the repo's root."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent


def build() -> str:
    """The schema as JSON, without the definitions that only YAML's anchors need."""
    schema = yaml.safe_load((HERE / "schema.yaml").read_text(encoding="utf-8"))
    schema.pop("x-definitions")
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "schema.json"
    output.write_text(build(), encoding="utf-8")
