"""The provider's configuration: every wrong value a fault on its property, both spellings read, secrets never shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.cli.json_text import json_text
from pulumi_resource_alicloud_esa.config import (
    AssumeRole,
    AssumeRoleWithOidc,
    Settings,
    read_settings,
)
from pulumi_resource_alicloud_esa.engine.values import Secret
from pulumi_resource_alicloud_esa.esa.errors import InvalidInput
from pulumi_resource_alicloud_esa.esa.keys import Credentials
from pulumi_resource_alicloud_esa.esa.proxy import Proxy
from rich.pretty import pretty_repr


def faults(values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as caught:
        read_settings(values, {})
    assert "hunter2" not in f"{caught.value} {caught.value!r}"
    return {fault.path: fault.reason for fault in caught.value.faults}


def test_the_defaults_are_those_that_are_documented() -> None:
    settings = read_settings({}, {})
    assert (settings.max_concurrency, settings.max_attempts, settings.timeout_seconds) == (8, 5, 120)
    assert (settings.connect_milliseconds, settings.read_milliseconds) == (5000, 30_000)


def test_nothing_given_is_all_defaults() -> None:
    assert read_settings({}, {}) == Settings()
    assert read_settings({"version": "1.2.3", "region": "", "profile": None}, {}) == Settings()


def test_values_of_a_stack_file_are_text() -> None:
    settings = read_settings(
        {"maxConcurrency": "16", "maxAttempts": "3", "timeoutSeconds": "60", "clientReadTimeout": "1000"}, {}
    )
    assert settings == Settings(max_concurrency=16, max_attempts=3, timeout_seconds=60, read_milliseconds=1000)


def test_values_of_a_program_are_numbers() -> None:
    assert read_settings({"maxConcurrency": 16.0, "clientConnectTimeout": 250}, {}) == Settings(
        max_concurrency=16, connect_milliseconds=250
    )


ROLE = {"roleArn": "r", "sessionName": "s", "policy": "{}", "sessionExpiration": 900, "externalId": "e"}
OIDC = {
    "oidcProviderArn": "p",
    "oidcTokenFile": "f",
    "oidcToken": "hunter2",
    "roleArn": "r",
    "roleSessionName": "s",
    "policy": "{}",
    "sessionExpiration": "43200",
}


@pytest.mark.parametrize("shape", [lambda v: v, json.dumps, lambda v: [v], lambda v: json.dumps([v])])
def test_objects_may_be_json_or_lists_of_one(shape: Any) -> None:
    settings = read_settings({"assumeRole": shape(ROLE), "assumeRoleWithOidc": shape(OIDC)}, {})
    assert settings.assume_role == AssumeRole("r", "s", "{}", 900, "e")
    assert settings.assume_role_with_oidc == AssumeRoleWithOidc("p", "f", "hunter2", "r", "s", "{}", 43200)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"accessKey": 5}, "accessKey"),
        ({"accessKey": " "}, "accessKey"),
        ({"accessKey": "a\nb"}, "accessKey"),
        ({"secretKey": "hunter2 x"}, "secretKey"),
        ({"secretKey": "hunter2\u200b"}, "secretKey"),
        ({"securityToken": "hunter2\r\nx-evil: 1"}, "securityToken"),
        ({"assumeRoleWithOidc": {"oidcToken": "hunter2 \u00e9"}}, "assumeRoleWithOidc.oidcToken"),
        ({"assumeRole": "[" * 200_000}, "assumeRole"),
        ({"assumeRole": "\ufeff" + "[" * 200_000}, "assumeRole"),
        ({"secretKey": 5}, "secretKey"),
        ({"secretKey": ["hunter2"]}, "secretKey"),
        ({"secretKey": " "}, "secretKey"),
        ({"securityToken": {"hunter2": 1}}, "securityToken"),
        ({"region": 1}, "region"),
        ({"profile": True}, "profile"),
        ({"sharedCredentialsFile": []}, "sharedCredentialsFile"),
        ({"credentialsUri": "ftp://x"}, "credentialsUri"),
        ({"credentialsUri": "file:///etc/passwd"}, "credentialsUri"),
        ({"credentialsUri": "ftp://user:hunter2@x"}, "credentialsUri"),
        ({"credentialsUri": "http://user:hunter2@127.0.0.1:1/x"}, "credentialsUri"),
        ({"credentialsUri": "https://hunter2@example.com"}, "credentialsUri"),
        ({"credentialsUri": "http://user:hunter2/@example.com"}, "credentialsUri"),
        ({"credentialsUri": "http://x\\@hunter2"}, "credentialsUri"),
        ({"credentialsUri": "http://[::1/hunter2"}, "credentialsUri"),
        ({"credentialsUri": "http://h:99999/hunter2"}, "credentialsUri"),
        ({"credentialsUri": "http:///hunter2"}, "credentialsUri"),
        ({"credentialsUri": "http://h/a\nhunter2"}, "credentialsUri"),
        ({"ecsRoleName": 1}, "ecsRoleName"),
        ({"endpoint": "http://example.com"}, "endpoint"),
        ({"endpoint": "https://user:hunter2@example.com"}, "endpoint"),
        ({"endpoint": "[::1"}, "endpoint"),
        ({"endpoint": 5}, "endpoint"),
        ({"maxConcurrency": 0}, "maxConcurrency"),
        ({"maxConcurrency": 65}, "maxConcurrency"),
        ({"maxConcurrency": "many"}, "maxConcurrency"),
        ({"maxAttempts": 0}, "maxAttempts"),
        ({"maxAttempts": 1.5}, "maxAttempts"),
        ({"timeoutSeconds": 0}, "timeoutSeconds"),
        ({"timeoutSeconds": 3601}, "timeoutSeconds"),
        ({"clientConnectTimeout": -1}, "clientConnectTimeout"),
        ({"clientReadTimeout": "1s"}, "clientReadTimeout"),
        ({"assumeRole": "{hunter2"}, "assumeRole"),
        ({"assumeRole": "5"}, "assumeRole"),
        ({"assumeRole": 5}, "assumeRole"),
        ({"assumeRole": [ROLE, ROLE]}, "assumeRole"),
        ({"assumeRole": {}}, "assumeRole.roleArn"),
        ({"assumeRole": {**ROLE, "sessionExpiration": 899}}, "assumeRole.sessionExpiration"),
        ({"assumeRole": {**ROLE, "sessionExpiration": 43201}}, "assumeRole.sessionExpiration"),
        ({"assumeRole": {**ROLE, "policy": 1}}, "assumeRole.policy"),
        ({"assumeRole": {**ROLE, "duration": 1}}, "assumeRole.duration"),
        ({"assumeRoleWithOidc": "hunter2"}, "assumeRoleWithOidc"),
        ({"assumeRoleWithOidc": {"oidcToken": ["hunter2"]}}, "assumeRoleWithOidc.oidcToken"),
        ({"assumeRoleWithOidc": {"roleARN": "r"}}, "assumeRoleWithOidc.roleARN"),
        ({"accesKey": "x"}, "accesKey"),
        ({"insecure": True}, "insecure"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_wrong_value_is_a_fault_on_its_property(values: dict[str, Any], path: str) -> None:
    found = faults(values)
    assert list(found) == [path]
    assert found[path].isprintable()


def test_a_login_in_a_credentials_uri_is_told_from_an_at_sign_elsewhere() -> None:
    assert "holds a user name or password" in faults({"credentialsUri": "http://u:hunter2@h/"})["credentialsUri"]
    for uri in ("http://169.254.1.1/role@account?a=b@c", "https://h:8443/x#@", "http://[::1]:8080/x"):
        assert read_settings({"credentialsUri": uri}, {}).credentials_uri == uri


def test_all_faults_come_at_once() -> None:
    found = faults({"maxConcurrency": 0, "endpoint": "x y", "assumeRole": {"sessionExpiration": 1}, "typo": 1})
    assert list(found) == [
        "assumeRole.roleArn",
        "assumeRole.sessionExpiration",
        "endpoint",
        "maxConcurrency",
        "typo",
    ]


def test_there_is_no_switch_for_tls() -> None:
    assert not [name for name in Settings.__struct_fields__ if "verify" in name or "insecure" in name]


@pytest.mark.parametrize(
    ("value", "expected"),
    [("1500", 1500), (" 1500 ", 1500), *((text, 30_000) for text in ("0", "-5", "soon", "²", ""))],
)
def test_timeouts_of_the_environment_that_make_no_sense_are_left_out(value: str, expected: int) -> None:
    settings = read_settings({}, {"CLIENT_READ_TIMEOUT": value})
    assert (settings.read_milliseconds, settings.connect_milliseconds) == (expected, 5000)


def test_a_timeout_of_the_configuration_comes_first() -> None:
    assert read_settings({"clientConnectTimeout": 7}, {"CLIENT_CONNECT_TIMEOUT": "9"}).connect_milliseconds == 7


def test_secrets_never_show() -> None:
    settings = read_settings(
        {"accessKey": "id", "secretKey": "hunter2", "securityToken": "hunter2", "assumeRoleWithOidc": OIDC}, {}
    )
    assert "hunter2" not in f"{settings!r} {settings} {settings.assume_role_with_oidc!r}"
    assert "secret_key" in repr(settings)
    assert settings.secret_key == "hunter2"


def test_nothing_of_the_environment_is_in_the_settings() -> None:
    env = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s", "ALIBABA_CLOUD_REGION": "r"}
    assert read_settings({}, env) == Settings()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("hunter2 x", "holds white space (character 8 of 9); copy it again"),
        ("hunter2\nx", "holds a line break (character 8 of 9); copy it again"),
        ("hunter2\x00x", "holds an unprintable character (character 8 of 9); copy it again"),
        ("hunter2\ufeffx", "holds an unprintable character (character 8 of 9); copy it again"),
        ("hunter2\u201dx", "holds a character that is not ASCII (character 8 of 9); copy it again"),
    ],
)
@pytest.mark.parametrize("name", ["accessKey", "secretKey", "securityToken"])
def test_a_character_that_no_key_holds_is_named_by_its_place(name: str, value: str, words: str) -> None:
    assert faults({name: value}) == {name: words}


@pytest.mark.parametrize("name", ["accessKey", "secretKey", "securityToken"])
def test_white_space_around_a_key_is_none_of_it(name: str) -> None:
    for around in ("x\n", " x", "\tx\r\n"):
        settings = read_settings({name: around}, {})
        assert [settings.access_key, settings.secret_key, settings.security_token].count("x") == 1


def test_a_dict_of_pythons_sdk_is_read_in_its_own_spelling() -> None:
    role = {"role_arn": "r", "session_name": "s", "policy": "{}", "session_expiration": 900, "external_id": "e"}
    oidc = {"oidc_provider_arn": "p", "oidc_token_file": "f", "role_arn": "r", "role_session_name": "s"}
    settings = read_settings({"assumeRole": role, "assumeRoleWithOidc": oidc}, {})
    assert settings.assume_role == AssumeRole("r", "s", "{}", 900, "e")
    assert settings.assume_role_with_oidc == AssumeRoleWithOidc("p", "f", None, "r", "s")
    assert list(faults({"assumeRole": {"role_arn": "r", "sesion_name": "s"}})) == ["assumeRole.sesionName"]


@pytest.mark.parametrize("variable", ["ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"])
def test_a_role_without_an_arn_takes_the_one_of_the_environment(variable: str) -> None:
    # Which is asked when the role is assumed: nothing of the environment is in the settings.
    settings = read_settings({"assumeRole": {"sessionName": "ci"}}, {variable: "acs:ram::1:role/r"})
    assert settings.assume_role == AssumeRole(session_name="ci")
    with pytest.raises(InvalidInput, match=r"^assumeRole\.roleArn: missing"):
        read_settings({"assumeRole": {"sessionName": "ci"}}, {variable: " "})


SECRETS = (
    Credentials("id", "hunter2", "hunter2"),
    Proxy("http://user:hunter2@proxy", "HTTPS_PROXY"),
    Settings(secret_key="hunter2"),
    AssumeRole(role_arn="r", policy="hunter2"),
    Secret("hunter2"),
)


@pytest.mark.parametrize("holder", SECRETS, ids=lambda holder: type(holder).__name__)
def test_no_tool_shows_a_secret(holder: Any) -> None:
    # rich asks structs and tuples for their fields, past `__repr__`, and `%` takes a tuple apart.
    assert "hunter2" not in f"{holder} {holder!r} {pretty_repr(holder)} {pretty_repr([holder])}"
    assert "hunter2" not in "%s" % holder  # noqa: UP031
    with pytest.raises(TypeError) as refused:
        json_text({"a": holder})
    assert "hunter2" not in str(refused.value)
