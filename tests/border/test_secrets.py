"""What a program marked secret stays so on its way through, and is in no text."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from pulumi.runtime import proto, rpc
from pulumi_resource_alicloud_esa.engine.secrets import without_secrets
from pulumi_resource_alicloud_esa.engine.values import Properties, Secret, to_plain
from pulumi_resource_alicloud_esa.engine.wire import to_struct

from emulator import EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, FOREIGN_SITE_ID, SITE_ID, Emulator
from tests.support.running import LIST, URN, Running

DRIFT = "alicloud-esa:index:getScheduledPreloadJobsDrift"
JOB = "alicloud-esa:index:getScheduledPreloadJob"


def test_the_engines_marks_are_known_by_the_name_of_the_property() -> None:
    output = {rpc._special_sig_key: rpc._special_output_value_sig, "value": "x", "secret": True}
    plain_output = {rpc._special_sig_key: rpc._special_output_value_sig, "value": "x", "secret": False}
    secret = {rpc._special_sig_key: rpc._special_secret_sig, "value": "x"}
    struct = struct_pb2.Struct()
    struct.update(
        {"a": secret, "b": [{"c": [secret]}], "d": output, "e": plain_output, "f": "x", "g": {}, "h": [output]}
    )
    assert to_plain(struct).secret == {"a", "b", "d", "h"}


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("'hunter2' is not a site id", "hunter2", "'[secret]' is not a site id"),
        ("'HUNTER2' is not a site id", "hunter2", "'[secret]' is not a site id"),
        ("'a\\nb c' is not accepted", "a\nb c", "'[secret]' is not accepted"),
        ("'hunter2' is not accepted", " hunter2 ", "'[secret]' is not accepted"),
        ("site 190007158391808: drift", 190007158391808, "site [secret]: drift"),
        (
            "5 is not accepted; give a whole number from 15 to 50",
            5,
            "[secret] is not accepted; give a whole number from 15 to 50",
        ),
        (f"'{'x' * 76}... is", "x" * 100, "'[secret]... is"),
        ("job abcdef of site 1", "190007158391808:abcdef", "job [secret] of site 1"),
        ("'b' in a list", ["a1", {"k": "b"}], "'[secret]' in a list"),
        ("true is not accepted", True, "true is not accepted"),
        ("nothing", "", "nothing"),
    ],
)
def test_a_text_is_shown_without_what_is_secret(text: str, value: Any, expected: str) -> None:
    assert without_secrets(text, Properties({"a": value, "b": "not"}, frozenset({"a"}))) == expected
    assert without_secrets(text, Properties({"a": value}, frozenset())) == text
    assert without_secrets(text, {"a": value}) == text


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({"siteId": "hunter2"}, "siteId: the text given is not a site id; give its digits, such as 190007158391808"),
        ({"siteId": "hun'ter2"}, "siteId: the text given is not a site id; give its digits, such as 190007158391808"),
        ({"siteId": "h" * 200}, "siteId: the text given is not a site id; give its digits, such as 190007158391808"),
        (
            {"siteId": str(SITE_ID), "pageSize": 0},
            "pageSize: 0 is not accepted; give a whole number from 1 to 2147483647",
        ),
    ],
)
def test_a_function_quotes_no_text_as_the_sdks_do_not_say_what_is_secret(
    shared: Emulator, inputs: dict[str, Any], text: str
) -> None:
    running = Running({**shared.environment(), "PULUMI_PROJECT": "a program's"})
    try:
        assert running.failure(**inputs)[1] == text
    finally:
        running.stop()


def test_what_was_typed_is_quoted_where_there_is_no_program(running: Running) -> None:
    assert running.failure(siteId="abc")[1].startswith("siteId: 'abc' is not a site id")


@pytest.mark.parametrize(
    ("token", "inputs", "hidden"),
    [
        (LIST, {"siteId": Secret("hunter2-site")}, "hunter2-site"),
        (LIST, {"siteId": str(SITE_ID), "nameRegex": Secret("(hunter2")}, "(hunter2"),
        (LIST, {"siteId": str(SITE_ID), "ids": ["a", Secret(" ")], "domain": Secret([1234567])}, "1234567"),
        (LIST, {"siteId": Secret(str(FOREIGN_SITE_ID))}, str(FOREIGN_SITE_ID)),
        (JOB, {"jobId": EXAMPLE_JOB_ID, "siteId": Secret("7777777")}, "7777777"),
        (DRIFT, {"siteId": Secret(str(SITE_ID)), "expected": [{"name": "x"}], "failOnDrift": True}, str(SITE_ID)),
    ],
)
def test_an_error_omits_what_the_program_marked_secret(
    running: Running, token: str, inputs: dict[str, Any], hidden: str
) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        running.stub.Invoke(proto.InvokeRequest(tok=token, args=to_struct(inputs)))
    text = caught.value.details()  # type: ignore[attr-defined]
    assert hidden not in text
    assert text


def test_a_fault_of_the_resource_omits_what_the_program_marked_secret(running: Running) -> None:
    news = to_struct({"siteId": Secret("hunter2"), "ignoreFields": Secret(["hunter3"]), "taskType": "preload"})
    response = running.stub.Check(proto.CheckRequest(urn=URN, news=news))
    assert [failure.property for failure in response.failures] == ["siteId", "ignoreFields"]
    assert "hunter" not in str([failure.reason for failure in response.failures])
    assert "give its digits" in response.failures[0].reason


def test_what_a_secret_led_to_is_secret(running: Running) -> None:
    inputs = {"siteId": Secret(str(EXAMPLE_SITE_ID))}
    result = getattr(running.stub.Invoke(proto.InvokeRequest(tok=LIST, args=to_struct(inputs))), "return")
    assert to_plain(result).secret == {"requestId", "totalCount", "jobs", "ids", "names"}
    assert to_plain(result)["names"] == ["example"]


def test_the_resource_keeps_what_is_secret_and_marks_nothing_else(running: Running, shared: Emulator) -> None:
    site = str(EXAMPLE_SITE_ID)
    news = to_struct({"siteId": site, "nameRegex": Secret("ex")})
    checked = running.stub.Check(proto.CheckRequest(urn=URN, news=news)).inputs
    assert to_plain(checked).secret == {"nameRegex"}
    created = running.stub.Create(proto.CreateRequest(urn=URN, properties=checked)).properties
    assert to_plain(created).secret == {"nameRegex"}
    # As after additionalSecretOutputs: [jobs]
    state = to_struct({**to_plain(created), "nameRegex": Secret("ex"), "jobs": Secret(to_plain(created)["jobs"])})
    read = running.stub.Read(proto.ReadRequest(id=site, urn=URN, properties=state, inputs=checked))
    assert to_plain(read.properties).secret == {"nameRegex", "jobs"}
    # The inputs too: the next check sees nothing else, and has to hide them in its lines.
    assert to_plain(read.inputs).secret == {"nameRegex", "jobs"}
    # Carried over as it was.
    again = running.stub.Check(proto.CheckRequest(urn=URN, news=news, olds=read.properties)).inputs
    assert to_plain(again).secret == {"nameRegex", "jobs"}
    assert to_plain(again) == to_plain(checked)
