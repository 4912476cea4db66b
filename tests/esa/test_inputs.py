"""Plain input values: exact numbers, both spellings of time, every fault at once on its own path."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.esa.errors import InvalidInput
from pulumi_resource_alicloud_esa.esa.inputs import Inputs, shown, whole


def faults(values: dict[str, Any], read: Any) -> dict[str, str]:
    inputs = Inputs(values)
    read(inputs)
    with pytest.raises(InvalidInput) as caught:
        inputs.finish()
    return {fault.path: fault.reason for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("190007158391808", 190007158391808),
        (" 190007158391808\n", 190007158391808),
        (190007158391808, 190007158391808),
        (190007158391808.0, 190007158391808),
        (2**53 - 1.0, 2**53 - 1),
        (2**53 + 1, 2**53 + 1),
        (str(2**63 - 1), 2**63 - 1),
        ("-5", -5),
        ("007", 7),
        (float(2**53), None),
        (1.5, None),
        (float("nan"), None),
        (float("inf"), None),
        ("1.0", None),
        ("1e3", None),
        ("0x10", None),
        ("1_000", None),
        ("+5", None),
        ("--5", None),
        ("-", None),
        ("", None),
        ("٣", None),
        ("²", None),
        ("9" * 5000, None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_whole_number_is_exact_or_none(value: object, expected: int | None) -> None:
    assert whole(value) == expected


@given(st.integers(1, 2**63 - 1))
def test_a_site_id_is_exact_however_large(number: int) -> None:
    assert Inputs({"siteId": str(number)}).site_id() == str(number)
    assert Inputs({"siteId": number}).site_id() == str(number)


@pytest.mark.parametrize("value", [None, "", "abc", "-1", 0, "0", 2**63, 1.5, 1e300, True, [], {}, "1 2", float("nan")])
def test_what_is_no_site_id_is_a_fault_on_it(value: object) -> None:
    reason = faults({"siteId": value}, lambda inputs: inputs.site_id())["siteId"]
    assert "190007158391808" in reason
    assert len(reason) < 200


@pytest.mark.parametrize("value", [1e300, 10**400, "x" * 1000, [1] * 1000, "a\nb", "\x1b[31m", b"x", float("inf")])
def test_a_quoted_value_is_short_and_on_one_line(value: object) -> None:
    assert len(shown(value)) <= 80
    assert shown(value).isprintable()


@pytest.mark.parametrize("value", [1717200000000, 1717200000000.0, "1717200000000", " 2024-06-01T00:00:00Z "])
def test_a_time_is_rfc_3339_or_milliseconds(value: object) -> None:
    assert Inputs({"t": value}).milliseconds("t") == 1717200000000


@pytest.mark.parametrize("value", ["yesterday", "", True, -1, "-1", 1.5, [], {}, "1969-12-31T23:59:59Z", 2**63])
def test_what_is_no_time_is_a_fault_that_shows_both_forms(value: object) -> None:
    reason = faults({"t": value}, lambda inputs: inputs.milliseconds("t"))["t"]
    assert "2024-06-01T00:00:00Z" in reason
    assert "1717200000000" in reason


@pytest.mark.parametrize("value", [0, -1, 1.5, "x", True, 2**31, [], "", "1.0"])
def test_an_integer_out_of_bounds_is_a_fault(value: object) -> None:
    assert "whole number from 1" in faults({"n": value}, lambda inputs: inputs.integer("n", 1))["n"]


@pytest.mark.parametrize(("value", "expected"), [(1, 1), (7.0, 7), ("50", 50), (None, None), (2**31 - 1, 2**31 - 1)])
def test_an_integer_is_read_however_it_is_written(value: object, expected: int | None) -> None:
    assert Inputs({"n": value}).integer("n", 1) == expected


@pytest.mark.parametrize(("value", "expected"), [(True, True), ("TRUE", True), (" false ", False), (None, None)])
def test_a_boolean_may_be_text(value: object, expected: bool | None) -> None:
    assert Inputs({"b": value}).boolean("b") is expected


@pytest.mark.parametrize("value", [1, 0, "yes", "", []])
def test_what_is_no_boolean_is_a_fault(value: object) -> None:
    assert "give true or false" in faults({"b": value}, lambda inputs: inputs.boolean("b"))["b"]


def test_each_bad_item_of_a_list_is_a_fault_of_its_own() -> None:
    found = faults({"ids": ["a", "", 3, " b ", None]}, lambda inputs: inputs.choices("ids", ("a", "b"), "letter"))
    assert set(found) == {"ids[1]", "ids[2]", "ids[4]"}
    assert set(faults({"ids": "a"}, lambda inputs: inputs.choices("ids", ("a", "b"), "letter"))) == {"ids"}


def test_the_reason_why_a_regex_does_not_compile_is_text() -> None:
    found = faults({"r": "a{1001}"}, lambda inputs: inputs.regex("r"))["r"]
    assert found.startswith("'a{1001}' does not compile: invalid repetition size: {1001}; give a regular expression")


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?P<x", "a{1001}", "\ud800"])
def test_a_regex_that_does_not_compile_is_a_fault(pattern: str) -> None:
    assert "does not compile" in faults({"r": pattern}, lambda inputs: inputs.regex("r"))["r"]


@pytest.mark.parametrize("pattern", ["(?<=a)b", "a(?!b)", r"(a)\1", "(?P<x>a)(?P=x)", "a++", r"a\Z", "(?>a)"])
def test_a_regex_that_only_python_knows_is_a_fault_that_says_re2(
    pattern: str, capfd: pytest.CaptureFixture[str]
) -> None:
    reason = faults({"r": pattern}, lambda inputs: inputs.regex("r"))["r"]
    assert "that RE2 knows" in reason
    assert reason.isprintable()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("^night", "nightly", True),
        ("ly$", "nightly", True),
        ("ly$", "nightly\n", False),
        ("(?i)NIGHT", "nightly", True),
        (r"\p{Han}+", "\u56fe\u7247", True),
        (r"^\w+$", "\u56fe\u7247", False),
        ("x", "", False),
    ],
)
def test_a_regex_is_re2s(pattern: str, text: str, expected: bool) -> None:
    found = Inputs({"r": pattern}).regex("r")
    assert found is not None
    assert found.found_in(text) is expected


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*$", r"^(\w+-?)+$", "(.*a){20}$"])
def test_no_regex_takes_more_than_the_time_that_its_text_is_long(pattern: str) -> None:
    found = Inputs({"r": pattern}).regex("r")
    assert found is not None
    before = time.process_time()
    for _ in range(10):
        found.found_in("a" * 100_000 + "!")
    # Python's own would need longer than there are stars for a hundred characters.
    assert time.process_time() - before < 2


def test_two_regexes_of_one_text_are_one_question() -> None:
    assert Inputs({"r": "a"}).regex("r") == Inputs({"r": "a"}).regex("r") != Inputs({"r": "b"}).regex("r")


def test_a_property_that_nobody_reads_is_a_fault_that_lists_the_others() -> None:
    found = faults({"siteId": "1", "siteID": "2", "__internal": "x", "gone": None}, lambda inputs: inputs.site_id())
    assert found == {"siteID": "no such input; accepted are siteId"}


def test_nested_inputs_share_the_faults_under_their_prefix() -> None:
    outer = Inputs({"a": "x"})
    Inputs({"b": 5}, "outer.", outer.faults).text("b")
    outer.integer("a", 1)
    with pytest.raises(InvalidInput) as caught:
        outer.finish()
    assert [fault.path for fault in caught.value.faults] == ["outer.b", "a"]
    assert str(caught.value).count("\n") == 1
