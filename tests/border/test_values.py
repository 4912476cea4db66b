"""The border to the engine: every value there and back, secrets and unknowns as the engine spells them."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc
from pulumi_resource_alicloud_esa.engine.values import UNKNOWN, Secret, contains_unknown, to_plain, to_struct

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
_RESERVED = {rpc._special_sig_key, rpc.UNKNOWN}


def clean(value: Any) -> bool:
    if isinstance(value, dict):
        return not _RESERVED & set(value) and all(map(clean, value.values()))
    return all(map(clean, value)) if isinstance(value, list) else True


@pytest.mark.fuzz
@given(st.dictionaries(st.text(max_size=8), plain, max_size=4).filter(clean))
def test_plain_values_survive(values: dict[str, Any]) -> None:
    assert to_plain(to_struct(values)) == values


@pytest.mark.parametrize(("number", "kind"), [(3.0, int), (3.5, float), (-0.0, int), (2.0**53, float), (1e300, float)])
def test_a_whole_double_is_an_integer_as_long_as_it_is_exact(number: float, kind: type) -> None:
    struct = struct_pb2.Struct()
    struct.fields["a"].number_value = number
    value = to_plain(struct)["a"]
    assert type(value) is kind
    assert value == number


def test_not_a_number_and_infinity_stay_floats() -> None:
    struct = struct_pb2.Struct()
    struct.fields["a"].number_value = float("inf")
    struct.fields["b"].number_value = float("nan")
    values = to_plain(struct)
    assert values["a"] == float("inf")
    assert values["b"] != values["b"]


def test_secrets_and_outputs_are_unwrapped() -> None:
    struct = to_struct(
        {
            "secret": Secret("hunter2"),
            "nested": [Secret({"a": [Secret(1)]})],
            "output": {rpc._special_sig_key: rpc._special_output_value_sig, "value": "x", "secret": True},
            "secretOutput": {rpc._special_sig_key: rpc._special_output_value_sig, "value": Secret("y")},
            "unknownOutput": {rpc._special_sig_key: rpc._special_output_value_sig, "dependencies": []},
            "unknown": UNKNOWN,
        }
    )
    assert to_plain(struct) == {
        "secret": "hunter2",
        "nested": [{"a": [1]}],
        "output": "x",
        "secretOutput": "y",
        "unknownOutput": UNKNOWN,
        "unknown": UNKNOWN,
    }


def test_a_secret_is_one_to_the_sdk_too() -> None:
    value = PropertyValue.unmarshal_map(to_struct({"a": Secret("hunter2")}))["a"]
    assert value.is_secret
    assert value.value == "hunter2"
    assert "hunter2" not in repr(Secret("hunter2"))


def test_an_unknown_is_one_to_the_sdk_too() -> None:
    assert to_struct({"a": UNKNOWN}).fields["a"].string_value == rpc.UNKNOWN


@pytest.mark.parametrize(
    "sentinel",
    [
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    ],
)
def test_the_engine_has_an_unknown_for_each_type(sentinel: str) -> None:
    struct = struct_pb2.Struct()
    struct.update({"a": sentinel})
    assert to_plain(struct) == {"a": UNKNOWN}


@pytest.mark.parametrize("value", [UNKNOWN, [UNKNOWN], {"a": [{"b": UNKNOWN}]}])
def test_an_unknown_is_found_wherever_it_is(value: Any) -> None:
    assert contains_unknown({"x": 1, "y": value})
    assert not contains_unknown({"x": 1, "y": ["UNKNOWN", None, {}]})


def test_empty_maps_and_lists_are_present() -> None:
    struct = to_struct({"map": {}, "list": [], "tuple": (), "none": None})
    assert [struct.fields[name].WhichOneof("kind") for name in ("map", "list", "tuple", "none")] == [
        "struct_value",
        "list_value",
        "list_value",
        "null_value",
    ]


@pytest.mark.parametrize("value", [object(), b"x", {1}, {"a": object()}])
def test_what_is_no_property_value_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no property value for"):
        to_struct({"a": value})
