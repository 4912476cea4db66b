"""Rows of the service: fifteen typed fields, tolerant of spelling, strict about shapes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict
from pulumi_resource_alicloud_esa.esa.answer import Answer, interpret
from pulumi_resource_alicloud_esa.esa.errors import ResponseError
from pulumi_resource_alicloud_esa.esa.models import EXECUTION, JOB, Job
from pulumi_resource_alicloud_esa.esa.rows import _read_exact, read_request_id, read_row, read_rows, read_total

from emulator.seed import SITE_ID, seeded_jobs

INTEGERS = ("ExecutionCount", "TaskSubmitted", "UrlCount", "UrlSubmitted")
TEXTS = tuple(field.key for field in JOB.fields if field.key not in (*INTEGERS, "SiteId"))
DOCUMENTED = (
    "AliUid CreatedAt Domains ErrorInfo ExecutionCount FailedFileOss FileId Id InsertWay Name SiteId TaskSubmitted "
    "TaskType UrlCount UrlSubmitted"
)


def rows(*jobs: Any) -> list[Job]:
    return read_rows({"RequestId": "R-1", "Jobs": list(jobs)}, "Jobs", JOB)


def test_the_fifteen_documented_fields_are_read() -> None:
    assert [field.key for field in JOB.fields] == DOCUMENTED.split()
    (row,) = rows({"Id": "a"})
    assert len(asdict(row)) == 15
    assert [name for name, value in asdict(row).items() if value is not None] == ["id"]


@pytest.mark.parametrize("key", ["AliUid", "CreatedAt", "FileId", "Id", "InsertWay", "TaskType"])
def test_identifiers_are_trimmed(key: str) -> None:
    (row,) = rows({"Id": "x", key: " 665d3af3621bccf3fe29e1a4\n"})
    assert getattr(row, key[0].lower() + key[1:]) == "665d3af3621bccf3fe29e1a4"


def test_free_text_is_kept_as_it_is() -> None:
    (row,) = rows({"Id": "x", "Name": " two\nlines ", "ErrorInfo": ""})
    assert (row.name, row.errorInfo) == (" two\nlines ", "")


@pytest.mark.parametrize("key", INTEGERS)
@pytest.mark.parametrize(("value", "expected"), [(5, 5), ("5", 5), (5.0, 5), (" 5 ", 5), (0, 0), (2**40, 2**40)])
def test_integers_may_be_text(key: str, value: object, expected: int) -> None:
    (row,) = rows({"Id": "x", key: value})
    assert getattr(row, key[0].lower() + key[1:]) == expected


@given(st.integers(1, 2**63 - 1))
def test_a_site_id_is_exact_as_number_and_as_text(number: int) -> None:
    first, second = rows({"Id": "x", "SiteId": number}, {"Id": "y", "SiteId": str(number)})
    assert first.siteId == second.siteId == str(number)


@pytest.mark.parametrize("value", [1.0e17, 1.5, "abc", "", True, [], {}])
def test_a_site_id_that_is_not_exact_is_refused(value: object) -> None:
    with pytest.raises(ResponseError, match=r"Jobs\[0\]\.SiteId is .* where an integer is documented"):
        rows({"Id": "x", "SiteId": value})


@pytest.mark.parametrize("key", INTEGERS)
@pytest.mark.parametrize("value", ["abc", "", 1.5, True, [], {}, 2**53, "1e3"])
def test_an_integer_of_the_wrong_shape_names_its_path(key: str, value: object) -> None:
    with pytest.raises(ResponseError, match=rf"Jobs\[1\]\.{key} is .* where an integer is documented \(RequestId R-1"):
        rows({"Id": "x"}, {"Id": "y", key: value})


@pytest.mark.parametrize("key", TEXTS)
@pytest.mark.parametrize("value", [True, [], {}, 1.5, ["a"]])
def test_a_text_of_the_wrong_shape_names_its_path(key: str, value: object) -> None:
    with pytest.raises(ResponseError, match=rf"Jobs\[0\]\.{key} is .* where a string is documented"):
        rows({"Id": "x", key: value})


def test_a_number_where_text_is_documented_is_its_digits() -> None:
    (row,) = rows({"Id": 5, "AliUid": 15685865014622123, "Name": 2024.0})
    assert (row.id, row.aliUid, row.name) == ("5", "15685865014622123", "2024")


def test_unknown_fields_are_ignored_and_null_is_no_value() -> None:
    (row,) = rows({"Id": "a", "New": {"deep": []}, "Name": None, "UrlCount": None})
    assert not hasattr(row, "new")
    assert (row.name, row.urlCount) == (None, None)


@pytest.mark.parametrize("job", [None, [], "a", 1, True])
def test_a_row_that_is_no_object_is_refused(job: object) -> None:
    with pytest.raises(ResponseError, match=r"Jobs\[0\] is .* where an object is documented"):
        rows(job)


@pytest.mark.parametrize("job", [{}, {"Id": None}, {"Id": ""}, {"Id": " \n"}, {"id": "a"}])
def test_a_row_without_an_id_is_refused(job: dict[str, Any]) -> None:
    with pytest.raises(ResponseError, match=r"Jobs\[0\]\.Id is missing"):
        rows(job)


@pytest.mark.parametrize("body", [{}, {"Jobs": None}, {"Jobs": {}}, {"Jobs": ""}, {"Jobs": 0}, {"jobs": []}])
def test_a_body_without_a_list_of_jobs_is_never_an_empty_list(body: dict[str, Any]) -> None:
    with pytest.raises(ResponseError, match="where a list is documented"):
        read_rows(body, "Jobs", JOB)


@pytest.mark.parametrize(("value", "expected"), [("45", 45), (45, 45), (45.0, 45), (" 45 ", 45), (0, 0), ("0", 0)])
def test_a_total_is_read_however_it_is_spelled(value: object, expected: int) -> None:
    assert read_total({"TotalCount": value}) == expected


@pytest.mark.parametrize(
    "body", [{}, *({"TotalCount": value} for value in ("", "abc", -1, "-1", 1.5, None, True, [], 2**53, "9" * 400))]
)
def test_a_total_that_is_no_count_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ResponseError, match="TotalCount"):
        read_total(body)


@pytest.mark.parametrize(("value", "expected"), [("R", "R"), (None, ""), (5, ""), ([], "")])
def test_a_request_id_is_text_or_nothing(value: object, expected: str) -> None:
    assert read_request_id({"RequestId": value}) == expected


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
wild_jobs = st.lists(st.dictionaries(st.sampled_from(DOCUMENTED.split()), json_values) | json_values, max_size=3)


@pytest.mark.fuzz
@given(json_values | wild_jobs, json_values)
def test_any_body_gives_typed_rows_or_one_clean_error(jobs: Any, total: Any) -> None:
    body = {"RequestId": "R", "Jobs": jobs, "TotalCount": total}
    try:
        found = read_rows(body, "Jobs", JOB)
        count = read_total(body)
    except ResponseError as error:
        assert str(error).isprintable()  # noqa: PT017  # both ways out are right
        return
    assert count >= 0
    for row in found:
        assert row.id
        for field in JOB.fields:
            kind = int if field.key in INTEGERS else str
            assert getattr(row, field.name) is None or type(getattr(row, field.name)) is kind


exact_jobs = st.fixed_dictionaries(
    {"Id": st.text(max_size=4)},
    optional={
        **{key: st.none() | st.text(max_size=4) for key in TEXTS if key != "Id"},
        **{key: st.none() | st.integers(-(2**54), 2**54) for key in INTEGERS},
        "SiteId": st.integers(-(2**65), 2**65),
        "New": st.integers(),
    },
)


whole_jobs = st.fixed_dictionaries(
    {
        "Id": st.none() | st.text(max_size=4),
        **{key: st.none() | st.text(max_size=4) for key in TEXTS if key != "Id"},
        **{key: st.none() | st.integers(-(2**54), 2**54) for key in INTEGERS},
        "SiteId": st.integers(-(2**65), 2**65),
    }
)


@pytest.mark.fuzz
@given(st.lists(whole_jobs, max_size=3) | st.lists(exact_jobs, max_size=3) | wild_jobs)
def test_the_fast_reading_gives_what_the_careful_one_gives(jobs: list[Any]) -> None:
    body = {"RequestId": "R", "Jobs": jobs}

    def outcome(read: Callable[[], list[Job]]) -> list[Job] | str:
        try:
            return read()
        except ResponseError as error:
            return str(error)

    careful = outcome(lambda: [read_row(row, JOB, body, f"Jobs[{n}]") for n, row in enumerate(jobs)])
    assert outcome(lambda: read_rows(body, "Jobs", JOB)) == careful
    raw = json.dumps({**body, "TotalCount": "3"}).encode()
    try:
        decoded = interpret("A", Answer(200, {}, raw), page=JOB.page("Jobs"))
    except ResponseError:
        # NaN and the like, which Python writes, are no JSON.
        return
    # Half a character, which is replaced when it is decoded.
    if "\\ud" not in raw.decode():
        assert outcome(lambda: read_rows(decoded, "Jobs", JOB)) == careful


def test_what_the_service_documents_is_read_in_one_step() -> None:
    assert _read_exact([dict(job.fields) for job in seeded_jobs(SITE_ID)], JOB) is not None
    assert _read_exact([{"Id": "a", "JobId": "b", "Interval": 60, "SliceLen": 10}], EXECUTION) is not None


def test_what_is_not_documented_may_be_nested_as_deeply_as_it_likes() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    (row,) = rows({"Id": "a", "UrlCount": "5", "Added": deep})
    assert row.urlCount == 5


FIRST_READ = """
import sys, threading
from typing import Annotated
import msgspec
from pulumi_resource_alicloud_esa.esa import models, rows
from pulumi_resource_alicloud_esa.esa.json_text import decode_page

# Many numbers, each of which lets other threads run while its type is made ready.
numbers = [(f"n{index}", models._Integer) for index in range(40)]
sys.setswitchinterval(1e-6)
for _ in range(50):
    kind = msgspec.defstruct("Kind", [("id", models._Id), *numbers], bases=(models.Entry,))
    shape = models.Shape(kind)
    barrier = threading.Barrier(8)

    def read():
        barrier.wait()
        found = rows.read_rows({"Jobs": [{"Id": "1", "N39": 3}]}, "Jobs", shape)
        assert [(row.id, row.n0, row.n39) for row in found] == [("1", None, 3)]
        assert decode_page(b'{"RequestId":"R","TotalCount":0,"Jobs":[]}', shape.page("Jobs"))["Jobs"] == []

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("read by all")
"""


def test_many_threads_may_be_the_first_to_read_a_kind_of_entry() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_READ], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "read by all\n", "")
