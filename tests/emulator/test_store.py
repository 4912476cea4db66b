"""Jobs added, changed, deleted and reordered while the emulator runs, and big sites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from emulator import EMPTY_SITE_ID, EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, SITE_ID, Emulator

if TYPE_CHECKING:
    from tests.support.caller import Caller


def listed(caller: Caller, site_id: int) -> list[dict[str, object]]:
    jobs: list[dict[str, object]] = caller.call(SiteId=site_id, PageSize=100_000).json["Jobs"]
    return jobs


def test_an_added_job_is_on_top_and_complete(shared: Emulator, shared_caller: Caller) -> None:
    job = shared.store.add(EXAMPLE_SITE_ID, Name="mine", Domains="a.example.com")
    first, second = listed(shared_caller, EXAMPLE_SITE_ID)
    assert (first["Name"], first["Domains"], first["Id"]) == ("mine", "a.example.com", job.id + "\n")
    assert set(first) == set(second)
    assert first["SiteId"] == EXAMPLE_SITE_ID


def test_an_added_job_stands_where_its_creation_time_puts_it(shared: Emulator) -> None:
    shared.store.add(SITE_ID, CreatedAt="2024-06-15T00:00:00Z")
    created = [job.created_ms for job in shared.store.jobs(SITE_ID)]
    assert created == sorted(created, reverse=True)


def test_a_changed_job_keeps_its_place_and_its_other_fields(shared: Emulator, shared_caller: Caller) -> None:
    before = listed(shared_caller, SITE_ID)
    shared.store.change(SITE_ID, EXAMPLE_JOB_ID, UrlCount=99, ErrorInfo=None)
    after = listed(shared_caller, SITE_ID)
    place = next(index for index, job in enumerate(before) if job["Name"] == "example")
    expected = {**before[place], "UrlCount": 99}
    del expected["ErrorInfo"]
    assert after == [*before[:place], expected, *before[place + 1 :]]


def test_a_deleted_job_is_gone(shared: Emulator, shared_caller: Caller) -> None:
    shared.store.delete(EXAMPLE_SITE_ID, EXAMPLE_JOB_ID)
    assert listed(shared_caller, EXAMPLE_SITE_ID) == []
    with pytest.raises(KeyError):
        shared.store.delete(EXAMPLE_SITE_ID, EXAMPLE_JOB_ID)


def test_a_shuffle_reorders_and_loses_nothing(shared: Emulator) -> None:
    before = shared.store.jobs(SITE_ID)
    shared.store.shuffle(SITE_ID, 1)
    after = shared.store.jobs(SITE_ID)
    assert after != before
    assert sorted(job.id for job in after) == sorted(job.id for job in before)


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"Nmae": "x"}, "unknown job field Nmae"),
        ({"UrlCount": "5"}, "UrlCount must be a number, not '5'"),
        ({"UrlCount": True}, "UrlCount must be a number"),
        ({"Name": 5}, "Name must be a text, not 5"),
        ({"CreatedAt": "yesterday"}, "CreatedAt must look like"),
        ({"CreatedAt": None}, "CreatedAt must look like"),
        ({"Id": "short"}, "Id must be 24"),
    ],
)
def test_a_bad_field_is_refused_in_one_line(shared: Emulator, fields: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        shared.store.add(SITE_ID, **fields)
    with pytest.raises(ValueError, match=complaint):
        shared.store.change(SITE_ID, EXAMPLE_JOB_ID, **fields)
    assert len(shared.store.jobs(SITE_ID)) == 45


def test_an_id_is_not_given_twice_or_changed(shared: Emulator) -> None:
    with pytest.raises(ValueError, match="already has a job"):
        shared.store.add(SITE_ID, Id=EXAMPLE_JOB_ID)
    with pytest.raises(ValueError, match="cannot be changed"):
        shared.store.change(SITE_ID, EXAMPLE_JOB_ID, Id="0" * 24)


def test_a_site_may_hold_many_jobs(shared: Emulator, shared_caller: Caller) -> None:
    shared.store.generate(EMPTY_SITE_ID, 3000)
    jobs = listed(shared_caller, EMPTY_SITE_ID)
    assert len({job["Id"] for job in jobs}) == 3000
    assert all(re.fullmatch(r"[0-9a-f]{24}\n", str(job["Id"])) for job in jobs)
    assert jobs == sorted(jobs, key=lambda job: str(job["CreatedAt"]), reverse=True)


def test_reset_brings_the_start_back(shared: Emulator, shared_caller: Caller) -> None:
    before = listed(shared_caller, SITE_ID)
    shared.store.change(SITE_ID, EXAMPLE_JOB_ID, Name="other")
    shared.store.add(SITE_ID)
    shared.keys.disable("testAccessKeyId")
    shared.reset()
    assert listed(shared_caller, SITE_ID) == before
    assert len(shared.requests) == 1
