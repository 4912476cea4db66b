"""schema.json, the code and the documents say the same."""

from __future__ import annotations

import json
import re
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict
from pulumi_resource_alicloud_esa import environment
from pulumi_resource_alicloud_esa.config import SECRETS, read_settings
from pulumi_resource_alicloud_esa.drift.record import COMPARABLE, EXECUTIONS, INTEGERS, PLAN, PLANNED
from pulumi_resource_alicloud_esa.esa.endpoints import ENDPOINT_VARIABLES
from pulumi_resource_alicloud_esa.esa.errors import InvalidInput
from pulumi_resource_alicloud_esa.esa.models import EXECUTION, JOB, Shape
from pulumi_resource_alicloud_esa.esa.rows import read_row
from pulumi_resource_alicloud_esa.provider import FUNCTIONS, RESOURCES, EsaProvider
from pulumi_resource_alicloud_esa.schema import VERSION

from emulator import EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, Emulator

ROOT = Path(__file__).resolve().parents[1]
SCHEMA: dict[str, Any] = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))
PREFIX = "alicloud-esa:index:"
RECORDED = [SCHEMA["types"][f"{PREFIX}RecordedScheduledPreload{kind}"] for kind in ("Job", "Execution")]
SITE = {"siteId": str(EXAMPLE_SITE_ID)}
# Inputs that make a function give all of its outputs.
CALLS: dict[str, dict[str, Any]] = {
    "getScheduledPreloadJobs": SITE,
    "getScheduledPreloadJobsDrift": {
        **SITE,
        "expected": [{"name": "example", "urlCount": 9}, {"name": "gone"}, {"name": "lost"}],
        "health": True,
        "ignore": [{"job": "gone", "reason": "known"}],
    },
    "getScheduledPreloadJob": {"jobId": EXAMPLE_JOB_ID},
    "getScheduledPreloadExecutions": {"jobId": EXAMPLE_JOB_ID},
    "getSites": {"siteName": "example.com"},
}

# Every job of the site above is expected, and its one execution failed.
EMPTY = {"unexpected", "unexpectedIds"}


def accepted(error: InvalidInput, path: str) -> set[str]:
    """The inputs that a fault about an unknown one lists."""
    (reason,) = (fault.reason for fault in error.faults if fault.path == path)
    return set(reason.removeprefix("no such input; accepted are ").split(", "))


def test_every_token_has_a_handler_and_every_handler_a_token() -> None:
    assert set(SCHEMA["functions"]) == set(FUNCTIONS)
    assert set(SCHEMA["resources"]) == set(RESOURCES)
    assert {PREFIX + name for name in CALLS} == set(FUNCTIONS)


