"""The Markdown report, as a reader sees it: every text literal, nobody mentioned, and no longer than a comment."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pulumi_resource_alicloud_esa.drift.compare import Difference, Kind
from pulumi_resource_alicloud_esa.drift.markdown import code, markdown
from pulumi_resource_alicloud_esa.drift.record import Record
from pulumi_resource_alicloud_esa.esa.printable import printable

GONE = Difference(Kind.MISSING, "1", "nightly", record=Record({"taskType": "preload", "urlCount": 2}))
COUNT = Difference(Kind.CHANGED, "3", "sale", "urlCount", 5, 6)
ERROR = Difference(Kind.CHANGED, "3", "sale", "errorInfo", None, "bad|url")
MOVED = Difference(Kind.CHANGED, "3", "sale", "startTime", "2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "e1")
ADDED = Difference(Kind.CHANGED, "3", "sale", "executions", None, "a to b", "e2")
STOPPED = Difference(Kind.CHANGED, "3", "sale", "stopped", None, True, "e3")
# Of a pull request's comment; the constant in the code must stay below it.
COMMENT = 65_536


def rows_of(text: str) -> list[list[list[tuple[str, str]]]]:
    """The body's rows: for each cell, what it consists of: kind and content."""
    rows: list[list[list[tuple[str, str]]]] = []
    for token in MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table").parse(text):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append([(child.type, child.content) for child in token.children or []])
    return rows[1:]


def test_the_report_has_a_row_for_each_job() -> None:
    assert markdown("7", [GONE, COUNT, ERROR, MOVED, ADDED, STOPPED], 44).splitlines() == [
        "### Scheduled preload jobs of site 7",
        "",
        "**Drift**: 1 gone, 1 changed.",
        "",
        "| job | what | details |",
        "|---|---|---|",
        "| `nightly` (`1`) | gone | `preload, 2 URLs` |",
        "| `sale` (`3`) | changed | `urlCount` `5` => `6`<br>`errorInfo` *nothing* => `bad\\|url`<br>"
        "execution `e1` `startTime` `2024-01-01T00:00:00Z` => `2024-01-02T00:00:00Z`<br>"
        "execution `e2` new: `a to b`<br>execution `e3` stopped |",
    ]
    assert "No drift: all 44 jobs" in markdown("7", [], 44)
    assert "No drift: the one job is as expected." in markdown("7", [], 1)
    assert "No drift: no job is there, as expected." in markdown("7", [], 0)


@pytest.mark.parametrize(
    "text",
    [
        *("@acme/oncall", "https://evil.example.com", "www.example.com", "a@b.example.com", "#12", "org/repo#1"),
        *("&lt;b&gt;", "[x](y)", "![i](j)", "<script>", ":tada:", "a|b", "`code`", "```x```", "$x$"),
        "665d3af3621bccf3fe29e1a4",
    ],
)
def test_a_text_mentions_nobody_links_nothing_and_is_shown_as_it_is(text: str) -> None:
    found = [
        Difference(Kind.CHANGED, "3", text, "fileId", text, f"{text}2"),
        Difference(Kind.MISSING, "4", text, record=Record({"domains": text})),
    ]
    for row in rows_of(markdown("7", found, 1)):
        # Of a job's own texts only code is made: GitHub and GitLab look for mentions and links in all else.
        plain = "".join(content for kind, content in (part for cell in row for part in cell) if kind != "code_inline")
        assert not re.search(r"[@/#\[\]&:$!.\d]", plain.replace("<br>", ""))
        shown = [content for cell in row for kind, content in cell if kind == "code_inline"]
        assert shown[0] == text
        assert any(text in part for part in shown[1:])


def test_two_hundred_jobs_of_a_hundred_domains_fit_into_a_comment() -> None:
    domains = ",".join(f"host-{number}.some-domain.example.com" for number in range(100))
    many = [Difference(Kind.CHANGED, f"{n:024}", f"job {n}", "domains", domains, f"{domains},x") for n in range(200)]
    text = markdown("7", many, 200)
    assert "**Drift**: 200 changed." in text
    assert len(text) < COMMENT
    kept = len(rows_of(text))
    left = re.search(r"\.\.\. and (\d+) more jobs", text)
    assert kept + (int(left[1]) if left else 0) == 200
    assert kept > 100
    # Where they differ is what is shown of two long texts.
    assert "`...e-domain.example.com` => `...e-domain.example.com,x`" in text


def test_what_is_gone_comes_first_where_there_is_no_room_for_all() -> None:
    new = [Difference(Kind.UNEXPECTED, f"{number:024}", "a") for number in range(100_000)]
    text = markdown("7", [*new, COUNT, GONE], 100_001)
    assert "**Drift**: 1 gone, 100000 new, 1 changed." in text
    assert [row[1] for row in rows_of(text)[:3]] == [[("text", "gone")], [("text", "changed")], [("text", "new")]]
    assert len(text) < COMMENT


def test_one_huge_name_is_cut_visibly() -> None:
    text = markdown("7", [Difference(Kind.UNEXPECTED, "1", "x" * 1_000_000), GONE], 2)
    assert len(text) < 3000
    assert "... (1000000 characters)" in text
    assert "`nightly`" in text


@pytest.mark.fuzz
@given(st.text() | st.sampled_from(["`", "``", "a|`b`", "|", "\\|", "\\", " `"]))
def test_any_text_is_one_code_span_of_one_cell(text: str) -> None:
    parts = rows_of(f"| a | b |\n|---|---|\n| {code(text, in_table=True)} | x |\n")[0]
    assert parts[1:] == [[("text", "x")]]
    shown = printable(text)
    if shown.strip():
        assert [kind for kind, _ in parts[0]] == ["code_inline"]
        assert parts[0][0][1].strip('"') == shown.strip('"')
