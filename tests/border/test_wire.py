"""wire.py writes what the SDK's own protobuf classes would have written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.runtime import proto
from pulumi_resource_alicloud_esa.engine.values import UNKNOWN, Secret, to_struct
from pulumi_resource_alicloud_esa.engine.wire import invoke_response

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


def expected(values: dict[str, Any]) -> Any:
    return proto.InvokeResponse(**{"return": to_struct(values)})


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_any_result_parses_to_the_struct_that_the_sdk_would_send(values: dict[str, Any]) -> None:
    parsed = proto.InvokeResponse.FromString(invoke_response(values))
    assert parsed == expected(values)
    assert parsed.HasField("return")


@pytest.mark.parametrize("size", [0, 1, 60, 100, 113, 114, 115, 116, 117, 118, 119, 125, 126, 127, 128, 16383, 16384])
@pytest.mark.parametrize("name", ["", "id", "n" * 110, "n" * 130])
def test_lengths_around_the_edges_of_one_and_two_bytes(name: str, size: int) -> None:
    values: dict[str, Any] = {name: "x" * size, "list": ["x" * size], "number": 3}
    parsed = proto.InvokeResponse.FromString(invoke_response(values))
    assert parsed == expected(values)
    # No second spelling: what the SDK writes for it is as long.
    assert len(invoke_response(values)) == len(parsed.SerializeToString())


def test_what_no_property_can_be_is_refused() -> None:
    with pytest.raises(TypeError, match="no property value for object"):
        invoke_response({"a": object()})
