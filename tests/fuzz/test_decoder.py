"""Whatever a server sends is typed rows or one clean line: bytes, broken JSON, JSON of another shape, odd headers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.seed import SITE_ID, seeded_jobs
from tests.support.decoder import SECRET, decode

STATUS = st.sampled_from([200, 200, 204, 302, 400, 403, 404, 407, 418, 429, 500, 502, 503])
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "x-acs-retry-after", "Retry-After", "Date", "x-acs-request-id"]),
    st.one_of(
        st.sampled_from(["application/json", "text/xml", "0", "-1", "9" * 30, "Wed, 21 Oct 2015 07:28:00 GMT"]),
        st.text(max_size=20),
    ),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.just(f"x {SECRET} y")
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=8), inner, max_size=4)),
    max_leaves=8,
)
KEYS = ["RequestId", "TotalCount", "Jobs", "Code", "code", "Message", "Success", "HostId", "Recommend"]
BODIES = st.one_of(JSON, st.dictionaries(st.sampled_from(KEYS), JSON))


@pytest.mark.fuzz
@given(STATUS, HEADERS, st.one_of(st.binary(max_size=300), BODIES.map(lambda value: json.dumps(value).encode())))
def test_any_answer_is_rows_or_one_clean_line(status: int, headers: dict[str, str], body: bytes) -> None:
    decode(status, headers, body)


@pytest.mark.fuzz
@given(st.data())
def test_a_right_answer_with_one_thing_wrong(data: st.DataObject) -> None:
    body = page()
    target: Any = data.draw(st.sampled_from([body, body["Jobs"][0]]))
    key = data.draw(st.sampled_from(sorted(target)))
    if data.draw(st.booleans()):
        target[key] = data.draw(JSON)
    else:
        del target[key]
    decode(200, {}, json.dumps(body).encode())


@pytest.mark.fuzz
@given(st.data())
def test_a_right_answer_with_bytes_changed_or_missing(data: st.DataObject) -> None:
    body = bytearray(json.dumps(page()).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    decode(200, {}, bytes(body))


def test_the_page_that_is_broken_here_is_right_when_it_is_not() -> None:
    assert decode(200, {}, json.dumps(page()).encode()) is None


def page() -> dict[str, Any]:
    """A right answer with two jobs."""
    jobs = [dict(job.fields) for job in seeded_jobs(SITE_ID, 2)]
    return {"RequestId": "R-1", "TotalCount": "2", "Jobs": jobs}