@pytest.mark.parametrize("token", sorted(SCHEMA["functions"]))
def test_every_declared_input_of_a_function_is_read_and_no_other(token: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        EsaProvider(environment={}).invoke(token, {"zzz": 1, **({"siteId": "1"} if "siteId" in str(token) else {})})
    declared = set(SCHEMA["functions"][token]["inputs"]["properties"])
    # Read only when it is given, so not always in the list.
    assert accepted(caught.value, "zzz") | ({"siteId"} & declared) == declared


def test_every_declared_input_of_the_resource_is_read_and_no_other() -> None:
    (token,) = RESOURCES
    module = import_module(f"pulumi_resource_alicloud_esa.resources.{RESOURCES[token]}")
    _, faults = module.check({}, {"siteId": "x", "zzz": 1}, None)
    declared = set(SCHEMA["resources"][token]["inputProperties"])
    assert accepted(InvalidInput(faults), "zzz") == declared == set(module.GIVEN)
    assert set(SCHEMA["resources"][token]["properties"]) == {*declared, "jobs", "jobCount", "recordedFields"}


def test_every_declared_setting_is_read_and_no_other() -> None:
    with pytest.raises(InvalidInput) as caught:
        read_settings({"zzz": 1, "assumeRole": {"zzz": 1}, "assumeRoleWithOidc": {"zzz": 1}}, {})
    declared = SCHEMA["provider"]["inputProperties"]
    assert accepted(caught.value, "zzz") == set(declared) == set(SCHEMA["config"]["variables"])
    for name, kind in (("assumeRole", "AssumeRole"), ("assumeRoleWithOidc", "AssumeRoleWithOidc")):
        properties = SCHEMA["types"][PREFIX + kind]["properties"]
        assert accepted(caught.value, f"{name}.zzz") == set(properties)
    for name in SECRETS:
        assert declared[name]["secret"]
        assert SCHEMA["config"]["variables"][name]["secret"]
    assert SCHEMA["types"][PREFIX + "AssumeRoleWithOidc"]["properties"]["oidcToken"]["secret"]


def check_shape(value: Any, declared: dict[str, Any], path: str) -> None:
    """`value` is what the schema declares there."""
    if "oneOf" in declared:
        text, enum = declared["oneOf"]
        check_shape(value, text, path)
        assert value in [entry["value"] for entry in SCHEMA["types"][enum["$ref"].removeprefix("#/types/")]["enum"]]
        return
    if "$ref" in declared:
        entry = SCHEMA["types"][declared["$ref"].removeprefix("#/types/")]
        check_object(value, entry, path)
        return
    kind = declared["type"]
    assert isinstance(value, {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}[kind]), (
        path
    )
    assert isinstance(value, bool) == (kind == "boolean"), path
    if kind == "array":
        for item in value:
            check_shape(item, declared["items"], f"{path}[]")
    if kind == "object":
        for key, item in value.items():
            check_shape(item, declared["additionalProperties"], f"{path}.{key}")
    if kind == "integer":
        assert abs(value) < 2**31, path


def check_object(given: Any, entry: dict[str, Any], path: str) -> None:
    value: dict[str, Any] = given if isinstance(given, dict) else asdict(given)
    if entry in RECORDED:
        # What is empty or ignored is not recorded.
        assert set(value) <= set(entry["properties"]), path
    else:
        assert set(value) == set(entry["properties"]), path
    assert {name for name in value if value[name] is not None} >= set(entry.get("required", ())), path
    for name, item in value.items():
        if item is not None:
            check_shape(item, entry["properties"][name], f"{path}.{name}")


@pytest.mark.parametrize("name", sorted(CALLS))
def test_every_declared_output_is_given_in_its_declared_shape(shared: Emulator, name: str) -> None:
    provider = EsaProvider(environment=shared.environment())
    try:
        result = provider.invoke(PREFIX + name, dict(CALLS[name]))
    finally:
        provider.close()
    outputs = SCHEMA["functions"][PREFIX + name]["outputs"]
    # A list without an entry would show nothing of what its entries hold.
    assert [field for field, value in result.items() if value in ([], {}) and field not in EMPTY] == []
    check_object(result, outputs, name)


def test_a_recorded_job_has_the_declared_shape(shared: Emulator) -> None:
    provider = EsaProvider(environment=shared.environment())
    urn = f"urn:pulumi:dev::project::{PREFIX}ScheduledPreloadJobsBaseline::x"
    try:
        inputs, _ = provider.check(urn, {}, {**SITE, "ignoreFields": [], "recordExecutions": True})
    finally:
        provider.close()
    outputs = SCHEMA["resources"][PREFIX + "ScheduledPreloadJobsBaseline"]["properties"]
    for name in ("jobs", "jobCount", "recordedFields"):
        check_shape(inputs[name], outputs[name], name)
    assert [len(job["executions"]) for job in inputs["jobs"].values()] == [1]


@pytest.mark.parametrize(("kind", "shape"), [("ScheduledPreloadJob", JOB), ("ScheduledPreloadExecution", EXECUTION)])
def test_a_row_has_the_declared_fields_and_types(kind: str, shape: Shape[Any]) -> None:
    declared = SCHEMA["types"][PREFIX + kind]["properties"]
    assert sorted(declared) == sorted(field.name for field in shape.fields)
    row = read_row({field.key: "5" for field in shape.fields}, shape, {})
    assert {name: type(value) for name, value in asdict(row).items()} == {
        name: {"string": str, "integer": int}[entry.get("type", "string")] for name, entry in declared.items()
    }


def test_what_is_compared_is_what_can_be_declared_and_recorded() -> None:
    recorded, execution = (entry["properties"] for entry in RECORDED)
    expected = SCHEMA["types"][PREFIX + "ExpectedScheduledPreloadJob"]["properties"]
    assert set(recorded) == {*COMPARABLE, EXECUTIONS}
    assert set(expected) == {*COMPARABLE, EXECUTIONS, "id"}
    assert set(execution) == set(PLANNED)
    assert set(SCHEMA["types"][PREFIX + "ExpectedScheduledPreloadExecution"]["properties"]) == set(PLAN)
    integers = {name for entry in (recorded, execution) for name in entry if entry[name].get("type") == "integer"}
    assert integers == INTEGERS


def test_big_numbers_are_strings() -> None:
    text = json.dumps(SCHEMA)
    assert not re.search(r'"(siteId|startTime|endTime|aliUid)": \{[^{}]*"type": "integer"', text)


def test_the_version_stands_in_one_place() -> None:
    assert SCHEMA["version"] == VERSION == version("pulumi-resource-alicloud-esa")
    for folder, pattern in (("provider", "*.py"), ("emulator", "*.py"), ("tools", "*.py"), (".", "pyproject.toml")):
        for path in (ROOT / folder).rglob(pattern) if folder != "." else [ROOT / pattern]:
            assert f'"{VERSION}"' not in path.read_text(encoding="utf-8"), path


def test_every_version_beside_our_names_is_this_one() -> None:
    texts = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*")]
    files = [path for path in texts if path.is_file() and "node_modules" not in path.parts and path.name != "go.sum"]
    lines = [(path, line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    ours = [(path, line) for path, line in lines if re.search(r"alicloud[-_]?esa", line)]
    found = [
        (path, version) for path, line in ours for version in re.findall(r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])", line)
    ]
    # After a bump this lists every place to change.
    assert [f"{path.relative_to(ROOT)}: {version}" for path, version in found if version != VERSION] == []
    assert {path.suffix for path, _ in found} == {".md", ".json", ".mod"}


def test_the_guide_names_every_setting_and_every_variable() -> None:
    guide = (ROOT / "docs" / "installation-configuration.md").read_text(encoding="utf-8")
    variables = {name for names in environment.VARIABLES.values() for name in names}
    names = {*SCHEMA["config"]["variables"], *variables, *ENDPOINT_VARIABLES}
    assert sorted(name for name in names if not re.search(rf"\b{re.escape(name)}\b", guide)) == []


def section(heading: str) -> str:
    """What the README says under a heading."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return text.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_the_readmes_tables_name_every_input_and_output() -> None:
    function = SCHEMA["functions"][PREFIX + "getScheduledPreloadJobs"]
    first_column = " ".join(row.split("|")[1] for row in section("Inputs").splitlines() if row.startswith("|"))
    assert set(re.findall(r"`(\w+)`", first_column)) == set(function["inputs"]["properties"])
    table = [row.split("|") for row in section("Outputs").splitlines() if row.startswith("| `")]
    assert {name for row in table for name in re.findall(r"`(\w+)`", row[1])} == set(function["outputs"]["properties"])
    (jobs,) = (row[3] for row in table if "`jobs`" in row[1])
    fields = SCHEMA["types"][PREFIX + "ScheduledPreloadJob"]["properties"]
    assert set(re.findall(r"`(\w+)`", jobs)) == set(fields)
    required = {row.split("`")[1] for row in section("Inputs").splitlines() if ", required |" in row}
    assert required == set(function["inputs"]["required"])


def test_the_readme_names_every_token() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tokens = [*SCHEMA["functions"], *SCHEMA["resources"]]
    assert [token for token in tokens if token.removeprefix(PREFIX) not in text] == []
