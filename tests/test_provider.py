"""The provider in process, without gRPC: inputs before anything is sent, configuration, cancelling, the resource."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.engine.values import UNKNOWN, Secret
from pulumi_resource_alicloud_esa.esa.errors import (
    ApiError,
    Cancelled,
    CredentialsError,
    DeadlineExceeded,
    DriftFound,
    EsaError,
    InvalidInput,
)
from pulumi_resource_alicloud_esa.provider import FUNCTIONS, EsaProvider
from pulumi_resource_alicloud_esa.resources.protocol import Change

from emulator import EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, SITE_ID, Emulator, Glitch
from tests.support.clients import NewProvider
from tests.support.threads import still_running, watch_threads

LIST = "alicloud-esa:index:getScheduledPreloadJobs"
DRIFT = "alicloud-esa:index:getScheduledPreloadJobsDrift"
JOB = "alicloud-esa:index:getScheduledPreloadJob"
EXECUTIONS = "alicloud-esa:index:getScheduledPreloadExecutions"
BASELINE = "alicloud-esa:index:ScheduledPreloadJobsBaseline"
URN = f"urn:pulumi:dev::project::{BASELINE}::jobs"
SITE = {"siteId": str(SITE_ID)}


@pytest.fixture
def new_provider() -> Iterator[NewProvider]:
    providers: list[EsaProvider] = []

    def make(emulator: Emulator | None = None, **values: Any) -> EsaProvider:
        provider = EsaProvider(environment=emulator.environment() if emulator else {})
        if values:
            provider.configure(values)
        providers.append(provider)
        return provider

    yield make
    for provider in providers:
        provider.close()


# --- invokes ---


def test_an_invoke_before_configure_uses_the_environment(shared: Emulator, new_provider: NewProvider) -> None:
    result = new_provider(shared).invoke(LIST, dict(SITE))
    assert len(result["jobs"]) == result["totalCount"] == len(result["ids"]) == 45
    assert result["ids"] == [job.id for job in shared.store.jobs(SITE_ID)]
    assert len(result["requestId"]) == 36


@pytest.mark.parametrize("site", [str(SITE_ID), SITE_ID, float(SITE_ID), f" {SITE_ID}\n"])
def test_a_site_id_is_exact_on_every_way_in_and_out(shared: Emulator, new_provider: NewProvider, site: object) -> None:
    result = new_provider(shared).invoke(LIST, {"siteId": site, "pageNumber": 1, "pageSize": 1})
    assert result["jobs"][0].siteId == str(SITE_ID)
    assert shared.requests[0].params["SiteId"] == str(SITE_ID)


def test_a_site_id_beyond_what_a_double_holds_survives(shared: Emulator, new_provider: NewProvider) -> None:
    big = 2**53 + 1
    shared.store.generate(big, 2)
    result = new_provider(shared).invoke(LIST, {"siteId": str(big)})
    assert {job.siteId for job in result["jobs"]} == {str(big)}


@pytest.mark.parametrize(
    ("token", "inputs", "paths"),
    [
        (LIST, {}, ["siteId"]),
        (LIST, {"siteId": "abc", "pageNumber": 0, "nameRegex": "("}, ["siteId", "pageNumber", "nameRegex"]),
        (LIST, {**SITE, "startTime": 2, "endTime": 1}, ["endTime"]),
        (LIST, {**SITE, "siteID": 1}, ["siteID"]),
        (DRIFT, {**SITE}, ["expected"]),
        (
            DRIFT,
            {**SITE, "expected": [{"name": "a"}, {"name": "a"}, {}, 5]},
            ["expected[1].name", "expected[2].name", "expected[3]"],
        ),
        (DRIFT, {**SITE, "pageNumber": 1, "expected": []}, ["pageNumber"]),
        (
            DRIFT,
            {**SITE, "expected": [{"name": "a", "urlCount": -1, "x": 1}]},
            ["expected[0].urlCount", "expected[0].x"],
        ),
        (JOB, {}, ["jobId"]),
        (JOB, {"jobId": "x", "siteId": "y"}, ["jobId", "siteId"]),
        (EXECUTIONS, {"jobId": 5, "status": ""}, ["jobId", "status"]),
        # Beside unknown ones too.
        (LIST, {"siteId": "abc", "x": UNKNOWN}, ["siteId"]),
        (LIST, {"siteId": UNKNOWN, "pageSize": 0, "nameRegex": "("}, ["pageSize", "nameRegex"]),
        (LIST, {"nameRegex": UNKNOWN}, ["siteId"]),
        (LIST, {**SITE, "startTime": UNKNOWN, "endTime": "1", "pageNumber": 0}, ["pageNumber"]),
        (DRIFT, {"siteId": UNKNOWN, "expected": [{"name": UNKNOWN, "urlCount": -1}]}, ["expected[0].urlCount"]),
        (DRIFT, {**SITE, "expected": [{"name": "a"}, UNKNOWN, {"name": "b", "x": 1}]}, ["expected[2].x"]),
        (JOB, {"jobId": "x", "siteId": UNKNOWN}, ["jobId"]),
        (EXECUTIONS, {"jobId": UNKNOWN, "status": ""}, ["status"]),
    ],
)
def test_wrong_inputs_are_all_told_and_nothing_is_sent(
    shared: Emulator, new_provider: NewProvider, token: str, inputs: dict[str, Any], paths: list[str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        new_provider(shared).invoke(token, inputs)
    assert [fault.path for fault in caught.value.faults] == paths
    assert shared.requests == []


@pytest.mark.parametrize("token", sorted(FUNCTIONS))
def test_wrong_inputs_are_told_even_without_credentials(new_provider: NewProvider, token: str) -> None:
    with pytest.raises(InvalidInput):
        new_provider().invoke(token, {"siteId": "abc"})


def test_no_credentials_is_told_when_the_inputs_are_right(new_provider: NewProvider) -> None:
    with pytest.raises(CredentialsError, match="no credentials found"):
        new_provider().invoke(LIST, dict(SITE))


@pytest.mark.parametrize(
    "inputs", [{"siteId": UNKNOWN}, {**SITE, "ids": [EXAMPLE_JOB_ID, UNKNOWN]}, {**SITE, "x": UNKNOWN}]
)
def test_unknown_inputs_give_an_unknown_answer_without_a_request(
    shared: Emulator, new_provider: NewProvider, inputs: dict[str, Any]
) -> None:
    assert new_provider(shared).invoke(LIST, inputs) == {}
    assert shared.requests == []


def test_known_and_wrong_inputs_of_the_resource_are_told_beside_unknown_ones(
    shared: Emulator, new_provider: NewProvider
) -> None:
    provider = new_provider(shared)
    _, faults = provider.check(URN, {}, {"siteId": UNKNOWN, "pageSize": 0, "ignoreFields": ["colour", UNKNOWN]})
    assert [fault.path for fault in faults] == ["pageSize", "ignoreFields"]
    inputs, faults = provider.check(URN, {}, {"siteId": UNKNOWN, "ignoreFields": [UNKNOWN]})
    assert (inputs["jobs"], faults) == (UNKNOWN, [])
    assert shared.requests == []


def test_known_and_wrong_settings_are_told_beside_unknown_ones(new_provider: NewProvider) -> None:
    settings = {"region": UNKNOWN, "assumeRole": {"roleArn": UNKNOWN, "sessionExpiration": 1}, "maxAttempts": 0}
    _, faults = new_provider().check_config(settings)
    assert [fault.path for fault in faults] == ["assumeRole", "maxAttempts"]
    assert faults[0].reason.startswith("assumeRole.sessionExpiration: 1 is not accepted")


def test_nested_objects_are_read_in_both_spellings(shared: Emulator, new_provider: NewProvider) -> None:
    provider = new_provider(shared)
    role = {"role_arn": "acs:ram::1:role/x", "session_name": "s", "session_expiration": 900, "external_id": "e"}
    oidc = {"oidc_provider_arn": "p", "oidc_token_file": "f", "role_arn": "r", "role_session_name": "s"}
    assert provider.check_config({"assumeRole": role})[1] == []
    assert provider.check_config({"assumeRoleWithOidc": oidc})[1] == []
    _, faults = provider.check_config({"assumeRole": {**role, "roleArn": "another"}})
    assert [fault.reason.split(";")[0] for fault in faults] == ["assumeRole.role_arn: no such input"]
    expected = [{"name": "example", "url_count": 2, "task_type": "preload"}]
    result = provider.invoke(DRIFT, {"siteId": str(EXAMPLE_SITE_ID), "expected": expected})
    assert result["changed"] == []
    with pytest.raises(InvalidInput, match=r"expected\[0\]\.urlCount"):
        provider.invoke(DRIFT, {**SITE, "expected": [{"name": "a", "url_count": -1}]})


def test_an_unknown_function_lists_those_there_are(new_provider: NewProvider) -> None:
    with pytest.raises(InvalidInput, match=r"no such function; there are .*getScheduledPreloadJobs"):
        new_provider().invoke("alicloud-esa:index:getJobs", {})


def test_the_total_deadline_is_the_configurations(emulator: Emulator, new_provider: NewProvider) -> None:
    emulator.glitches.add(Glitch(stall=True))
    provider = new_provider(emulator, timeoutSeconds=1)
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded, match="within 1 seconds"):
        provider.invoke(LIST, dict(SITE))
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("token", [LIST, DRIFT, JOB, EXECUTIONS])
@pytest.mark.parametrize("code", ["InvalidUid.PermissionDenied", "InvalidAccessKeyId.NotFound", "InvalidApi.NotFound"])
def test_every_function_tells_the_services_error(
    shared: Emulator, new_provider: NewProvider, token: str, code: str
) -> None:
    shared.glitches.add(Glitch(code=code))
    inputs: dict[str, Any] = {"jobId": EXAMPLE_JOB_ID} if token in (JOB, EXECUTIONS) else dict(SITE)
    if token == DRIFT:
        inputs["expected"] = []
    if token == JOB:
        # Even where a missing job is accepted: an unknown key is answered 404 as well.
        inputs["allowMissing"] = True
    with pytest.raises(ApiError, match=code.replace(".", r"\.")):
        new_provider(shared).invoke(token, inputs)


def test_drift_fails_the_invoke_only_when_asked_for(shared: Emulator, new_provider: NewProvider) -> None:
    provider = new_provider(shared)
    inputs = {"siteId": str(EXAMPLE_SITE_ID), "expected": [{"name": "example", "urlCount": 3}]}
    result = provider.invoke(DRIFT, inputs)
    assert result["drifted"]
    assert result["changed"] == [
        {
            "name": "example",
            "jobId": EXAMPLE_JOB_ID,
            "executionId": None,
            "field": "urlCount",
            "expected": "3",
            "actual": "2",
        }
    ]
    with pytest.raises(DriftFound) as caught:
        provider.invoke(DRIFT, {**inputs, "failOnDrift": True})
    assert str(caught.value).splitlines() == [
        f"site {EXAMPLE_SITE_ID}: drift: 1 changed: example (urlCount)",
        f"job example ({EXAMPLE_JOB_ID}): urlCount 3 => 2",
    ]


# --- configuration ---


def test_check_config_marks_secrets_and_keeps_the_rest(new_provider: NewProvider) -> None:
    values = {"accessKey": "id", "secretKey": "s", "securityToken": "t", "region": "r", "endpoint": UNKNOWN}
    inputs, faults = new_provider().check_config(values)
    assert faults == []
    assert inputs == {**values, "secretKey": Secret("s"), "securityToken": Secret("t")}


def test_check_config_takes_nothing_from_the_environment(shared: Emulator, new_provider: NewProvider) -> None:
    assert new_provider(shared).check_config({}) == ({}, [])


@pytest.mark.parametrize(
    "value",
    [{"oidcToken": "t"}, {"oidc_token": "t"}, '{"oidcToken": "t"}', '{"oidc_token": "t"}', [{"oidcToken": "t"}]],
)
def test_an_oidc_token_is_a_secret_however_it_is_written(new_provider: NewProvider, value: object) -> None:
    inputs, _ = new_provider().check_config({"assumeRoleWithOidc": value})
    assert inputs == {"assumeRoleWithOidc": Secret(value)}


@pytest.mark.parametrize("value", [5, True, None, "x", [], UNKNOWN, {"oidcToken": UNKNOWN}])
def test_check_config_survives_any_value(new_provider: NewProvider, value: object) -> None:
    for name in ("assumeRoleWithOidc", "assumeRole", "secretKey", "endpoint", "maxAttempts"):
        new_provider().check_config({name: value})


def test_check_config_tells_all_faults(new_provider: NewProvider) -> None:
    _, faults = new_provider().check_config({"maxAttempts": 0, "secretKey": UNKNOWN, "endpoint": "http://example.com"})
    # Without the property where the engine would show what the program wrote: an endpoint may hold a login.
    assert [(fault.path, fault.reason.split()[0]) for fault in faults] == [("", "endpoint:"), ("maxAttempts", "0")]


def test_diff_config_names_what_differs(new_provider: NewProvider) -> None:
    provider = new_provider()
    assert provider.diff_config({"a": 1, "b": 2, "version": "1"}, {"a": 1, "b": 3, "c": 4, "version": "2"}) == [
        "b",
        "c",
    ]
    assert provider.diff_config({}, {}) == []


def test_configure_refuses_wrong_values(new_provider: NewProvider) -> None:
    with pytest.raises(InvalidInput, match="timeoutSeconds"):
        new_provider(timeoutSeconds=0)


def test_two_providers_in_one_process_do_not_mix(shared: Emulator, new_provider: NewProvider) -> None:
    with Emulator(jobs=3) as other:
        other.keys.add("otherId", "otherSecret")
        first = new_provider(shared)
        second = new_provider(endpoint=other.url, accessKey="otherId", secretKey="otherSecret")
        assert len(first.invoke(LIST, dict(SITE))["jobs"]) == 45
        assert len(second.invoke(LIST, dict(SITE))["jobs"]) == 3
        assert {record.access_key_id for record in other.requests} == {"otherId"}
        assert {record.access_key_id for record in shared.requests} == {"testAccessKeyId"}


def test_configuring_anew_takes_effect(shared: Emulator, new_provider: NewProvider) -> None:
    provider = new_provider(shared, secretKey="wrong", accessKey="testAccessKeyId")
    with pytest.raises(ApiError, match="SignatureDoesNotMatch"):
        provider.invoke(LIST, dict(SITE))
    provider.configure({})
    assert provider.invoke(LIST, dict(SITE))["jobs"]


def test_configuring_anew_leaves_running_calls_alone(emulator: Emulator, new_provider: NewProvider) -> None:
    emulator.delay = 0.1
    provider = new_provider(emulator, maxConcurrency=2)
    started = watch_threads()
    with ThreadPoolExecutor(1) as caller:
        call = caller.submit(provider.invoke, LIST, {**SITE, "pageSize": 5})
        time.sleep(0.25)
        provider.configure({})
        assert len(call.result(10)["jobs"]) == 45
    assert not still_running(started, 2)


def test_a_wrong_endpoint_variable_is_an_input_fault(new_provider: NewProvider) -> None:
    provider = EsaProvider(
        environment={"ESA_ENDPOINT": "http://example.com", "ALICLOUD_ACCESS_KEY": "a", "ALICLOUD_SECRET_KEY": "s"}
    )
    with pytest.raises(InvalidInput, match="ESA_ENDPOINT"):
        provider.invoke(LIST, dict(SITE))


# --- an early end ---


def test_cancel_ends_all_calls_and_those_to_come_until_resume(emulator: Emulator, new_provider: NewProvider) -> None:
    emulator.glitches.add(Glitch(stall=True))
    provider = new_provider(emulator)
    ended: list[float] = []

    def invoke() -> None:
        with pytest.raises(Cancelled):
            provider.invoke(LIST, dict(SITE))
        ended.append(time.monotonic())

    threads = [threading.Thread(target=invoke) for _ in range(12)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    began = time.monotonic()
    provider.cancel()
    for thread in threads:
        thread.join(5)
    assert len(ended) == 12
    assert max(ended) - began < 1
    with pytest.raises(Cancelled):
        provider.invoke(LIST, dict(SITE))
    emulator.glitches.clear()
    provider.resume()
    assert provider.invoke(LIST, dict(SITE))["jobs"]


def test_a_closed_provider_leaves_no_thread(shared: Emulator) -> None:
    started = watch_threads()
    provider = EsaProvider(environment=shared.environment())
    provider.invoke(LIST, {**SITE, "pageSize": 5})
    provider.close()
    assert not still_running(started, 3)


# --- the resource ---


def test_what_was_recorded_is_kept_until_another_question_is_asked(shared: Emulator, new_provider: NewProvider) -> None:
    provider = new_provider(shared)
    first, faults = provider.check(URN, {}, dict(SITE))
    assert faults == []
    assert len(first["jobs"]) == 45
    sent = len(shared.requests)
    again, _ = provider.check(URN, first, dict(SITE))
    assert again == first
    assert len(shared.requests) == sent
    other, _ = provider.check(URN, first, {**SITE, "taskType": "refresh"})
    assert len(shared.requests) > sent
    assert other["jobs"] != first["jobs"]


def test_another_page_size_records_nothing_anew(shared: Emulator, new_provider: NewProvider) -> None:
    provider = new_provider(shared)
    first, _ = provider.check(URN, {}, dict(SITE))
    job = shared.store.jobs(SITE_ID)[0]
    shared.store.change(SITE_ID, job.id, Name="changed by hand")
    again, _ = provider.check(URN, first, {**SITE, "pageSize": 10})
    assert again == {**first, "pageSize": 10}
    assert set(provider.diff(URN, first, again, []).changes) == {"pageSize"}


def test_the_state_has_the_types_of_the_schema(shared: Emulator, new_provider: NewProvider) -> None:
    provider = new_provider(shared)
    given = {"siteId": SITE_ID, "startTime": 1717200000000, "endTime": "2024-07-01T00:00:00Z", "pageSize": "50"}
    checked, _ = provider.check(URN, {}, given)
    expected = {**given, "siteId": str(SITE_ID), "startTime": "1717200000000", "pageSize": 50}
    assert {name: checked[name] for name in given} == expected
    _, live = provider.read(URN, str(SITE_ID), given, {})
    assert {name: live[name] for name in given} == expected
    assert provider.diff(URN, live, checked, []).changes == {}


def test_a_refresh_finds_exactly_what_changed(shared: Emulator, new_provider: NewProvider) -> None:
    provider = new_provider(shared)
    recorded, _ = provider.check(URN, {}, dict(SITE))
    counted, renamed, gone = shared.store.jobs(SITE_ID)[:3]
    _, live = provider.read(URN, str(SITE_ID), recorded, recorded)
    assert provider.diff(URN, live, recorded, []).changes == {}
    shared.store.change(SITE_ID, counted.id, TaskSubmitted=99, ErrorInfo="x")
    shared.store.shuffle(SITE_ID, 1)
    _, live = provider.read(URN, str(SITE_ID), recorded, recorded)
    assert provider.diff(URN, live, recorded, []).changes == {}
    shared.store.change(SITE_ID, renamed.id, Name="renamed")
    shared.store.delete(SITE_ID, gone.id)
    _, live = provider.read(URN, str(SITE_ID), recorded, recorded)
    # The engine turns a refresh round: what is recorded and not there is shown as deleted.
    assert provider.diff(URN, live, recorded, []).changes == {
        f"jobs{key(renamed.id)}.name": Change.UPDATE,
        f"jobs{key(gone.id)}": Change.ADD,
    }
    assert provider.diff(URN, live, recorded, ["jobs"]).changes == {}


def key(job_id: str) -> str:
    """A job's id in a property path, quoted where it is no name."""
    return f'["{job_id}"]' if job_id[0].isdigit() else f".{job_id}"


