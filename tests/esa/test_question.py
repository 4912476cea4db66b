"""An answer is held against its question, and against itself: what does not fit is an error, never data."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import PartialAnswer, ResponseError
from pulumi_resource_alicloud_esa.esa.query import JobQuery
from pulumi_resource_alicloud_esa.esa.service import Service

from tests.support.clients import NewService
from tests.support.servers import JsonServer

SITE, OTHER_SITE = "190007158391808", "190007158391809"
JOB, OTHER_JOB = "665d3af3621bccf3fe29e1a4", "665d3af3621bccf3fe29e1a5"
Answering = Callable[..., Service]


@pytest.fixture
def answering(new_service: NewService) -> Iterator[Answering]:
    """A service whose server answers each page with the body of its number, the last one for all that follow."""
    servers: list[JsonServer] = []

    def make(*bodies: dict[str, Any]) -> Service:
        def respond(parameters: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
            body = bodies[min(int(parameters.get("PageNumber", 1)), len(bodies)) - 1]
            return 200, {}, json.dumps({"RequestId": "R-1", **body}).encode()

        servers.append(JsonServer(respond))
        return new_service(servers[-1].__enter__().url, concurrency=1)

    yield make
    for server in servers:
        server.__exit__()


def page(*jobs: dict[str, Any], total: Any = None) -> dict[str, Any]:
    return {"TotalCount": str(len(jobs)) if total is None else total, "Jobs": list(jobs)}


def jobs(service: Service, size: int = 50, number: int | None = None) -> list[Any]:
    return service.jobs(JobQuery(SITE, page_size=size, page_number=number), Deadline(10)).rows


# --- another question's answer ---


@pytest.mark.parametrize("site", [int(OTHER_SITE), OTHER_SITE])
@pytest.mark.parametrize("number", [None, 1])
def test_a_job_of_another_site_is_an_error(answering: Answering, site: object, number: int | None) -> None:
    service = answering(page({"Id": "a", "SiteId": int(SITE)}, {"Id": "b", "SiteId": site}))
    with pytest.raises(ResponseError) as caught:
        jobs(service, number=number)
    assert str(caught.value) == (
        f"unexpected answer: Jobs[1].SiteId is '{OTHER_SITE}', but {SITE} was asked for: "
        "it answers another question (RequestId R-1)"
    )


def test_a_job_of_another_site_on_a_later_page_is_an_error(answering: Answering) -> None:
    service = answering(page({"Id": "a"}, total=2), page({"Id": "b", "SiteId": OTHER_SITE}, total=2))
    with pytest.raises(ResponseError, match=r"Jobs\[0\]\.SiteId"):
        jobs(service, size=1)


def test_a_job_that_names_its_site_in_any_spelling_or_not_at_all_is_read(answering: Answering) -> None:
    service = answering(page({"Id": "a", "SiteId": float(SITE)}, {"Id": "b", "SiteId": f" {SITE} "}, {"Id": "c"}))
    assert [job.siteId for job in jobs(service)] == [SITE, SITE, None]


def test_another_job_than_the_one_asked_for_is_an_error(answering: Answering) -> None:
    with pytest.raises(ResponseError, match=f"Id is '{OTHER_JOB}', but {JOB} was asked for"):
        answering({"Id": OTHER_JOB}).job(JOB, Deadline(5))
    with pytest.raises(ResponseError, match="answers another question"):
        answering({"Id": OTHER_JOB}).find_job(JOB, Deadline(5))
    assert answering({"Id": f"{JOB.upper()}\n"}).job(JOB, Deadline(5))[1].id == JOB.upper()


def test_an_execution_of_another_job_is_an_error(answering: Answering) -> None:
    found = [{"Id": "x", "JobId": JOB}, {"Id": "y", "JobId": OTHER_JOB}]
    with pytest.raises(ResponseError, match=rf"Executions\[1\]\.JobId is '{OTHER_JOB}', but {JOB} was asked for"):
        answering({"TotalCount": 2, "Executions": found}).executions(JOB, Deadline(5))
    fitting = answering({"TotalCount": 2, "Executions": [found[0], {"Id": "z"}]}).executions(JOB, Deadline(5))
    assert [execution.id for execution in fitting.rows] == ["x", "z"]


# --- an answer that says two things ---


@pytest.mark.parametrize("number", [None, 1])
def test_one_id_with_two_contents_on_a_page_is_an_error(answering: Answering, number: int | None) -> None:
    service = answering(page({"Id": "a", "Name": "x"}, {"Id": "a", "Name": "y"}, total=1))
    with pytest.raises(ResponseError, match=r"Jobs\[1\] has the Id of another row and other contents"):
        jobs(service, number=number)


def test_one_id_with_two_contents_on_two_pages_is_an_error(answering: Answering) -> None:
    first = page({"Id": "a", "Name": "x"}, {"Id": "b"}, total=3)
    second = page({"Id": "c"}, {"Id": "a", "Name": "y"}, total=3)
    with pytest.raises(PartialAnswer, match="row a is there twice, on page 2 with other contents, twice in a row"):
        jobs(answering(first, second), size=2)


def test_a_row_that_came_twice_with_one_content_is_one_job(answering: Answering) -> None:
    first = page({"Id": "a", "Name": "x"}, {"Id": "b"}, total=3)
    second = page({"Id": "c"}, {"Id": "a", "Name": "x"}, total=3)
    assert [job.id for job in jobs(answering(first, second), size=2)] == ["a", "b", "c"]


def test_executions_that_repeat_are_an_error(answering: Answering) -> None:
    same = {"Id": "x", "Status": "waiting"}
    with pytest.raises(PartialAnswer, match="1 different rows, but TotalCount is 2"):
        answering({"TotalCount": 2, "Executions": [same, same]}).executions(JOB, Deadline(5))
    with pytest.raises(ResponseError, match="other contents"):
        answering({"TotalCount": 2, "Executions": [same, {**same, "Status": "failed"}]}).executions(JOB, Deadline(5))


def test_a_repeated_key_in_a_row_is_an_error(new_service: NewService) -> None:
    body = b'{"TotalCount":"1","Jobs":[{"Id":"a","Name":"x","Name":"y"}]}'
    with (
        JsonServer(lambda _: (200, {}, body)) as server,
        pytest.raises(ResponseError, match="gives 'Name' twice"),
    ):
        jobs(new_service(server.url))


# --- an empty list that is not written ---

ABSENT: list[dict[str, Any]] = [{"Jobs": None}, {}]


@pytest.mark.parametrize("absent", ABSENT)
@pytest.mark.parametrize("total", ["0", 0])
@pytest.mark.parametrize("number", [None, 1, 3])
def test_no_list_with_a_total_of_nothing_is_an_empty_site(
    answering: Answering, absent: dict[str, Any], total: object, number: int | None
) -> None:
    assert jobs(answering({"TotalCount": total, **absent}), number=number) == []


@pytest.mark.parametrize("absent", ABSENT)
@pytest.mark.parametrize("total", ["1", 45, "", None])
@pytest.mark.parametrize("number", [None, 1])
def test_no_list_with_any_other_total_is_an_error_in_plain_words(
    answering: Answering, absent: dict[str, Any], total: object, number: int | None
) -> None:
    with pytest.raises(ResponseError) as caught:
        jobs(answering({"TotalCount": total, **absent}), number=number)
    assert "None" not in str(caught.value)


def test_no_list_on_a_later_page_is_an_error(answering: Answering) -> None:
    with pytest.raises(ResponseError, match="Jobs is null where a list is documented"):
        jobs(answering(page({"Id": "a"}, total=2), {"Jobs": None, "TotalCount": 2}), size=1)


def test_no_list_on_the_page_after_a_full_last_one_is_its_end(answering: Answering) -> None:
    # A service that leaves empty lists out leaves this one out too; all that TotalCount announced is there.
    full = page({"Id": "a"}, {"Id": "b"}, total=2)
    assert [job.id for job in jobs(answering(full, {"TotalCount": 2}), size=2)] == ["a", "b"]
    assert jobs(answering(full, {"TotalCount": 2}), size=2, number=2) == []


def test_executions_that_are_not_listed_are_none_only_with_a_total_of_nothing(answering: Answering) -> None:
    assert answering({"TotalCount": 0, "Executions": None}).executions(JOB, Deadline(5)).rows == []
    with pytest.raises(ResponseError, match="Executions is missing where a list is documented"):
        answering({"TotalCount": 1}).executions(JOB, Deadline(5))
