"""The border to the engine: every value there and back, secrets and unknowns as the engine spells them."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import struct_pb2
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import proto, rpc
from pulumi_resource_alicloud_esa.engine.values import UNKNOWN, contains_unknown, to_plain
from pulumi_resource_alicloud_esa.engine.wire import invoke_response, to_struct

SIGNATURE = "4dabf18193072939515e22adb298388d"
UNKNOWNS = (
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
)
MARKS = (*UNKNOWNS, SIGNATURE)
# The signatures of the protocol: texts as any other, but as values of the key SIGNATURE.
KINDS = (
    "1b47061264138c4ac30d75fd1eb44270",  # a secret
    "d0e6a833031e9bbcd3f4e8bde6ca49a4",  # an output
    "5cf8f73096256a8f31e491e813e4eb8e",  # a resource
    "c44067f5952c0a294b673a41bacd8c17",  # an asset
    "0def7320c3a5731c473e5ecbe6d01bc7",  # an archive
    "803fd3297a5875dc03ca845dda5d2a98",  # bytes
)

marks = st.tuples(st.text("\\", max_size=3), st.sampled_from([*MARKS, *KINDS])).map("".join)
texts = st.text(max_size=8) | marks
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | st.just(UNKNOWN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.fuzz
@given(st.dictionaries(texts, plain, max_size=4))
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
    output, secret = rpc._special_output_value_sig, rpc._special_secret_sig
    struct = struct_pb2.Struct()
    struct.update(
        {
            "secret": {SIGNATURE: secret, "value": "hunter2"},
            "nested": [{SIGNATURE: secret, "value": {"a": [{SIGNATURE: secret, "value": 1}]}}],
            "output": {SIGNATURE: output, "value": "x", "secret": True},
            "secretOutput": {SIGNATURE: output, "value": {SIGNATURE: secret, "value": "y"}},
            "unknownOutput": {SIGNATURE: output, "dependencies": []},
            "unknown": rpc.UNKNOWN,
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


def marks_in(value: struct_pb2.Value | struct_pb2.Struct) -> list[str]:
    """What the engine would take for a mark."""
    if isinstance(value, struct_pb2.Struct):
        found = [key for key in value.fields if key == SIGNATURE]
        return found + [mark for item in value.fields.values() for mark in marks_in(item)]
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return marks_in(value.struct_value)
    if kind == "list_value":
        return [mark for item in value.list_value.values for mark in marks_in(item)]
    return [value.string_value] if value.string_value in UNKNOWNS else []


@pytest.mark.parametrize("mark", [*MARKS, *KINDS])
def test_a_text_of_the_service_is_never_a_mark_of_the_protocol(mark: str) -> None:
    values = {"names": [mark], "jobs": {mark: {"name": mark}}, "name": mark, "tags": {mark: "x"}, "list": [[mark]]}
    struct = to_struct(values)
    assert marks_in(struct) == []
    assert marks_in(getattr(proto.InvokeResponse.FromString(invoke_response(values)), "return")) == []
    assert to_plain(struct) == values
    # The engine sees the text with a backslash before it, and nothing else changed.
    assert struct.fields["name"].string_value == (mark if mark in KINDS else f"\\{mark}")


@pytest.mark.parametrize("mark", MARKS)
def test_names_that_differ_stay_different(mark: str) -> None:
    names = [mark, f"\\{mark}", f"\\\\{mark}", f"{mark}\\", f"\\{mark} ", mark.upper()]
    struct = to_struct({"names": names})
    assert len({value.string_value for value in struct.fields["names"].list_value.values}) == len(names)
    assert to_plain(struct) == {"names": names}


@pytest.mark.parametrize("sentinel", UNKNOWNS)
def test_the_engine_has_an_unknown_for_each_type(sentinel: str) -> None:
    struct = struct_pb2.Struct()
    struct.update({"a": sentinel})
    assert to_plain(struct) == {"a": UNKNOWN}


@pytest.mark.parametrize("value", [UNKNOWN, [UNKNOWN], {"a": [{"b": UNKNOWN}]}])
def test_an_unknown_is_found_wherever_it_is(value: Any) -> None:
    assert contains_unknown({"x": 1, "y": value})
    assert not contains_unknown({"x": 1, "y": ["UNKNOWN", None, {}]})
