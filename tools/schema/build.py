"""Writes schema.json from schema.yaml and examples.yaml. Usage: build.py [OUTPUT]; the default is schema.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import yaml
from snippets import markdown

HERE = Path(__file__).resolve().parent


def build() -> str:
    """The schema as JSON, examples included, without the definitions that only YAML's anchors need."""
    schema = _load("schema.yaml")
    schema.pop("x-definitions")
    examples = _load("examples.yaml")
    for kind in ("functions", "resources"):
        for token, entry in schema[kind].items():
            # YAML's folding turns an empty line into one newline; Markdown needs two for a new paragraph.
            entry["description"] = entry["description"].replace("\n", "\n\n")
            # A token without an example is a KeyError here; an example without a token is found below.
            entry["description"] += f"\n\n{markdown(examples.pop(token))}"
    if examples:
        sys.exit(f"examples.yaml: no such token: {', '.join(examples)}")
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _load(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return content


if __name__ == "__main__":
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "schema.json"
    output.write_text(build(), encoding="utf-8")
