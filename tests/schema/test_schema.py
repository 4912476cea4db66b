"""The schema tells everything that a registry page, an editor's hover and `pulumi do --help` show."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.engine.harness import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))
SECRETS = {"secretKey", "securityToken"}


def described() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that should have a description, with its place."""
    for kind in ("types", "functions", "resources"):
        for token, entry in SCHEMA[kind].items():
            yield token, entry
            objects = {"": entry, ".inputs": entry.get("inputs", {}), ".outputs": entry.get("outputs", {})}
            for place, body in objects.items():
                for group in ("properties", "inputProperties"):
                    for name, spec in body.get(group, {}).items():
                        yield f"{token}{place}.{name}", spec
    for name, spec in SCHEMA["config"]["variables"].items():
        yield f"config.{name}", spec


def test_everything_is_described_in_whole_sentences() -> None:
    missing = [place for place, entry in described() if not entry.get("description", "").strip()]
    assert missing == []
    # Examples and references end otherwise.
    ends = [place for place, entry in described() if entry["description"].rstrip()[-1] not in ".`})"]
    assert ends == []


def test_the_registry_gets_what_it_asks_for() -> None:
    for field in ("name", "displayName", "version", "description", "homepage", "license", "repository", "publisher"):
        assert SCHEMA[field], field
    assert {"category/network", "kind/native"} <= set(SCHEMA["keywords"])
    assert SCHEMA["pluginDownloadURL"].startswith("github://")
    assert {"python", "nodejs", "go", "csharp", "java"} == set(SCHEMA["language"])


def test_secrets_are_secrets_wherever_they_are_declared() -> None:
    for properties in (SCHEMA["config"]["variables"], SCHEMA["provider"]["inputProperties"]):
        assert {name for name, spec in properties.items() if spec.get("secret")} == SECRETS
    # A default from the environment would be written into the state.
    assert "defaultInfo" not in json.dumps(SCHEMA)


def test_a_change_of_the_site_replaces_the_resource() -> None:
    (resource,) = SCHEMA["resources"].values()
    replacing = {name for name, spec in resource["inputProperties"].items() if spec.get("willReplaceOnChanges")}
    assert replacing == {"siteId"}