@pytest.mark.parametrize(
    "glitch", [Glitch(code="Forbidden.RAM"), Glitch(total_count="abc"), Glitch(code="InvalidJob.NotFound")]
)
def test_a_site_that_cannot_be_read_fails_the_refresh(
    shared: Emulator, new_provider: NewProvider, glitch: Glitch
) -> None:
    provider = new_provider(shared)
    recorded, _ = provider.check(URN, {}, dict(SITE))
    shared.glitches.add(glitch)
    with pytest.raises(EsaError):
        provider.read(URN, str(SITE_ID), recorded, recorded)


@pytest.mark.parametrize("types", [BASELINE, f"my:index:Component${BASELINE}", f"a:b:C$d:e:F${BASELINE}"])
def test_a_resource_is_served_wherever_it_stands(shared: Emulator, new_provider: NewProvider, types: str) -> None:
    inputs, faults = new_provider(shared).check(f"urn:pulumi:dev::project::{types}::jobs", {}, dict(SITE))
    assert (len(inputs["jobs"]), faults) == (45, [])


@pytest.mark.parametrize(
    "urn",
    [
        *("", "urn", "urn:pulumi:dev::project", "::::::"),
        *(f"urn:pulumi:dev::project::{token}:index:Other::jobs" for token in ("my", "alicloud-esa")),
    ],
)
def test_a_urn_of_nothing_that_is_served_is_one_line(new_provider: NewProvider, urn: str) -> None:
    with pytest.raises(InvalidInput, match=f"no such resource; there are {BASELINE}"):
        new_provider().check(urn, {}, dict(SITE))


