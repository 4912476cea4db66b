"""The plugin starts without what only a call needs, and its table of tokens names modules that are there."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest
from pulumi_resource_alicloud_esa.provider import FUNCTIONS, RESOURCES
from pulumi_resource_alicloud_esa.schema import schema_text

NOT_TO_START = (
    "requests",
    "urllib3",
    "msgspec",
    "alibabacloud_credentials",
    "alibabacloud_tea_openapi",
    "pulumi_resource_alicloud_esa.credentials.sources",
    "pulumi_resource_alicloud_esa.drift.compare",
    "pulumi_resource_alicloud_esa.esa.client",
    "pulumi_resource_alicloud_esa.esa.listing",
    "pulumi_resource_alicloud_esa.functions.get_scheduled_preload_jobs",
    "pulumi_resource_alicloud_esa.cli",
)


def test_a_start_loads_nothing_that_only_a_call_needs() -> None:
    code = "import sys, pulumi_resource_alicloud_esa.__main__; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "pulumi_resource_alicloud_esa.server" in loaded
    assert loaded.intersection(NOT_TO_START) == set()


@pytest.mark.parametrize(
    ("folder", "token", "module"),
    [("functions", *row) for row in FUNCTIONS.items()] + [("resources", *row) for row in RESOURCES.items()],
)
def test_each_token_has_its_module_and_stands_in_the_schema(folder: str, token: str, module: str) -> None:
    document = import_module(f"pulumi_resource_alicloud_esa.{folder}.{module}").__doc__
    assert document is not None
    assert document.split()[0].rstrip(":") == token
    assert f'"{token}"' in schema_text()
