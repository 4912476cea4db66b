"""wire.py writes what the SDK's own marshalling writes, for anything that a function or the resource can answer."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import proto, rpc
from pulumi_resource_alicloud_esa.engine.values import SIGNATURE, UNKNOWN, UNKNOWN_STRING, Secret
from pulumi_resource_alicloud_esa.engine.wire import Written, invoke_response, to_struct
from pulumi_resource_alicloud_esa.esa.keys import Credentials
from pulumi_resource_alicloud_esa.schema import schema_text

TEXTS = st.one_of(st.text(max_size=8), st.integers(0, 300).map(lambda size: "ü" * size))
SCALARS = st.one_of(
    TEXTS,
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False),
    st.sampled_from([UNKNOWN, Secret("s"), Secret({"a": [1]})]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXTS, inner, max_size=4)),
    max_leaves=20,
)
MAPS = st.dictionaries(TEXTS, VALUES, max_size=5)


def property_value(value: Any) -> PropertyValue:
    """The SDK's own form of a value, from which it marshals."""
    if isinstance(value, Secret):
        return property_value(value.value).with_secret(True)
    if value is UNKNOWN:
        return PropertyValue(rpc.UNKNOWN)
    if isinstance(value, dict):
        return PropertyValue({name: property_value(item) for name, item in value.items()})
    if isinstance(value, (list, tuple)):
        return PropertyValue([property_value(item) for item in value])
    return PropertyValue(float(value) if type(value) is int else value)


def marshalled(values: dict[str, Any]) -> struct_pb2.Struct:
    """What the SDK sends for them."""
    return PropertyValue.marshal_map({name: property_value(value) for name, value in values.items()})


@given(MAPS)
def test_any_result_parses_to_the_struct_that_the_sdk_would_send(values: dict[str, Any]) -> None:
    parsed = proto.InvokeResponse.FromString(invoke_response(values))
    assert getattr(parsed, "return") == marshalled(values)
    assert parsed.HasField("return")


@given(MAPS)
def test_any_map_is_the_struct_that_the_sdk_would_send(values: dict[str, Any]) -> None:
    assert to_struct(values) == marshalled(values)


ROW = st.fixed_dictionaries(
    {
        "any": VALUES,
        "text": TEXTS,
        "mark": st.sampled_from([SIGNATURE, UNKNOWN_STRING, f"\\{SIGNATURE}", "x"]),
        "number": st.integers(0, 3) | st.floats(allow_nan=False),
        "none": st.none() | st.sampled_from(["", "x"]),
    }
)


@given(st.lists(ROW, max_size=8))
def test_maps_with_the_same_names_are_the_structs_that_the_sdk_would_send(rows: list[dict[str, Any]]) -> None:
    values = {"jobs": rows, "byId": {str(number): row for number, row in enumerate(rows)}}
    # The SDK has no escape for a text that looks like a mark.
    expected = marshalled(
        {"jobs": escaped(rows), "byId": {str(number): escaped(row) for number, row in enumerate(rows)}}
    )
    assert to_struct(values) == expected


KEYS = Credentials("id", "hunter2")
FIELDS = [("any", Any), ("text", str), ("mark", str), ("number", float), ("none", str | None)]
Entry = msgspec.defstruct("Entry", FIELDS, namespace={"answered": True})


@given(st.lists(ROW, min_size=1, max_size=8))
def test_entries_are_written_as_maps_of_their_fields(rows: list[dict[str, Any]]) -> None:
    entries = [Entry(**row) for row in rows]
    written = to_struct({"jobs": entries, "job": entries[0], "secret": Secret(entries), "mixed": [entries[0], 1]})
    assert written == to_struct({"jobs": rows, "job": rows[0], "secret": Secret(rows), "mixed": [rows[0], 1]})


def test_what_was_written_before_the_answer_is_not_written_again() -> None:
    early, late = [Entry(any=1, text=text, mark="x", number=0.5, none=None) for text in ("early", "late")]
    written = Written()
    written.add([])
    written.add([early] * 500)
    written.add([late])
    # What comes later, or beside it, is written with the answer.
    assert written.invoke_response({"jobs": [early, late]}) == invoke_response({"jobs": [early, late]})
    before = invoke_response({"jobs": [early], "job": early})
    early.text = "changed"
    assert written.invoke_response({"jobs": [early]}) == invoke_response({"jobs": [Entry(1, "early", "x", 0.5, None)]})
    assert written.invoke_response({"jobs": [early], "job": early}) != before


