"""Moments: RFC 3339 alone in what a caller writes, all of the service's spellings in what it answers."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.esa.moments import canonical_moment, parse_answered, parse_rfc3339


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2024-06-01T00:00:00Z", 1717200000000),
        ("2024-06-01t00:00:00z", 1717200000000),
        ("2024-06-01 00:00:00Z", 1717200000000),
        ("2024-06-01T08:00:00+08:00", 1717200000000),
        ("2024-05-31T18:30:00-05:30", 1717200000000),
        ("2024-06-01T00:00:00-00:00", 1717200000000),
        ("2024-06-01T00:00:00.5Z", 1717200000500),
        ("2024-06-01T00:00:00.123456789Z", 1717200000123),
        ("2024-06-01T00:00:00.999999999+00:00", 1717200000999),
        ("1969-12-31T23:59:59.999Z", -1),
        ("2024-02-29T00:00:00Z", 1709164800000),
        ("2024-06-01T00:00:00", None),
        ("2024-06-01", None),
        ("2023-02-29T00:00:00Z", None),
        ("2024-13-01T00:00:00Z", None),
        ("2024-06-01T24:00:00Z", None),
        ("2024-06-01T00:60:00Z", None),
        ("2024-06-01T00:00:00+24:00", None),
        ("2024-06-01T00:00:00+99:99", None),
        ("2024-06-01T00:00:00+08:60", None),
        ("2024-06-01T00:00:00+0800", None),
        ("2024-06-01T00:00:00.Z", None),
        ("0000-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+01:00", None),
        ("9999-12-31T23:59:59-01:00", None),
        ("\uff12\uff10\uff12\uff14-06-01T00:00:00Z", None),
        ("2024-06-01T00:00:00Z\n", None),
        ("", None),
    ],
)
def test_a_moment_of_rfc_3339_is_read(text: str, expected: int | None) -> None:
    assert parse_rfc3339(text) == expected


offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=offsets)  # noqa: DTZ001


@pytest.mark.fuzz
@given(moments)
def test_every_moment_python_prints_is_read_to_the_millisecond(moment: datetime) -> None:
    expected = (moment - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(milliseconds=1)
    assert parse_rfc3339(moment.isoformat()) == expected


@pytest.mark.fuzz
@given(st.text())
def test_any_text_is_a_moment_or_none(text: str) -> None:
    assert parse_rfc3339(text) is None or text


@pytest.mark.parametrize(
    "text",
    [
        "2024-06-01T08:53:13Z",
        "2024-06-01T08:53:13+Z",
        "2024-06-01T16:53:13+0800",
        "2024-06-01T16:53:13+08:00",
        "2024-06-01T16:53:13.000+08:00",
        "2024-06-01T04:23:13-0430",
        "2024-06-01 08:53:13.000000000Z",
        "2024-06-01t08:53:13z",
        "1717231993000",
        " 1717231993000\n",
    ],
)
def test_every_spelling_that_the_service_has_is_one_moment(text: str) -> None:
    assert parse_answered(text) == 1717231993000
    assert canonical_moment(text) == "2024-06-01T08:53:13Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-31T17:10:48.849+08:00", "2024-05-31T09:10:48.849Z"),
        ("2024-05-31T17:10:48.849+0800", "2024-05-31T09:10:48.849Z"),
        ("2024-05-31T09:10:48.849+Z", "2024-05-31T09:10:48.849Z"),
        ("1717146648849", "2024-05-31T09:10:48.849Z"),
        ("2023-06-05T10:04:20+0800", "2023-06-05T02:04:20Z"),
        ("2024-01-01T00:00:00+Z", "2024-01-01T00:00:00Z"),
        ("0", "1970-01-01T00:00:00Z"),
        ("2024-05-31T17:10:48.8490+08:00", "2024-05-31T09:10:48.849Z"),
        ("2024-05-31T17:10:48.8495+08:00", "2024-05-31T09:10:48.849500Z"),
        ("2024-05-31T17:10:48.849000001+08:00", "2024-05-31T09:10:48.849000001Z"),
        ("2024-05-31T17:10:48.000000999+08:00", "2024-05-31T09:10:48.000000999Z"),
        ("1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
    ],
)
def test_a_fraction_is_kept_as_it_is(text: str, expected: str) -> None:
    assert canonical_moment(text) == expected


@pytest.mark.fuzz
@given(st.lists(st.integers(0, 10**9 - 1), min_size=2, max_size=2, unique=True))
def test_moments_a_nanosecond_apart_are_two(fractions: list[int]) -> None:
    one, other = (canonical_moment(f"2024-06-01T08:53:13.{fraction:09d}+08:00") for fraction in fractions)
    assert one != other


@pytest.mark.parametrize(
    "text",
    [
        "soon",
        "2024-06-01T08:53:13",
        "2024-06-01T08:53:13-Z",
        "2024-06-01T08:53:13+8",
        "2024-06-01T08:53:13+2400",
        "2024-13-01T08:53:13Z",
        "-1717231993000",
        "1717231993.5",
        "999999999999999",
        "9" * 40,
        "\uff11\uff17\uff11\uff17",
    ],
)
def test_what_is_no_moment_is_compared_as_it_stands(text: str) -> None:
    assert canonical_moment(text) == text


@pytest.mark.fuzz
@given(st.text() | st.from_regex(r"[0-9]{1,20}|20[0-9]{2}-0[1-9]-1[0-9]T00:00:00(\.[0-9]{1,9})?\+Z", fullmatch=True))
def test_a_canonical_moment_is_its_own(text: str) -> None:
    assert canonical_moment(canonical_moment(text)) == canonical_moment(text)
