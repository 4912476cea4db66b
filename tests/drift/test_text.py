"""Drift in words: one line in all, or a line for each job."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.drift.compare import Difference, Kind
from pulumi_resource_alicloud_esa.drift.record import Record
from pulumi_resource_alicloud_esa.drift.text import changed_jobs, job_lines, label, summary

GONE = Difference(Kind.MISSING, "1", "nightly")
NEW = Difference(Kind.UNEXPECTED, "2", "rogue")
COUNT = Difference(Kind.CHANGED, "3", "sale", "urlCount", 5, 6)
ERROR = Difference(Kind.CHANGED, "3", "sale", "errorInfo", None, "bad|url")


@pytest.mark.parametrize(
    ("differences", "count", "line"),
    [
        ([], 45, "site 7: no drift in 45 scheduled preload jobs"),
        ([], 1, "site 7: no drift in 1 scheduled preload job"),
        ([GONE], 1, "site 7: drift: 1 gone: nightly"),
        (
            [GONE, NEW, COUNT, ERROR],
            9,
            "site 7: drift: 1 gone: nightly; 1 new: rogue; 1 changed: sale (urlCount, errorInfo)",
        ),
        ([Difference(Kind.UNEXPECTED, "9", "")], 1, "site 7: drift: 1 new: 9"),
        ([Difference(Kind.MISSING, "", "")], 1, "site 7: drift: 1 gone: unnamed"),
    ],
)
def test_the_summary_counts_and_names_the_jobs(differences: list[Difference], count: int, line: str) -> None:
    assert summary("7", differences, count) == line


def test_many_jobs_are_counted_and_some_named() -> None:
    many = [Difference(Kind.MISSING, str(number), f"job-{number}") for number in range(30)]
    assert summary("7", many, 0) == "site 7: drift: 30 gone: job-0, job-1, job-2, job-3, job-4 and 25 more"


def test_each_job_is_one_line() -> None:
    assert job_lines([GONE, NEW, COUNT, ERROR]) == [
        "job nightly (1) is gone",
        "job rogue (2) is new",
        "job sale (3): urlCount 5 => 6, errorInfo nothing => bad|url",
    ]


def test_a_record_that_cannot_be_read_names_the_job_where_there_is_one() -> None:
    of_one, of_none = Difference(Kind.CHANGED, "b1", "x"), Difference(Kind.CHANGED, "", "")
    assert job_lines([of_none]) == ["what was recorded cannot be read"]
    assert changed_jobs([of_none, of_one]) == ["what was recorded cannot be read", "job x (b1) has changed"]
    assert job_lines([of_one]) == ["job x (b1): what was recorded cannot be read"]


def test_a_job_that_is_new_or_gone_says_what_it_was() -> None:
    record = Record({"name": "nightly", "taskType": "preload", "domains": "a.com,b.com", "urlCount": 1}, {"e": {}})
    gone = Difference(Kind.MISSING, "1", "nightly", record=record)
    assert job_lines([gone]) == ["job nightly (1) is gone (preload, a.com,b.com, 1 URL, 1 execution)"]
    new = Difference(Kind.UNEXPECTED, "1", "n", record=Record({"urlCount": 2, "createdAt": "2024-06-01T00:00:00Z"}))
    assert job_lines([new]) == ["job n (1) is new (2 URLs, created 2024-06-01T00:00:00Z)"]


def test_many_lines_are_cut_and_jobs_that_are_gone_stay() -> None:
    new = [Difference(Kind.UNEXPECTED, f"{number:04}", "a") for number in range(1500)]
    lines = job_lines([*new, GONE], 1000)
    assert lines[-2:] == ["job nightly (1) is gone", "... and 501 more jobs"]
    assert len(lines) == 1001
    assert len(job_lines([*new, GONE])) == 1501


def test_of_two_long_texts_the_part_that_differs_is_shown() -> None:
    long = Difference(Kind.CHANGED, "3", "n", "domains", "a" * 1000 + "b", "a" * 1000 + "c")
    assert job_lines([long]) == [f"job n (3): domains ...{'a' * 20}b => ...{'a' * 20}c"]


def test_a_job_with_many_changes_is_one_bounded_line() -> None:
    many = [Difference(Kind.CHANGED, "3", "x" * 5000, f"f{number}", "y" * 5000, "z" * 5000) for number in range(500)]
    (line,) = job_lines(many)
    assert line.endswith(", and 480 more changes")
    assert len(line) < 20_000


def test_hidden_characters_of_an_id_are_spelled_out() -> None:
    job, run = "1\u202e\x1b[2m", "##[group]\u2066"
    found = [
        Difference(Kind.MISSING, job, "a"),
        Difference(Kind.CHANGED, job, "b", "startTime", "x", "y", run),
        Difference(Kind.CHANGED, job, "b", "executions", None, "x", run),
    ]
    shown, execution = "1\\u202e\\x1b[2m", "##\\[group]\\u2066"
    assert job_lines(found) == [
        f"job a ({shown}) is gone",
        f"job b ({shown}): execution {execution} startTime x => y, execution {execution} is new (x)",
    ]
    assert changed_jobs(found) == [f"job a ({shown}) is gone", f"job b ({shown}) has changed"]
    assert summary("7", [Difference(Kind.UNEXPECTED, job, "")], 1) == f"site 7: drift: 1 new: {shown}"


wild = st.text(max_size=12) | st.sampled_from(
    ["a\nb", "|", "`", "``", "<script>", "\x1b[31m", "\u202e", "a|`b`", "[x](y)"]
)
differences = st.builds(
    Difference,
    st.just(Kind.CHANGED),
    st.from_regex(r"[0-9a-f]{24}", fullmatch=True) | wild,
    wild,
    st.sampled_from(["errorInfo", "executions"]),
    st.none() | wild | st.integers(),
    st.none() | wild | st.integers(),
    wild,
)


@pytest.mark.fuzz
@given(st.lists(differences, min_size=1, max_size=4))
def test_no_name_or_value_breaks_a_line(found: list[Difference]) -> None:
    assert summary("7", found, 1).isprintable()
    assert all(line.isprintable() for line in job_lines(found))
    assert all(label(difference).isprintable() for difference in found)