def test_what_was_written_is_never_taken_for_something_that_came_later() -> None:
    written = Written()
    # As the pages of a listing that is read anew: nobody else keeps them.
    written.add([Entry(1, "gone", "x", 0.5, None) for _ in range(500)])
    jobs = [Entry(1, "here", "x", 0.5, None) for _ in range(500)]
    assert written.invoke_response({"jobs": jobs}) == invoke_response({"jobs": jobs})


def escaped(value: Any) -> Any:
    """The value with a backslash before each text that the engine would take for a mark."""
    if isinstance(value, list):
        return [escaped(item) for item in value]
    if isinstance(value, dict):
        return {name: escaped(item) for name, item in value.items()}
    return f"\\{value}" if value in (SIGNATURE, UNKNOWN_STRING, f"\\{SIGNATURE}") else value


@pytest.mark.parametrize(
    "values",
    [
        [0.0, -0.0, 0.0, -0.0],
        [1, True, 1, True, 1.0, False, 0],
        ["x" * size for size in (0, 1, 31, 32, 126, 127, 128, 129, 16_384)],
        ["x" * 200] * 5,
        ["ü" * 64, "ü" * 63, "a", "b"],
        [None, "a", None, "a"],
        [None, "a", "b", "c"],
        [None, 1, None, 1, "1"],
        [1, 1.0, 1, 1.0],
        list(range(1201)),
        [str(number) for number in range(1201)],
    ],
)
def test_a_name_keeps_each_of_its_values_and_their_types(values: list[Any]) -> None:
    fields = to_struct({"rows": [{"a": value, "b": 1} for value in values]}).fields["rows"].list_value.values
    found = [getattr(row.struct_value.fields["a"], row.struct_value.fields["a"].WhichOneof("kind")) for row in fields]
    expected = [float(value) if type(value) is int else 0 if value is None else value for value in values]
    assert [(type(value), repr(value)) for value in found] == [(type(value), repr(value)) for value in expected]


@pytest.mark.parametrize("name", ["", "id", "jobs", "ü" * 20, "n" * 110, "n" * 126, "n" * 130])
def test_lengths_around_the_edge_of_one_byte_are_written_right_under_any_key(name: str) -> None:
    for size in (*range(141), 16_382, 16_383, 16_384, 16_385):
        check_length({name: "x" * size, "list": ["x" * size], "number": 3})


def names_in(schema: Any) -> set[str]:
    """The name of every property, input and output of the schema, at any depth."""
    if isinstance(schema, list):
        return {name for item in schema for name in names_in(item)}
    if not isinstance(schema, dict):
        return set()
    own = {name for key in ("properties", "inputProperties") for name in schema.get(key, ())}
    return own | {name for item in schema.values() for name in names_in(item)}


def test_lengths_around_the_edge_of_one_byte_are_written_right_under_the_keys_of_the_schema() -> None:
    for name in names_in(json.loads(schema_text())):
        for size in range(100, 141):
            check_length({name: "x" * size})
            check_length({"x" * size: 1, name: {name: ["x" * size, {name: "x" * size}]}})


def check_length(values: dict[str, Any]) -> None:
    written = invoke_response(values)
    parsed = proto.InvokeResponse.FromString(written)
    assert getattr(parsed, "return") == marshalled(values)
    # No second spelling: what protobuf writes for it is as long.
    assert len(written) == len(parsed.SerializeToString())


@pytest.mark.parametrize("value", [object(), b"x", {1}, {"a": object()}, [object()], KEYS, [KEYS, KEYS]])
def test_what_is_no_property_value_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="no property value for"):
        invoke_response({"a": value})
    with pytest.raises(TypeError, match="no property value for"):
        to_struct({"a": value})


def test_empty_maps_and_lists_are_present() -> None:
    struct = to_struct({"map": {}, "list": [], "tuple": (), "none": None})
    assert [struct.fields[name].WhichOneof("kind") for name in ("map", "list", "tuple", "none")] == [
        "struct_value",
        "list_value",
        "list_value",
        "null_value",
    ]


def test_a_secret_is_one_to_the_sdk_too() -> None:
    value = PropertyValue.unmarshal_map(to_struct({"a": Secret("hunter2")}))["a"]
    assert value.is_secret
    assert value.value == "hunter2"
    assert "hunter2" not in repr(Secret("hunter2"))


def test_an_unknown_is_one_to_the_sdk_too() -> None:
    assert to_struct({"a": UNKNOWN}).fields["a"].string_value == rpc.UNKNOWN
