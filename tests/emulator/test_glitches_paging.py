"""The lies about pages: what a client that trusts the numbers would get wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from emulator import EMPTY_SITE_ID, EXAMPLE_SITE_ID, SITE_ID, Emulator, Glitch

if TYPE_CHECKING:
    from tests.support.caller import Caller


def page(caller: Caller, number: int, size: int = 10) -> list[str]:
    body = caller.call(SiteId=SITE_ID, PageNumber=number, PageSize=size).json
    return [job["Id"].strip() for job in body["Jobs"]]


def test_a_clamped_page_size_pages_by_the_smaller_size(shared: Emulator, shared_caller: Caller) -> None:
    ids = [job.id for job in shared.store.jobs(SITE_ID)]
    shared.glitches.add(Glitch(clamp_page_size=7))
    assert page(shared_caller, 1, 100) == ids[:7]
    assert page(shared_caller, 2, 100) == ids[7:14]
    assert page(shared_caller, 2, 5) == ids[5:10]


def test_an_ignored_page_size_is_twenty(shared: Emulator, shared_caller: Caller) -> None:
    ids = [job.id for job in shared.store.jobs(SITE_ID)]
    shared.glitches.add(Glitch(ignore_page_size=True))
    assert page(shared_caller, 1, 100) == ids[:20]
    assert page(shared_caller, 2, 5) == ids[20:40]


def test_a_repeated_first_page_comes_back_for_every_number(shared: Emulator, shared_caller: Caller) -> None:
    ids = [job.id for job in shared.store.jobs(SITE_ID)]
    shared.glitches.add(Glitch(repeat_first_page=True))
    assert page(shared_caller, 1) == page(shared_caller, 3) == ids[:10]


def test_a_job_deleted_in_the_walk_moves_the_next_page_up(shared: Emulator, shared_caller: Caller) -> None:
    ids = [job.id for job in shared.store.jobs(SITE_ID)]
    shared.glitches.add(Glitch(shift="delete", page=1, times=1))
    assert page(shared_caller, 1) == ids[:10]
    assert page(shared_caller, 2) == ids[11:21]
    assert len(shared.store.jobs(SITE_ID)) == 44


def test_a_job_inserted_in_the_walk_moves_the_next_page_down(shared: Emulator, shared_caller: Caller) -> None:
    ids = [job.id for job in shared.store.jobs(SITE_ID)]
    shared.glitches.add(Glitch(shift="insert", page=2, times=1))
    assert page(shared_caller, 1) == ids[:10]
    assert page(shared_caller, 2) == ids[10:20]
    assert page(shared_caller, 3) == ids[19:29]


def test_a_deletion_on_an_empty_site_does_nothing(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(shift="delete"))
    assert shared_caller.call(SiteId=EMPTY_SITE_ID).json["Jobs"] == []


@pytest.mark.parametrize(
    ("spelling", "expected"), [(None, "45"), ("number", 45), ("wrong", "52"), ("empty", ""), ("abc", "abc")]
)
def test_the_total_is_spelled_as_told(
    shared: Emulator, shared_caller: Caller, spelling: Any, expected: str | int
) -> None:
    shared.glitches.add(Glitch(total_count=spelling))
    body = shared_caller.call(SiteId=SITE_ID).json
    assert body["TotalCount"] == expected
    assert len(body["Jobs"]) == 20


def test_a_total_can_be_left_out(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(total_count="missing"))
    assert list(shared_caller.call(SiteId=SITE_ID).json) == ["RequestId", "Jobs"]


def test_numbers_can_be_spelled_as_text(shared: Emulator, shared_caller: Caller) -> None:
    plain = shared_caller.call(SiteId=EXAMPLE_SITE_ID).json["Jobs"][0]
    shared.glitches.add(Glitch(numbers_as_text=True))
    spelled = shared_caller.call(SiteId=EXAMPLE_SITE_ID).json["Jobs"][0]
    assert spelled == {name: str(value) for name, value in plain.items()}
    assert isinstance(plain["SiteId"], int)


def test_several_lies_about_pages_apply_together(shared: Emulator, shared_caller: Caller) -> None:
    shared.glitches.add(Glitch(clamp_page_size=5), Glitch(repeat_first_page=True, total_count="wrong"))
    ids = [job.id for job in shared.store.jobs(SITE_ID)]
    assert page(shared_caller, 4) == ids[:5]
