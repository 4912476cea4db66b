"""The shapes of answers: what a bug report needs, and nothing of what the answers say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.cli.shapes import shape

SEPARATORS = "-:.,+/ _;|\n\r\t"


@pytest.mark.parametrize(
    ("value", "spelling"),
    [
        (None, "null"),
        (True, "boolean"),
        (7, "whole number"),
        (190007158391808, "whole number"),
        (2**53, "whole number beyond 2^53"),
        (1.5, "decimal number"),
        ("", "text, empty"),
        ("45", "text 9"),
        ("nightly", "text a"),
        ("665d3af3621bccf3fe29e1a4", "text x"),
        ("665d3af3621bccf3fe29e1a4\n", "text x, white space around it"),
        ("testurl.com,www.b.com", "text a.a,a.a.a"),
        ("InvalidUrl, QuotaExcess", "text a, a"),
        ("a(b)$", "text a*a*"),
        ("\u9884\u70edx", "text ?a"),
        ("2024-06-01T08:53:13Z", "moment 9999-99-99T99:99:99Z"),
        ("2023-06-05T10:04:20+0800", "moment 9999-99-99T99:99:99+9999"),
        ("2024-01-01T00:00:00+Z", "moment 9999-99-99T99:99:99+Z"),
        ("2024-05-31T17:10:48.849+08:00", "moment 9999-99-99T99:99:99.999+99:99"),
        ("2024-06-01 08:53:13", "moment 9999-99-99 99:99:99"),
    ],
)
def test_a_value_is_told_by_its_type_and_its_spelling(value: object, spelling: str) -> None:
    assert shape([value]) == {"is": [spelling]}


def test_the_rows_of_a_list_are_told_together_with_what_some_of_them_lack() -> None:
    body = {"TotalCount": "2", "Jobs": [{"Id": "a1", "Name": "n"}, {"Id": "b2\n", "ErrorInfo": None}]}
    assert shape([body]) == {
        "fields": {
            "TotalCount": {"is": ["text 9"]},
            "Jobs": {
                "items": {
                    "fields": {
                        "Id": {"is": ["text x", "text x, white space around it"]},
                        "Name": {"is": ["text a"], "present": "sometimes"},
                        "ErrorInfo": {"is": ["null"], "present": "sometimes"},
                    }
                }
            },
        }
    }


def test_empty_lists_and_null_are_told_apart() -> None:
    assert shape([{"Jobs": []}]) == {"fields": {"Jobs": {"items": {}, "empty": "always"}}}
    assert shape([{"Jobs": None}]) == {"fields": {"Jobs": {"is": ["null"]}}}
    assert shape([{"Tags": []}, {"Tags": ["a"]}]) == {
        "fields": {"Tags": {"items": {"is": ["text a"]}, "empty": "sometimes"}}
    }


def test_a_name_that_is_not_documented_may_be_somebodys_own() -> None:
    assert shape([{"Tags": {"customer-4711": "x"}}]) == {
        "fields": {"Tags": {"fields": {"(a field that is not documented)": {"is": ["text a"]}}}}
    }


NAMES = st.sampled_from(["Jobs", "Id", "Name", "Tags", "CreatedAt"]) | st.text(min_size=1, max_size=12)
TEXTS = st.text(max_size=30) | st.text("aZ09-:.,+/ _;|TZ\n(\u00e9\u9884", max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
# What the shapes are written in: nothing else is ever in them, whatever the answer was.
WORDS = re.compile(
    r"null|boolean|whole number(?: beyond 2\^53)?|decimal number|text, empty|"
    r"(?:text [a9x?*\-:.,+/ _;|\n\r\t]{0,60}"
    r"|moment 9999-99-99[Tt ]99:99:99(?:\.9{1,9})?(?:[Zz]|\+[Zz]|[+-]99:?99)?)(?:, white space around it)?"
)
FIELDS = re.compile(r"[A-Z][A-Za-z]+|\(a field that is not documented\)")


def leaves(found: dict[str, Any]) -> list[str]:
    assert set(found) <= {"is", "fields", "items", "empty", "present"}
    assert {found.get("empty"), found.get("present")} <= {None, "always", "sometimes"}
    inner = [found["items"]] if "items" in found else []
    names = list(found.get("fields", {}))
    assert all(FIELDS.fullmatch(name) for name in names)
    return [
        *found.get("is", []),
        *(leaf for part in (*inner, *found.get("fields", {}).values()) for leaf in leaves(part)),
    ]


@given(st.lists(VALUES, max_size=4))
def test_no_value_of_any_answer_survives(values: list[object]) -> None:
    for leaf in leaves(shape(values)):
        assert WORDS.fullmatch(leaf), leaf


def replaced(value: object, draw: Any) -> object:
    """Another answer of the same shape: every letter, digit and number is another one, and runs of them are longer."""
    if isinstance(value, dict):
        return {name: replaced(item, draw) for name, item in value.items()}
    if isinstance(value, list):
        return [replaced(item, draw) for item in value]
    if isinstance(value, bool) or value is None:
        return value if value is None else draw(st.booleans())
    if isinstance(value, int):
        small = abs(value) < 2**53
        return draw(st.integers(-(2**53) + 1, 2**53 - 1) if small else st.integers(2**53, 2**70))
    if isinstance(value, float):
        return draw(st.floats(allow_nan=False))
    assert isinstance(value, str)
    moment = re.fullmatch(r"\s*\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d.*\s*", value, re.ASCII | re.DOTALL)
    return "".join(other(char, draw, longer=not moment) for char in value)


def other(char: str, draw: Any, longer: bool) -> str:
    count = draw(st.integers(1, 3)) if longer else 1
    if char in "0123456789":
        return "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=count, max_size=count)))
    if char.isascii() and char.isalpha() and (longer or char not in "TtZz"):
        return "".join(draw(st.lists(st.sampled_from("abcdefXYZ"), min_size=count, max_size=count)))
    return char


@given(VALUES, st.data())
def test_two_answers_that_differ_in_values_only_have_one_shape(value: object, data: st.DataObject) -> None:
    # A shape must not tell which of the two answers it was made from.
    assert shape([value]) == shape([replaced(value, data.draw)])


def test_no_secret_and_no_name_of_a_real_answer_is_in_its_shape() -> None:
    row = {
        "Id": "665d3af3621bccf3fe29e1a4",
        "Name": "acme-launch",
        "AliUid": "15685865xxx14622",
        "Domains": "acme.example",
    }
    text = json.dumps(shape([{"RequestId": "AB-12", "Jobs": [row], "Tags": {"acme": "secret"}}]))
    for value in (*row.values(), "AB-12", "acme", "secret", "665d", "1568"):
        assert value not in text