def test_wrong_inputs_of_the_resource_are_faults(shared: Emulator, new_provider: NewProvider) -> None:
    _, faults = new_provider(shared).check(URN, {}, {"siteId": "x", "ignoreFields": ["y"], "pageNumber": 1})
    assert [fault.path for fault in faults] == ["siteId", "ignoreFields", "pageNumber"]
    # On the property that the engine knows, whose value it shows; where in it stands in the text.
    assert faults[1].reason.startswith("ignoreFields[0]: 'y' is not a field")
    assert shared.requests == []


def test_an_unknown_site_is_checked_later(shared: Emulator, new_provider: NewProvider) -> None:
    inputs, faults = new_provider(shared).check(URN, {}, {"siteId": UNKNOWN})
    unknown = dict.fromkeys(("siteId", "jobs", "jobCount", "recordedFields"), UNKNOWN)
    assert (inputs, faults) == (unknown, [])
    assert shared.requests == []


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"accessKey": "hunter 2"}, "accessKey"),
        ({"secretKey": "hunter 2"}, "secretKey"),
        ({"securityToken": "hunter 2"}, "securityToken"),
        ({"credentialsUri": "http://user:hunter2@127.0.0.1/"}, "credentialsUri"),
        ({"endpoint": "https://user:hunter2@127.0.0.1/"}, "endpoint"),
        ({"assumeRoleWithOidc": {"oidcToken": "hunter 2"}}, "assumeRoleWithOidc.oidcToken"),
        ({"assumeRoleWithOidc": "{hunter2"}, "assumeRoleWithOidc"),
    ],
    ids=str,
)
def test_what_may_hold_a_secret_is_never_named_as_a_property_whose_value_the_engine_shows(
    values: dict[str, Any], path: str
) -> None:
    _, faults = EsaProvider(environment={}).check_config(values)
    (fault,) = faults
    assert fault.path == ""
    assert fault.reason.startswith(f"{path}: ")
    assert "hunter" not in fault.reason
    # Others are, so that the editor can point at them.
    _, faults = EsaProvider(environment={}).check_config({"maxAttempts": 0})
    assert [fault.path for fault in faults] == ["maxAttempts"]
