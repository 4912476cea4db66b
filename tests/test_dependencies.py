"""What the plugin imports is what it declares, and what it declares is what it imports."""

from __future__ import annotations

import ast
import functools
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.support.engine import ROOT

PACKAGE = ROOT / "provider" / "pulumi_resource_alicloud_esa"
# Several distributions share one namespace; the longest name that fits tells which it is.
OF_A_NAMESPACE = {
    "google.protobuf": "protobuf",
    "opentelemetry.exporter.otlp.proto.grpc": "opentelemetry-exporter-otlp-proto-grpc",
    "opentelemetry.sdk": "opentelemetry-sdk",
    "opentelemetry.trace": "opentelemetry-api",
}


def declared() -> dict[str, str]:
    """Each declared distribution with its bounds."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\ndependencies = [\n")[1].split("\n]")[0]
    found = (re.match(r"([\w-]+)(.*)", line.strip(' ",')) for line in text.splitlines())
    return {match[1]: match[2] for match in found if match}


def imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


# Reading what every distribution brings takes longer than all else here.
installed = functools.cache(packages_distributions)


def distribution(name: str) -> str | None:
    """The distribution that an imported name is of; none for the standard library and the plugin itself."""
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top == PACKAGE.name:
        return None
    for prefix, found in OF_A_NAMESPACE.items():
        if f"{name}.".startswith(f"{prefix}."):
            return found
    (found,) = installed()[top]
    return found


def test_every_import_is_declared_and_every_declaration_imported() -> None:
    imported = {distribution(name) for path in PACKAGE.rglob("*.py") for name in imports(path)} - {None}
    assert imported == set(declared())


def test_every_bound_has_two_ends_and_the_lower_one_is_what_the_oldest_python_is_tested_with() -> None:
    lowest = (ROOT / "requirements" / "lowest.txt").read_text(encoding="utf-8")
    for name, bounds in declared().items():
        lower, upper = re.fullmatch(r">=([\d.]+),<([\d.]+)", bounds).groups()  # type: ignore[union-attr]
        assert upper
        assert re.search(rf"^{name}=={lower}(\.0)*$", lowest, re.MULTILINE), name
