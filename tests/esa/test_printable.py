"""Text of others as a person is shown it: one line, nothing hidden, no command to a pipeline's runner."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.cli.json_text import harmless_json, json_text
from pulumi_resource_alicloud_esa.esa.errors import one_line
from pulumi_resource_alicloud_esa.esa.printable import printable, without_commands

from tests.support.runners import commands_in

# Markers of commands and characters around them, so that random texts hit the combinations.
MARKS = st.lists(
    st.sampled_from(
        ["#", "##", "[", "vso", "##vso[", "::", ":", "set-output", " ", "\ufe0f", "\u200b", "\n", "\\", "]"]
    )
).map("".join)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain 预取　任务", r"plain 预取\u3000任务"),
        ("a\nb\r\t", "a\\nb\\r\\t"),
        ("\x1b[31m\x9b\x00", "\\x1b[31m\\x9b\\x00"),
        ("\u202eevil\u200b", "\\u202eevil\\u200b"),
        ("a\xa0b", "a\\xa0b"),
        ("\ud800", "\\ud800"),
        ("##[add-mask]x", "##\\[add-mask]x"),
        ("a ##vso[task.setvariable]x", "a ##\\vso[task.setvariable]x"),
        ("x ::stop-commands::y", "x :\\:stop-commands:\\:y"),
        ("a:::b", "a:\\:\\:b"),
        ("# heading, a: b, [x]", "# heading, a: b, [x]"),
    ],
)
def test_hidden_characters_are_spelled_and_commands_broken(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_a_long_text_is_cut_and_says_how_long_it_is() -> None:
    assert printable("a" * 1_000_000, 5) == "aaaaa... (1000000 characters)"
    assert printable("aaaaa", 5) == "aaaaa"


@given(st.text() | MARKS)
def test_any_text_is_one_line_without_a_command_and_shown_once_is_shown_for_good(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert commands_in(shown) == []
    assert commands_in(one_line(text)) == []
    assert printable(shown) == shown
    shown.encode()


@given(st.dictionaries(st.text() | MARKS, st.text() | MARKS))
def test_json_keeps_its_values_and_holds_no_command(values: dict[str, str]) -> None:
    text = harmless_json(json_text(values))
    assert json.loads(text) == values
    assert [line for line in text.splitlines() if commands_in(line)] == []


@pytest.mark.parametrize("unit", ["#", ":", "\ufe0f", "#\ufe0f", "##v\ufe0f", "::["])
def test_ten_times_the_text_takes_no_more_than_some_twenty_times_as_long(unit: str) -> None:
    def seconds(times: int) -> float:
        started = time.process_time()
        without_commands(unit * times)
        return time.process_time() - started

    # The processor's time, of the best of three: a quadratic search would take a hundred times as long.
    small, large = (min(seconds(times) for _ in range(3)) for times in (10_000, 100_000))
    assert large < 40 * max(small, 0.001)
