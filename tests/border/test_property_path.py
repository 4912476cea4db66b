"""Paths as the engine spells them, there and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.engine.property_path import covers, join, split


@pytest.mark.parametrize(
    ("parts", "path"),
    [
        (("jobs",), "jobs"),
        (("jobs", "abc", "name"), "jobs.abc.name"),
        (("jobs", "665d3af3621bccf3fe29e1a4", "urlCount"), 'jobs["665d3af3621bccf3fe29e1a4"].urlCount'),
        (("jobs", 'a"b\\c'), 'jobs["a\\"b\\\\c"]'),
        (("a", "b.c"), 'a["b.c"]'),
        (("a", ""), 'a[""]'),
        # The key as the engine spells it: see values.py.
        (("jobs", "4dabf18193072939515e22adb298388d"), r'jobs["\\4dabf18193072939515e22adb298388d"]'),
    ],
)
def test_a_key_that_is_no_plain_name_is_quoted(parts: tuple[str, ...], path: str) -> None:
    assert join(*parts) == path
    assert split(path) == list(parts)


@pytest.mark.fuzz
@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_any_keys_survive(parts: list[str]) -> None:
    assert split(join(*parts)) == parts


def test_indices_and_stars_are_keys() -> None:
    assert split("a[0].b[*]") == ["a", "0", "b", "*"]


@pytest.mark.parametrize(
    ("top", "path", "expected"),
    [
        ("jobs", "jobs", True),
        ("jobs", 'jobs["a"].name', True),
        ('jobs["a"]', "jobs.a.name", True),
        ("jobs.*.name", 'jobs["1a"].name', True),
        ("jobs[*]", "jobs.a", True),
        ("jobs.a.name", "jobs.a", False),
        ("jobs.a", "jobs.ab", False),
        ("job", "jobs", False),
        ("jobs.*.name", "jobs.a.id", False),
    ],
)
def test_a_path_covers_what_lies_below_it(top: str, path: str, expected: bool) -> None:
    assert covers(top, path) is expected
