"""List over gRPC: every site of the account once, page by page, as the engine's `pulumi do ... list` asks for them."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from pulumi.runtime import proto
from pulumi_resource_alicloud_esa.engine.values import UNKNOWN
from pulumi_resource_alicloud_esa.engine.wire import to_struct

from emulator import Emulator, Glitch
from tests.support.running import Running

BASELINE = "alicloud-esa:index:ScheduledPreloadJobsBaseline"


def one(running: Running, token: str = BASELINE, query: dict[str, Any] | None = None, **asked: Any) -> list[Any]:
    """The messages of one List call."""
    return list(running.stub.List(proto.ListRequest(token=token, query=to_struct(query or {}), **asked)))


def pages(running: Running, **asked: Any) -> list[list[tuple[str, str]]]:
    """Every page, by the tokens that the answers give."""
    found, token = [], ""
    while True:
        answer = one(running, continuation_token=token, **asked)
        found.append([(m.result.id, m.result.name) for m in answer if m.WhichOneof("response") == "result"])
        tokens = [m.continuation.continuation_token for m in answer if m.WhichOneof("response") == "continuation"]
        if not tokens:
            return found
        (token,) = tokens


def names(emulator: Emulator) -> dict[str, object]:
    return {str(site.fields["SiteId"]): site.fields["SiteName"] for site in emulator.store.sites()}


def test_each_site_of_the_account_is_there_once_with_its_name(running: Running, shared: Emulator) -> None:
    shared.store.add_sites(60, jobs=0)
    (page,) = pages(running)
    assert dict(page) == names(shared)
    assert len(page) == len(names(shared)) >= 60


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_pages_are_no_longer_than_asked_for_and_lose_nothing(running: Running, shared: Emulator, size: int) -> None:
    shared.store.add_sites(20, jobs=0)
    found = pages(running, page_size=size)
    assert all(0 < len(page) <= size for page in found)
    rows = [row for page in found for row in page]
    assert len(rows) == len(dict(rows))
    assert dict(rows) == names(shared)


def test_a_site_that_goes_between_two_pages_hides_no_other(running: Running, shared: Emulator) -> None:
    everything = sorted(names(shared))
    first = one(running, page_size=2)
    assert [message.result.id for message in first[:2]] == everything[:2]
    shared.store.delete_site(int(everything[0]))
    rest = one(running, continuation_token=first[2].continuation.continuation_token)
    assert [message.result.id for message in rest] == everything[2:]


def test_no_more_sites_are_listed_than_the_limit(running: Running, shared: Emulator) -> None:
    assert [message.result.id for message in one(running, limit=2) if message.result.id] == sorted(names(shared))[:2]
    assert len([message for message in one(running, limit=5, page_size=1) if message.result.id]) == 1


def test_filters_are_those_of_get_sites(running: Running, shared: Emulator) -> None:
    wanted = {site_id for site_id, name in names(shared).items() if str(name).endswith(".net")}
    assert {message.result.id for message in one(running, query={"nameRegex": r"\.net$"})} == wanted != set()


def test_a_filter_that_is_not_known_yet_is_an_unknown_answer(running: Running, shared: Emulator) -> None:
    (answer,) = one(running, query={"siteName": UNKNOWN})
    assert answer.WhichOneof("response") == "computed"
    assert shared.requests == []


@pytest.mark.parametrize(
    ("token", "query", "code", "words"),
    [
        ("alicloud-esa:index:Other", {}, grpc.StatusCode.INVALID_ARGUMENT, f"no such resource; there are {BASELINE}"),
        (BASELINE, {"nameRegex": "(", "x": 1}, grpc.StatusCode.INVALID_ARGUMENT, "x: no such input"),
    ],
)
def test_what_is_wrong_is_one_line_a_fault(
    running: Running, shared: Emulator, token: str, query: dict[str, Any], code: grpc.StatusCode, words: str
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        one(running, token, query)
    error: Any = caught.value
    assert error.code() is code
    assert words in error.details()
    assert shared.requests == []


@pytest.mark.parametrize("token", ["zzz", "-1", "1\n", "\u0661", " "])
def test_a_token_that_no_answer_gave_is_an_error_and_no_empty_page(
    running: Running, shared: Emulator, token: str
) -> None:
    with pytest.raises(grpc.RpcError, match="continuation_token: not one of an earlier answer"):
        one(running, continuation_token=token)
    assert shared.requests == []


def test_sites_that_cannot_be_read_are_an_error_and_no_part_of_them_is_listed(
    running: Running, shared: Emulator
) -> None:
    shared.glitches.add(Glitch(code="Forbidden.RAM"))
    with pytest.raises(grpc.RpcError, match=r"Forbidden\.RAM"):
        one(running)
