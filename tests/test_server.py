"""gRPC in process, over a real channel: clean statuses, one line for each fault, nothing that blocks Cancel."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime import proto
from pulumi_resource_alicloud_esa.engine.values import UNKNOWN, to_plain
from pulumi_resource_alicloud_esa.engine.wire import Written, to_struct
from pulumi_resource_alicloud_esa.schema import VERSION, schema_text

from emulator import EXAMPLE_SITE_ID, SITE_ID, Emulator, Glitch, RawAnswer
from tests.support.running import SITE, URN, Running


def test_the_schema_and_the_version_are_the_packages(running: Running) -> None:
    assert running.stub.GetSchema(proto.GetSchemaRequest()).schema == schema_text()
    assert running.stub.GetPluginInfo(empty_pb2.Empty()).version == VERSION


def test_an_invoke_gives_the_jobs(running: Running) -> None:
    result = running.invoke(**SITE)
    assert len(result["jobs"]) == 45
    assert result["jobs"][0]["siteId"] == str(SITE_ID)


@pytest.mark.parametrize("number", [float(SITE_ID), SITE_ID])
def test_a_yaml_number_is_an_exact_site(running: Running, shared: Emulator, number: float) -> None:
    running.invoke(siteId=number, pageNumber=1, pageSize=2)
    assert shared.requests[0].params["SiteId"] == str(SITE_ID)


def test_wrong_inputs_are_one_line_each(running: Running, shared: Emulator) -> None:
    code, text = running.failure(
        siteId="abc", startTime="2024-01-02T00:00:00Z", endTime="2024-01-01T00:00:00Z", pageSize=0
    )
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert [line.split(":")[0] for line in text.splitlines()] == ["siteId", "endTime", "pageSize"]
    assert shared.requests == []


@pytest.mark.parametrize(
    ("glitch", "code", "words"),
    [
        (Glitch(code="Forbidden.RAM"), grpc.StatusCode.UNKNOWN, ("Forbidden.RAM", "HTTP 403", "RequestId")),
        (Glitch(code="InvalidJob.NotFound"), grpc.StatusCode.UNKNOWN, ("InvalidJob.NotFound", "HTTP 404")),
        (Glitch(raw=RawAnswer(body=b"[]")), grpc.StatusCode.UNKNOWN, ("unexpected answer", "JSON list")),
        (Glitch(total_count="wrong"), grpc.StatusCode.UNKNOWN, ("TotalCount", "nothing partial")),
        (Glitch(raw=RawAnswer.redirect("http://127.0.0.1:1/")), grpc.StatusCode.UNKNOWN, ("redirect", "endpoint")),
    ],
)
def test_an_error_of_the_service_is_one_line(
    running: Running, shared: Emulator, glitch: Glitch, code: grpc.StatusCode, words: tuple[str, ...]
) -> None:
    shared.glitches.add(glitch)
    found, text = running.failure(**SITE)
    assert found is code
    assert text.isprintable()
    assert not [word for word in words if word not in text]


def test_no_credentials_is_its_own_status() -> None:
    server = Running({})
    try:
        code, text = server.failure(**SITE)
    finally:
        server.stop()
    assert code is grpc.StatusCode.UNAUTHENTICATED
    assert text.startswith("no credentials found; give one of")


def test_a_defect_is_one_line_without_a_traceback(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*call: Any) -> dict[str, Any]:
        raise KeyError("hunter2")

    monkeypatch.setattr(running.provider, "invoke", broken)
    code, text = running.failure(**SITE)
    assert code is grpc.StatusCode.INTERNAL
    assert text.startswith(f"a defect in alicloud-esa {VERSION}: KeyError")
    assert "hunter2" not in text


def test_jobs_are_written_while_others_are_waited_for(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    class Watched(Written):
        def add(self, entries: Sequence[Any]) -> None:
            sizes.append(len(entries))
            super().add(entries)

    monkeypatch.setattr("pulumi_resource_alicloud_esa.server.Written", Watched)
    assert running.invoke(**SITE, pageSize=20)["jobs"] == running.invoke(**SITE)["jobs"]
    assert sorted(sizes) == [5, 20, 20]


def test_text_of_any_script_survives(running: Running, shared: Emulator) -> None:
    name = "夜间预热 😀\n\x00\u202e"
    job = shared.store.jobs(EXAMPLE_SITE_ID)[0]
    shared.store.change(EXAMPLE_SITE_ID, job.id, Name=name)
    assert running.invoke(siteId=str(EXAMPLE_SITE_ID))["names"] == [name]
    shared.glitches.add(Glitch(code="InvalidJob.NotFound", message="任务不存在"))
    assert "任务不存在" in running.failure(**SITE)[1]


def test_half_a_character_does_not_break_the_answer(running: Running, shared: Emulator) -> None:
    body = rb'{"RequestId":"R","TotalCount":"1","Jobs":[{"Id":"a","Name":"\ud83d"}]}'
    shared.glitches.add(Glitch(raw=RawAnswer(body=body)))
    assert running.invoke(**SITE)["names"] == ["\ufffdd83d"]


def test_many_invokes_at_once_all_get_their_answer(running: Running) -> None:
    with ThreadPoolExecutor(40) as callers:
        answers = list(callers.map(lambda _: len(running.invoke(**SITE, pageSize=20)["jobs"]), range(80)))
    assert answers == [45] * 80


@pytest.mark.parametrize("where", ["read", "sleep"])
def test_cancel_is_served_and_ends_calls_within_a_second(running: Running, shared: Emulator, where: str) -> None:
    shared.glitches.add(
        Glitch(stall=True) if where == "read" else Glitch(code="ServiceUnavailable", retry_after=30_000)
    )
    with ThreadPoolExecutor(40) as callers:
        # More calls than there are threads: even those that wait for one must end.
        calls = [callers.submit(running.failure, **SITE) for _ in range(40)]
        time.sleep(0.5)
        began = time.monotonic()
        running.stub.Cancel(empty_pb2.Empty(), timeout=1)
        codes = [call.result(5)[0] for call in calls]
        assert time.monotonic() - began < 1.5
    assert set(codes) == {grpc.StatusCode.CANCELLED}


def test_cancel_does_not_wait_for_a_thread_that_hangs(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(running.provider, "invoke", lambda *call: released.wait(10) and {})
    with ThreadPoolExecutor(1) as caller:
        call = caller.submit(running.failure, **SITE)
        time.sleep(0.2)
        began = time.monotonic()
        running.stub.Cancel(empty_pb2.Empty(), timeout=1)
        assert call.result(5)[0] is grpc.StatusCode.CANCELLED
        assert time.monotonic() - began < 1
    released.set()


def test_check_config_marks_secrets_on_the_wire(running: Running) -> None:
    news = to_struct({"secretKey": "hunter2", "securityToken": "t", "region": "r"})
    response = running.stub.CheckConfig(proto.CheckRequest(news=news))
    signature = "4dabf18193072939515e22adb298388d"
    for name in ("secretKey", "securityToken"):
        assert signature in response.inputs.fields[name].struct_value.fields
    assert response.inputs.fields["region"].string_value == "r"
    assert not response.failures


def test_check_config_tells_each_fault_on_its_property(running: Running) -> None:
    news = to_struct(
        {"maxAttempts": 0.0, "assumeRole": {"sessionExpiration": 1.0, "roleArn": "r"}, "endpoint": UNKNOWN}
    )
    response = running.stub.CheckConfig(proto.CheckRequest(news=news))
    assert [failure.property for failure in response.failures] == ["assumeRole", "maxAttempts"]
    assert response.failures[0].reason.startswith("assumeRole.sessionExpiration: 1 is not accepted")


def test_diff_config_names_the_settings_that_differ(running: Running) -> None:
    def diff(olds: dict[str, Any], news: dict[str, Any]) -> Any:
        return running.stub.DiffConfig(proto.DiffRequest(olds=to_struct(olds), news=to_struct(news)))

    assert diff({"region": "a"}, {"region": "a"}).changes == proto.DiffResponse.DIFF_NONE
    changed = diff({"region": "a"}, {"region": "b"})
    assert (changed.changes, list(changed.diffs), list(changed.replaces)) == (
        proto.DiffResponse.DIFF_SOME,
        ["region"],
        [],
    )


def test_configure_by_args_and_by_the_older_variables(running: Running) -> None:
    request = proto.ConfigureRequest(args=to_struct({"timeoutSeconds": 7.0}))
    assert running.stub.Configure(request).supportsPreview
    assert running.provider.timeout_seconds == 7
    running.stub.Cancel(empty_pb2.Empty())
    running.stub.Configure(proto.ConfigureRequest(variables={"alicloud-esa:config:timeoutSeconds": "9"}))
    assert running.provider.timeout_seconds == 9
    running.stub.Cancel(empty_pb2.Empty())
    with pytest.raises(grpc.RpcError, match="maxConcurrency") as caught:
        running.stub.Configure(proto.ConfigureRequest(variables={"alicloud-esa:config:maxConcurrency": "0"}))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT  # type: ignore[attr-defined]


def test_a_baseline_is_checked_created_refreshed_and_updated(running: Running, shared: Emulator) -> None:
    news = to_struct(SITE)
    checked = running.stub.Check(proto.CheckRequest(urn=URN, news=news)).inputs
    assert len(to_plain(checked)["jobs"]) == 45
    created = running.stub.Create(proto.CreateRequest(urn=URN, properties=checked))
    assert created.id == str(SITE_ID)

    def refresh() -> Any:
        live = running.stub.Read(
            proto.ReadRequest(id=created.id, urn=URN, properties=created.properties, inputs=checked)
        )
        assert live.inputs == live.properties
        return running.stub.Diff(proto.DiffRequest(id=created.id, urn=URN, olds=live.properties, news=checked))

    calm = refresh()
    assert (calm.changes, calm.hasDetailedDiff) == (proto.DiffResponse.DIFF_NONE, False)
    shared.store.change(SITE_ID, shared.store.jobs(SITE_ID)[0].id, Name="renamed")
    drifted = refresh()
    assert (drifted.changes, list(drifted.diffs)) == (proto.DiffResponse.DIFF_SOME, ["jobs"])
    assert drifted.hasDetailedDiff
    assert len(drifted.detailedDiff) == 1
    assert not drifted.replaces
    running.stub.Delete(proto.DeleteRequest(id=created.id, urn=URN, properties=created.properties))
    with pytest.raises(grpc.RpcError, match="siteId") as caught:
        running.stub.Read(proto.ReadRequest(id="abc", urn=URN))
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT  # type: ignore[attr-defined]
