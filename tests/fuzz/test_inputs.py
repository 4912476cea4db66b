"""Any inputs are a query, a configuration, or InvalidInput with a line for each fault; nothing else escapes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.engine.values import to_plain
from pulumi_resource_alicloud_esa.engine.wire import to_struct
from pulumi_resource_alicloud_esa.esa.errors import EsaError, InvalidInput
from pulumi_resource_alicloud_esa.provider import FUNCTIONS, EsaProvider
from pulumi_resource_alicloud_esa.schema import schema_text

from tests.support.reader import check, read_configuration, read_query

LIKELY = [
    "1",
    "190007158391808",
    "2024-06-01T00:00:00Z",
    "[",
    "(a",
    "(?",
    "9" * 25,
    "²",
    "Ⅷ",
    " ",
    "true",
    "{}",
    "\ud800",
    "a\nb\x1b[31m",
    "[\x1b-\n]",
    "(?\x1b",
]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.sampled_from(LIKELY))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)
QUERY = [
    *("siteId", "startTime", "endTime", "pageNumber", "pageSize", "ids", "nameRegex", "domain", "taskType"),
    *("insertWay", "hasError", "jobId", "expected", "requireIds", "allowUnexpected", "failOnDrift", "unknown"),
]
CONFIG = [
    *("accessKey", "secretKey", "securityToken", "region", "profile", "credentialsUri", "assumeRole"),
    *("assumeRoleWithOidc", "endpoint", "maxConcurrency", "maxAttempts", "timeoutSeconds", "clientReadTimeout"),
]


def inputs(names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of these names, or of any others, each with any value."""
    return st.dictionaries(st.one_of(st.sampled_from([*names, *LIKELY]), st.text(max_size=6)), VALUES, max_size=5)


@pytest.mark.fuzz
@given(inputs(QUERY))
def test_any_inputs_are_a_query_or_faults(values: dict[str, Any]) -> None:
    read_query(values)


@pytest.mark.fuzz
@given(inputs(CONFIG))
def test_any_configuration_is_settings_or_faults(values: dict[str, Any]) -> None:
    read_configuration(values)


def test_right_inputs_are_read() -> None:
    assert not isinstance(read_query({"siteId": "1", "pageSize": 5.0, "nameRegex": "^a"}), InvalidInput)
    assert not isinstance(read_configuration({"maxAttempts": "3", "assumeRole": {"roleArn": "r"}}), InvalidInput)


@pytest.mark.fuzz
@given(st.sampled_from(sorted(FUNCTIONS)), inputs(QUERY))
def test_any_inputs_of_any_function_end_in_an_error_of_ours(token: str, values: dict[str, Any]) -> None:
    # No credentials: what is valid fails there, and nothing is ever sent.
    provider = EsaProvider({"ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"})
    with pytest.raises(EsaError) as caught:
        provider.invoke(token, values)
    if isinstance(caught.value, InvalidInput):
        check(caught.value)


@pytest.mark.fuzz
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), VALUES.filter(str), max_size=4))
def test_what_the_engine_can_send_can_be_read(values: dict[str, Any]) -> None:
    try:
        struct = to_struct(values)
    except (UnicodeEncodeError, ValueError, OverflowError):
        # The engine cannot have sent half a character, or an integer that no double holds.
        return
    assert set(to_plain(struct)) == set(values)


def test_the_names_used_here_are_those_of_the_schema() -> None:
    schema = schema_text()
    for name in {*QUERY, *CONFIG} - {"unknown"}:
        assert f'"{name}"' in schema, name


@pytest.mark.parametrize("name", ["a\nb\x1b[31m", " ", "", "\u202e", "x" * 500, "\ud800"])
def test_an_odd_name_is_a_fault_in_one_line(name: str) -> None:
    assert isinstance(read_query({name: 1, "siteId": "1"}), InvalidInput)
    assert isinstance(read_configuration({"assumeRole": {name: 1, "roleArn": "r"}}), InvalidInput)


def test_an_odd_pattern_is_a_fault_in_one_line() -> None:
    # Python's message quotes these two characters as they are.
    assert isinstance(read_query({"siteId": "1", "nameRegex": "[\x1b-\n]"}), InvalidInput)
