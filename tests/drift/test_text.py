"""Drift in words: one line, or a table that shows everything literally and cuts visibly."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.drift.compare import Difference, Kind
from pulumi_resource_alicloud_esa.drift.text import job_lines, label, markdown, summary

GONE = Difference(Kind.MISSING, "1", "nightly")
NEW = Difference(Kind.UNEXPECTED, "2", "rogue")
COUNT = Difference(Kind.CHANGED, "3", "sale", "urlCount", 5, 6)
ERROR = Difference(Kind.CHANGED, "3", "sale", "errorInfo", None, "bad|url")


@pytest.mark.parametrize(
    ("differences", "count", "line"),
    [
        ([], 45, "site 7: no drift in 45 scheduled preload jobs"),
        ([], 1, "site 7: no drift in 1 scheduled preload job"),
        ([GONE], 1, "site 7: drift: 1 missing: nightly"),
        (
            [GONE, NEW, COUNT, ERROR],
            9,
            "site 7: drift: 1 missing: nightly; 1 unexpected: rogue; 1 changed: sale (urlCount, errorInfo)",
        ),
        ([Difference(Kind.UNEXPECTED, "9", "")], 1, "site 7: drift: 1 unexpected: 9"),
        ([Difference(Kind.MISSING, "", "")], 1, "site 7: drift: 1 missing: unnamed"),
    ],
)
def test_the_summary(differences: list[Difference], count: int, line: str) -> None:
    assert summary("7", differences, count) == line


def test_many_jobs_are_counted_and_some_named() -> None:
    many = [Difference(Kind.MISSING, str(number), f"job-{number}") for number in range(30)]
    assert summary("7", many, 0) == "site 7: drift: 30 missing: job-0, job-1, job-2, job-3, job-4 and 25 more"


def test_one_line_a_job() -> None:
    assert job_lines([GONE, NEW, COUNT, ERROR]) == [
        "job nightly (1) is gone",
        "job rogue (2) is new",
        "job sale (3): urlCount 5 => 6, errorInfo nothing => bad|url",
    ]


def test_the_report() -> None:
    text = markdown("7", [GONE, COUNT, ERROR], 44)
    assert "**Drift**: 1 missing, 1 changed." in text
    assert "| nightly (1) | missing | | |" in text
    assert "| sale (3) | `urlCount` changed | `5` | `6` |" in text
    assert "| sale (3) | `errorInfo` changed | *nothing* | `bad\\|url` |" in text
    assert "No drift: all 44 jobs" in markdown("7", [], 44)


def test_a_long_report_says_what_it_leaves_out() -> None:
    text = markdown("7", [Difference(Kind.MISSING, str(number), "x") for number in range(1000)], 0)
    assert "... and 800 more differences." in text
    assert "1000 missing" in text


wild = st.text(max_size=12) | st.sampled_from(
    ["a\nb", "|", "`", "``", "<script>", "\x1b[31m", "\u202e", "a|`b`", "[x](y)"]
)
differences = st.builds(
    Difference,
    st.just(Kind.CHANGED),
    st.from_regex(r"[0-9a-f]{24}", fullmatch=True),
    wild,
    st.just("errorInfo"),
    st.none() | wild | st.integers(),
    st.none() | wild | st.integers(),
)


@pytest.mark.fuzz
@given(st.lists(differences, min_size=1, max_size=4))
def test_no_name_or_value_breaks_a_line_or_a_table(found: list[Difference]) -> None:
    assert summary("7", found, 1).isprintable()
    assert all(line.isprintable() for line in job_lines(found))
    assert all(label(difference).isprintable() for difference in found)
    text = markdown("7", found, 1)
    table = text.split("|---|---|---|---|\n")[1].splitlines()
    assert len(table) == len(found)
    for line in table:
        assert line.isprintable()
        # Four cells: five bars without a backslash before them, in code or not.
        assert len(re.findall(r"(?<!\\)\|", line)) == 5
