"""The schema tells everything that a registry page, an editor's hover and `pulumi do --help` show."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.engine import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))
SECRETS = {"secretKey", "securityToken"}


def described() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object that should have a description, with its place."""
    for kind in ("types", "functions", "resources"):
        for token, entry in SCHEMA[kind].items():
            yield token, entry
            yield from ((f"{token}.{value['value']}", value) for value in entry.get("enum", ()))
            objects = {"": entry, ".inputs": entry.get("inputs", {}), ".outputs": entry.get("outputs", {})}
            for place, body in objects.items():
                for group in ("properties", "inputProperties"):
                    for name, spec in body.get(group, {}).items():
                        yield f"{token}{place}.{name}", spec
    for name, spec in SCHEMA["config"]["variables"].items():
        yield f"config.{name}", spec
    yield "provider", SCHEMA["provider"]
    for name, spec in SCHEMA["provider"]["inputProperties"].items():
        yield f"provider.{name}", spec


def test_everything_is_described_in_whole_sentences() -> None:
    missing = [place for place, entry in described() if not entry.get("description", "").strip()]
    assert missing == []
    # Examples and references end otherwise.
    ends = [place for place, entry in described() if entry["description"].rstrip()[-1] not in ".`})"]
    assert ends == []


def test_numbers_have_a_unit_switches_a_meaning_and_moments_a_format() -> None:
    wanted = {
        "integer": re.compile(r"Number of|Seconds|seconds|Milliseconds|Most requests|Most attempts|page"),
        "boolean": re.compile(r"`true`|Whether"),
    }
    vague = []
    for place, spec in described():
        moment = place.endswith(("Time", ".createdAt"))
        pattern = re.compile(r"RFC 3339") if moment else wanted.get(spec.get("type", ""))
        if pattern and not pattern.search(spec["description"]):
            vague.append(place)
    assert vague == []


def test_limits_and_defaults_of_the_configuration_are_stated() -> None:
    for name, spec in SCHEMA["provider"]["inputProperties"].items():
        assert "Default" in spec["description"] or "$ref" in spec, name


@pytest.mark.parametrize("kind", ["ScheduledPreloadJob", "RecordedScheduledPreloadJob", "ExpectedScheduledPreloadJob"])
def test_a_field_that_nobody_can_choose_says_who_sets_it(kind: str) -> None:
    properties = SCHEMA["types"][f"alicloud-esa:index:{kind}"]["properties"]
    for name in ("aliUid", "createdAt", "errorInfo", "failedFileOss", "fileId", "taskSubmitted", "urlSubmitted"):
        assert "Set by the service" in properties[name]["description"], name


def test_the_registry_gets_what_it_asks_for() -> None:
    for field in ("name", "displayName", "version", "description", "homepage", "license", "repository", "publisher"):
        assert SCHEMA[field], field
    assert {"category/network", "kind/native"} <= set(SCHEMA["keywords"])
    assert SCHEMA["pluginDownloadURL"].startswith("github://")
    assert (ROOT / "docs" / SCHEMA["logoUrl"].rpartition("/main/docs/")[2]).is_file()
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
