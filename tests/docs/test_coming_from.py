"""The guide for people who come from pulumi-alicloud: its tables are what the code does, its programs run."""

from __future__ import annotations

import re

import pytest
from pulumi_resource_alicloud_esa import environment
from pulumi_resource_alicloud_esa.config import read_settings
from pulumi_resource_alicloud_esa.esa.endpoints import ENDPOINT_VARIABLES
from pulumi_resource_alicloud_esa.esa.errors import InvalidInput

from tests.support.blocks import block
from tests.support.engine import ROOT, Engine
from tests.support.language_host import hosted
from tests.support.python_program import python_program

GUIDE = "docs/coming-from-pulumi-alicloud.md"
# Of ProviderArgs in the Python SDK of pulumi-alicloud 4.0.0, in its own spelling.
THEIRS = re.findall(
    r"\w+",
    """
access_key account_id account_type assume_role assume_role_with_oidc client_connect_timeout client_read_timeout
configuration_source credentials_uri ecs_role_name endpoints fc features log_endpoint max_retry_timeout mns_endpoint
ots_instance_name profile protocol region secret_key secure_transport security_token security_transport
shared_credentials_file sign_version skip_region_validation source_ip
""",
)
OURS = {name for names in environment.VARIABLES.values() for name in names} | set(ENDPOINT_VARIABLES)


def table(heading: str) -> dict[str, str]:
    """Each name in the first column of a table with what the second one says about it."""
    text = (ROOT / GUIDE).read_text(encoding="utf-8").split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    rows = [row.split("|") for row in text.splitlines() if row.startswith("| `")]
    return {name: row[2].strip() for row in rows for name in re.findall(r"`(\w+)`", row[1])}


def camel(name: str) -> str:
    return re.sub("_(.)", lambda letter: letter[1].upper(), name)


def is_known(setting: str) -> bool:
    try:
        read_settings({setting: "https://example.com"}, {})
    except InvalidInput as error:
        return not any(fault.path == setting and "no such input" in fault.reason for fault in error.faults)
    return True


def test_every_setting_of_theirs_is_in_the_table_and_does_what_it_says() -> None:
    said = table("setting of pulumi-alicloud")
    assert set(said) == {camel(name) for name in THEIRS}
    assert {name: meaning.split()[0].strip(",:") for name, meaning in said.items()} == {
        name: "same" if is_known(name) else "refused" for name in said
    }


def test_what_is_named_instead_exists() -> None:
    for meaning in table("setting of pulumi-alicloud").values():
        assert all(is_known(name) for name in re.findall(r"`(\w+)`", meaning)), meaning


def test_variables_are_read_or_ignored_as_the_table_says() -> None:
    said = table("variable")
    assert {name for name, meaning in said.items() if meaning == "ignored"}.isdisjoint(OURS)
    same = {name for name, meaning in said.items() if meaning.startswith("same")}
    assert same <= OURS
    # Those of the other families are listed where the table leads.
    assert {name for name in OURS if name.startswith("ALICLOUD_")} <= same
    assert set(said.values()) == {"same", "ignored"}


def sides(starts: str) -> tuple[str, str]:
    """The program before and after the change."""
    lines = block(GUIDE, "diff", starts).code.splitlines()
    before, after = ("\n".join(line[1:] for line in lines if not line.startswith(other)) for other in "+-")
    return before + "\n", after + "\n"


@pytest.mark.parametrize(("side", "count"), [(0, 2), (1, 45)], ids=["before", "after"])
def test_the_yaml_program_runs_before_and_after(engine: Engine, side: int, count: int) -> None:
    engine.write(sides("name: warm-up")[side])
    engine.stack()
    result = engine.run("up", "--yes", "--skip-preview")
    assert result.code == 0, result.text
    assert len(engine.outputs()["jobIds"]) == count


@pytest.mark.parametrize(("side", "count"), [(0, 2), (1, 45)], ids=["before", "after"])
def test_the_python_program_runs_before_and_after(engine: Engine, side: int, count: int) -> None:
    engine.write("name: warm-up\nruntime: python\n")
    engine.write(sides("import pulumi")[side], "__main__.py")
    engine.stack()
    result = hosted(engine, python_program(), "up", "--yes", "--skip-preview")
    assert result.code == 0, result.text
    assert len(engine.outputs()["jobIds"]) == count
