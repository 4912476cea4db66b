"""Where keys come from: the order, whole pairs only, every source, one fetch for all, nothing told that is secret."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from pulumi_resource_alicloud_esa.config import Settings, read_settings
from pulumi_resource_alicloud_esa.credentials import library as credential_library
from pulumi_resource_alicloud_esa.credentials.key_pair import StaticSource
from pulumi_resource_alicloud_esa.credentials.library import ecs_source
from pulumi_resource_alicloud_esa.credentials.renewal import RenewedSource
from pulumi_resource_alicloud_esa.credentials.sources import NO_CREDENTIALS, choose_source
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import Cancelled, CredentialsError, DeadlineExceeded, ResponseError
from pulumi_resource_alicloud_esa.esa.keys import Credentials, CredentialSource

from tests.support.servers import JsonServer, RawServer
from tests.support.threads import watch_threads

ROLE = "acs:ram::1:role/deployer"
NEVER = "2099-01-01T00:00:00Z"
PAIR = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "envId", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "envSecret"}


def choose(
    env: dict[str, str] | None = None, warn: Callable[[str], None] = pytest.fail, **values: Any
) -> CredentialSource:
    return choose_source(read_settings(values, env or {}), env or {}, warn)


def keys(env: dict[str, str] | None = None, **values: Any) -> Credentials:
    return choose(env, **values).get(Deadline(10))


def failure(env: dict[str, str] | None = None, **values: Any) -> str:
    with pytest.raises(CredentialsError) as caught:
        keys(env, **values)
    line = str(caught.value)
    assert line.isprintable()
    everything = line + repr(caught.value) + "".join(traceback.format_exception(caught.value))
    assert "hunter2" not in everything
    return line


def profile_file(tmp_path: Path, **profiles: dict[str, Any]) -> str:
    path = tmp_path / "config.json"
    entries = [{"name": name, **entry} for name, entry in profiles.items()]
    path.write_text(json.dumps({"current": next(iter(profiles)), "profiles": entries}))
    return str(path)


AK = {"mode": "AK", "access_key_id": "fileId", "access_key_secret": "fileSecret"}


# --- the order ---


def test_the_configuration_comes_first() -> None:
    assert keys(PAIR, accessKey="id", secretKey="secret") == Credentials("id", "secret")


@pytest.mark.parametrize("prefix", ["ALICLOUD", "ALIBABA_CLOUD", "ALIBABACLOUD"])
def test_every_family_of_variables_is_read(prefix: str) -> None:
    id_, secret = ("_ACCESS_KEY", "_SECRET_KEY") if prefix == "ALICLOUD" else ("_ACCESS_KEY_ID", "_ACCESS_KEY_SECRET")
    env = {prefix + id_: "i", prefix + secret: "s", f"{prefix}_SECURITY_TOKEN": "t"}
    assert keys(env) == Credentials("i", "s", "t")


def test_the_families_of_variables_are_read_in_this_order() -> None:
    other = {"ALIBABACLOUD_ACCESS_KEY_ID": "x", "ALIBABACLOUD_ACCESS_KEY_SECRET": "y"}
    assert keys({**PAIR, **other}) == Credentials("envId", "envSecret")
    first = {"ALICLOUD_ACCESS_KEY": "first", "ALICLOUD_SECRET_KEY": "one"}
    assert keys({**PAIR, **other, **first}) == Credentials("first", "one")


def test_blank_variables_do_not_count() -> None:
    assert keys({**PAIR, "ALICLOUD_ACCESS_KEY": " ", "ALICLOUD_SECRET_KEY": ""}) == Credentials("envId", "envSecret")


@pytest.mark.parametrize("variable", ["ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE"])
def test_a_profile_may_be_named_in_the_environment(tmp_path: Path, variable: str) -> None:
    file = profile_file(tmp_path, a={**AK, "access_key_id": "other"}, p=AK)
    assert keys({variable: "p", "ALIBABA_CLOUD_CREDENTIALS_FILE": file}) == Credentials("fileId", "fileSecret")
    assert keys({variable: "a"}, profile="p", sharedCredentialsFile=file) == Credentials("fileId", "fileSecret")


def test_the_names_of_the_variable_for_a_profile_have_an_order(tmp_path: Path) -> None:
    profiles = {name: {**AK, "access_key_id": name} for name in ("first", "second", "third")}
    env = {"ALICLOUD_PROFILE": "first", "ALIBABA_CLOUD_PROFILE": "second", "ALIBABACLOUD_PROFILE": "third"}
    file = profile_file(tmp_path, **profiles)
    found = []
    for variable in list(env):
        found.append(keys({**env, "ALIBABA_CLOUD_CREDENTIALS_FILE": file}).access_key_id)
        env[variable] = " "
    assert found == ["first", "second", "third"]


def test_a_file_alone_means_its_current_profile(tmp_path: Path) -> None:
    assert keys(sharedCredentialsFile=profile_file(tmp_path, p=AK)).access_key_id == "fileId"


def test_a_file_in_the_home_folder_is_not_used_unasked(tmp_path: Path) -> None:
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(json.dumps({"current": "p", "profiles": [{"name": "p", **AK}]}))
    assert failure({"HOME": str(tmp_path)}) == NO_CREDENTIALS
    assert keys({"HOME": str(tmp_path)}, profile="p").access_key_id == "fileId"


def described(source: CredentialSource) -> str:
    assert isinstance(source, RenewedSource)
    return source.description


def test_the_other_sources_in_their_order_and_a_warning_names_all_that_lost(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "assumeRoleWithOidc": {"oidcProviderArn": "p", "oidcToken": "t", "roleArn": ROLE},
        "ecsRoleName": "web",
        "credentialsUri": "http://127.0.0.1:1/",
        "profile": "p",
        "sharedCredentialsFile": profile_file(tmp_path, p=AK),
    }
    warnings: list[str] = []
    assert isinstance(choose({}, warnings.append, **settings), StaticSource)
    del settings["profile"], settings["sharedCredentialsFile"]
    assert described(choose({}, warnings.append, **settings)) == "credentialsUri"
    del settings["credentialsUri"]
    assert described(choose({}, warnings.append, **settings)) == "ECS role web"
    del settings["ecsRoleName"]
    assert described(choose({}, warnings.append, **settings)) == "assumeRoleWithOidc"
    assert warnings == [
        "credentialsUri, ecsRoleName and assumeRoleWithOidc are not used: profile of the configuration comes first",
        "ecsRoleName and assumeRoleWithOidc are not used: credentialsUri of the configuration comes first",
        "assumeRoleWithOidc is not used: ecsRoleName of the configuration comes first",
    ]


@pytest.mark.parametrize(
    ("env", "values", "warning"),
    [
        (PAIR, {"ecsRoleName": "web"}, "ecsRoleName is not used: accessKey of the environment comes first"),
        (
            PAIR,
            {"profile": "p", "sharedCredentialsFile": "f", "assumeRoleWithOidc": {"roleArn": ROLE}},
            "profile, sharedCredentialsFile and assumeRoleWithOidc are not used: "
            "accessKey of the environment comes first",
        ),
        (
            {},
            {"accessKey": "i", "secretKey": "s", "credentialsUri": "http://127.0.0.1:1/"},
            "credentialsUri is not used: accessKey of the configuration comes first",
        ),
        (
            {"ALICLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/"},
            {"ecsRoleName": "web"},
            "ecsRoleName is not used: credentialsUri of the environment comes first",
        ),
        # What stands in the environment is often for other tools; a role is assumed on top, not instead.
        (
            {**PAIR, "ALIBABA_CLOUD_PROFILE": "p", "ALICLOUD_ECS_ROLE_NAME": "r"},
            {"assumeRole": {"roleArn": ROLE}},
            None,
        ),
    ],
)
def test_settings_that_are_not_used_are_warned_about(
    env: dict[str, str], values: dict[str, Any], warning: str | None
) -> None:
    warnings: list[str] = []
    choose(env, warnings.append, **values)
    assert warnings == ([warning] if warning else [])


def test_the_kind_of_source_is_noted_and_nothing_else() -> None:
    notes: list[str] = []
    settings = read_settings({"assumeRole": {"roleArn": ROLE}}, {})
    choose_source(settings, PAIR, pytest.fail, notes.append)
    choose_source(read_settings({"ecsRoleName": "web"}, {}), {}, pytest.fail, notes.append)
    assert notes == [
        "keys from accessKey of the environment, with a role assumed on top, that of assumeRole",
        "keys from ecsRoleName of the configuration",
    ]


@pytest.mark.parametrize(
    ("env", "description"),
    [
        ({"ALICLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/"}, "credentialsUri"),
        ({"ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:1/"}, "credentialsUri"),
        ({"ALICLOUD_ECS_ROLE_NAME": "r"}, "ECS role r"),
        ({"ALIBABA_CLOUD_ECS_METADATA": "r"}, "ECS role r"),
        (
            {
                "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "p",
                "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/f",
                "ALIBABA_CLOUD_ROLE_ARN": ROLE,
            },
            f"assumeRoleWithOidc ({ROLE} of ALIBABA_CLOUD_ROLE_ARN)",
        ),
    ],
)
def test_the_environment_can_name_each_of_the_other_sources(env: dict[str, str], description: str) -> None:
    assert described(choose(env)) == description


def test_a_role_is_assumed_on_top_of_any_keys(tmp_path: Path) -> None:
    expected = f"assuming {ROLE}"
    role = {"roleArn": ROLE}
    assert described(choose(PAIR, assumeRole=role)) == expected
    # An error of a role says where it came from.
    for variable in ("ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"):
        assert described(choose({**PAIR, variable: ROLE})) == f"{expected} of {variable}"
    assert described(choose(sharedCredentialsFile=profile_file(tmp_path, p=AK), assumeRole=role)) == expected
    assert described(choose(credentialsUri="http://127.0.0.1:1/", assumeRole=role)) == expected


def test_no_credentials_at_all_is_one_line_that_lists_the_ways() -> None:
    line = failure()
    for word in (
        "accessKey",
        "secretKey",
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALICLOUD_ACCESS_KEY",
        "profile",
        "~/.aliyun/config.json",
        "credentialsUri",
        "ecsRoleName",
        "assumeRoleWithOidc",
    ):
        assert word in line
    # A role alone is not a key.
    assert failure({"ALICLOUD_ASSUME_ROLE_ARN": ROLE}) == line


def test_incomplete_oidc_settings_are_an_error() -> None:
    assert "oidcTokenFile or oidcToken" in failure(assumeRoleWithOidc={"roleArn": ROLE, "oidcProviderArn": "p"})


# --- whole pairs ---


@pytest.mark.parametrize(
    ("env", "values", "missing"),
    [
        ({}, {"accessKey": "id"}, "secretKey"),
        ({}, {"secretKey": "hunter2"}, "accessKey"),
        ({"ALIBABA_CLOUD_ACCESS_KEY_ID": "id"}, {}, "secretKey"),
        ({"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "hunter2"}, {}, "accessKey"),
        # The environment's secret belongs to the environment's own key, not to this one.
        (PAIR, {"accessKey": "id"}, "secretKey"),
        ({**PAIR, "ALICLOUD_ACCESS_KEY": "id"}, {}, "secretKey"),
    ],
)
def test_half_a_pair_is_an_error_that_names_the_other_half(
    env: dict[str, str], values: dict[str, Any], missing: str
) -> None:
    assert f"but {missing} is not; set {missing}, or ALIBABA_CLOUD_ACCESS_KEY" in failure(env, **values)


def test_halves_that_belong_to_no_other_pair_may_come_from_two_places() -> None:
    assert keys({"ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s"}, accessKey="id") == Credentials("id", "s")
    assert keys({"ALIBABA_CLOUD_ACCESS_KEY_ID": "id"}, secretKey="s") == Credentials("id", "s")
    assert keys({"ALICLOUD_ACCESS_KEY": "id", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "s"}) == Credentials("id", "s")


@pytest.mark.parametrize(
    ("env", "values", "token"),
    [
        ({**PAIR, "ALIBABA_CLOUD_SECURITY_TOKEN": "t"}, {}, "t"),
        ({**PAIR, "ALICLOUD_SECURITY_TOKEN": "t"}, {}, "t"),
        (PAIR, {"securityToken": "t"}, "t"),
        ({**PAIR, "ALIBABA_CLOUD_SECURITY_TOKEN": "t"}, {"accessKey": "id", "secretKey": "s"}, None),
        ({**PAIR, "ALICLOUD_SECURITY_TOKEN": "t"}, {"accessKey": "id", "secretKey": "s"}, None),
        ({}, {"accessKey": "id", "secretKey": "s", "securityToken": "t"}, "t"),
        (
            {**PAIR, "ALIBABA_CLOUD_SECURITY_TOKEN": "t", "ALICLOUD_ACCESS_KEY": "id", "ALICLOUD_SECRET_KEY": "s"},
            {},
            None,
        ),
    ],
)
def test_a_token_is_never_put_to_somebody_elses_keys(
    env: dict[str, str], values: dict[str, Any], token: str | None
) -> None:
    assert keys(env, **values).security_token == token


@pytest.mark.parametrize(
    ("env", "values", "error"),
    [
        (
            PAIR,
            {"secretKey": "hunter2"},
            "secretKey is given, but accessKey is not, and ALIBABA_CLOUD_ACCESS_KEY_ID has a secret of its own, "
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET; set accessKey too, or remove secretKey for the environment's keys to be "
            "used",
        ),
        (
            {"ALICLOUD_ECS_ROLE_NAME": "r"},
            {"securityToken": "hunter2"},
            "securityToken of the configuration belongs to no access key; give accessKey too, or remove it",
        ),
        (
            {},
            {"securityToken": "hunter2", "credentialsUri": "http://127.0.0.1:1/"},
            "securityToken of the configuration belongs to no access key; give accessKey too, or remove it",
        ),
    ],
    ids=str,
)
def test_what_the_configuration_gives_and_nothing_can_use_is_an_error(
    env: dict[str, str], values: dict[str, Any], error: str
) -> None:
    assert failure(env, **values) == error


def test_what_the_configuration_gives_wins_over_the_environment() -> None:
    token = {"ALIBABA_CLOUD_SECURITY_TOKEN": "theirs"}
    assert keys({**PAIR, **token}, securityToken="mine") == Credentials("envId", "envSecret", "mine")
    # The same secret twice is not a contradiction.
    assert keys(PAIR, secretKey="envSecret") == Credentials("envId", "envSecret")


def test_a_whole_pair_of_the_configuration_wins_over_its_profile(tmp_path: Path) -> None:
    warnings: list[str] = []
    file = profile_file(tmp_path, p=AK)
    source = choose({}, warnings.append, accessKey="id", secretKey="mine", profile="p", sharedCredentialsFile=file)
    assert source.get(Deadline(5)) == Credentials("id", "mine")
    assert warnings == ["profile and sharedCredentialsFile are not used: accessKey of the configuration comes first"]


@pytest.mark.parametrize("env", [{}, PAIR], ids=["alone", "with keys in the environment"])
@pytest.mark.parametrize("by", ["configuration", "environment"])
def test_a_secret_beside_a_profile_belongs_to_its_access_key(tmp_path: Path, env: dict[str, str], by: str) -> None:
    file = profile_file(tmp_path, p={"mode": "AK", "access_key_id": "fileId"}, q={**AK, "access_key_id": "other"})
    if by == "configuration":
        found = keys(env, profile="p", secretKey="mine", sharedCredentialsFile=file)
        assert keys(env, profile="p", secretKey="mine", securityToken="t", sharedCredentialsFile=file) == Credentials(
            "fileId", "mine", "t"
        )
    else:
        # There the environment's own key comes first, and its own secret with it.
        named = {"ALIBABA_CLOUD_PROFILE": "p", "ALIBABA_CLOUD_CREDENTIALS_FILE": file}
        if env:
            assert "has a secret of its own" in failure({**env, **named}, secretKey="mine")
            return
        found = keys(named, secretKey="mine")
    assert found == Credentials("fileId", "mine")


@pytest.mark.parametrize("variable", [*PAIR, "ALIBABA_CLOUD_SECURITY_TOKEN"])
def test_a_key_of_the_environment_that_cannot_be_one_is_named(variable: str) -> None:
    assert failure({**PAIR, variable: "hunter2\u2028x"}) == (
        f"{variable} holds white space (character 8 of 9); copy it again"
    )


def test_white_space_around_a_key_of_the_environment_is_none_of_it() -> None:
    env = {name: f" {value}\r\n" for name, value in {**PAIR, "ALIBABA_CLOUD_SECURITY_TOKEN": "t"}.items()}
    assert keys(env) == Credentials("envId", "envSecret", "t")


# --- a credentials URI, for real ---


class UriServer:
    """What a credentials URI answers, changeable while it runs."""

    def __init__(self) -> None:
        self.number = 0
        self.expiration = NEVER
        self.delay = 0.0
        self.raw: tuple[int, bytes] | None = None

    def respond(self, parameters: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        self.number += 1
        time.sleep(self.delay)
        status, body = self.raw or (200, json.dumps(self.keys()).encode())
        return status, {"Connection": "close"}, body

    def keys(self) -> dict[str, str]:
        return {
            "Code": "Success",
            "AccessKeyId": f"STS.{self.number}",
            "AccessKeySecret": "hunter2",
            "SecurityToken": f"token-{self.number}",
            "Expiration": self.expiration,
        }


@pytest.fixture
def uri() -> Iterator[tuple[str, UriServer]]:
    handler = UriServer()
    with JsonServer(handler.respond) as server:
        yield f"{server.url}/path?secret=hunter2", handler


def test_a_credentials_uri_is_asked_once_for_keys_that_last(uri: tuple[str, UriServer]) -> None:
    source = choose(credentialsUri=uri[0])
    first = source.get(Deadline(10))
    assert first == Credentials("STS.1", "hunter2", "token-1")
    assert source.get(Deadline(10)) == first
    assert uri[1].number == 1


def test_keys_that_expire_within_a_quarter_of_an_hour_are_renewed(
    uri: tuple[str, UriServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulumi_resource_alicloud_esa.credentials.renewal._RECHECK_SECONDS", 0.0)
    uri[1].expiration = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 14 * 60))
    source = choose(credentialsUri=uri[0])
    assert source.get(Deadline(10)).access_key_id == "STS.1"
    uri[1].expiration = NEVER
    assert source.get(Deadline(10)).access_key_id == "STS.2"
    assert source.get(Deadline(10)).access_key_id == "STS.2"


def test_rejected_keys_are_fetched_anew_once_for_fifty_threads(uri: tuple[str, UriServer]) -> None:
    source = choose(credentialsUri=uri[0])
    uri[1].delay = 0.1
    with ThreadPoolExecutor(50) as threads:
        found = set(threads.map(lambda _: source.get(Deadline(20)).access_key_id, range(50)))
        assert found == {"STS.1"}
        rejected = source.get(Deadline(10))
        assert all(threads.map(lambda _: source.refresh(rejected, Deadline(20)), range(50)))
    assert source.get(Deadline(10)).access_key_id == "STS.2"
    assert uri[1].number == 2


def test_a_refresh_that_finds_the_same_keys_says_so(uri: tuple[str, UriServer]) -> None:
    uri[1].raw = (200, json.dumps(uri[1].keys()).encode())
    source = choose(credentialsUri=uri[0])
    assert not source.refresh(source.get(Deadline(10)), Deadline(10))


@pytest.mark.parametrize(
    "raw",
    [
        (500, b'{"AccessKeySecret": "hunter2"}'),
        (404, b"hunter2"),
        (200, b"hunter2"),
        (200, b'["hunter2"]'),
        (200, b'{"Code": "Failed", "AccessKeySecret": "hunter2"}'),
        (200, b'{"Code": "Success", "AccessKeyId": "a", "AccessKeySecret": "hunter2"}'),
        (
            200,
            b'{"Code": "Success", "AccessKeyId": "", "AccessKeySecret": "hunter2", "SecurityToken": "hunter2", '
            b'"Expiration": "2099-01-01T00:00:00Z"}',
        ),
        (302, b"hunter2"),
    ],
    ids=str,
)
def test_a_credentials_uri_that_fails_is_one_line_without_its_answer(
    uri: tuple[str, UriServer], raw: tuple[int, bytes]
) -> None:
    uri[1].raw = raw
    assert failure(credentialsUri=uri[0]).startswith("credentialsUri: ")


def test_a_source_that_failed_is_asked_again(uri: tuple[str, UriServer]) -> None:
    uri[1].raw = (404, b"")
    source = choose(credentialsUri=uri[0])
    with pytest.raises(CredentialsError):
        source.get(Deadline(10))
    uri[1].raw = None
    assert source.get(Deadline(10)).access_key_id == "STS.2"


def test_a_credentials_uri_that_is_not_there_is_one_line() -> None:
    line = failure(credentialsUri="http://127.0.0.1:1/?secret=hunter2")
    assert line.startswith("credentialsUri: 127.0.0.1:1: ")
    assert "Connection refused" in line
    assert "0x" not in line


@pytest.mark.parametrize(("end", "kind"), [("expire", DeadlineExceeded), ("cancel", Cancelled)])
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_a_credentials_uri_that_stalls_cannot_outlast_the_call(end: str, kind: type[Exception]) -> None:
    with RawServer(lambda peer: peer.stall()) as server:
        source = choose(credentialsUri=server.url)
        deadline = Deadline(30)
        threading.Timer(0.2, getattr(deadline, end)).start()
        began = time.monotonic()
        with pytest.raises(kind):
            source.get(deadline)
        assert time.monotonic() - began < 1


# --- roles, with the HTTP call of the library replaced ---


class Sts:
    """Answers the library's calls to STS and remembers what was asked."""

    def __init__(self) -> None:
        self.hosts: list[str] = []
        self.queries: list[dict[str, str]] = []
        self.error: Exception | None = None

    def __call__(self, method: str, url: str, headers: Any, body: Any = None, timeouts: Any = None) -> bytes:
        parts = urlsplit(url)
        assert (parts.scheme, parts.path) == ("https", "")
        self.hosts.append(parts.netloc)
        self.queries.append(dict(parse_qsl(urlsplit(url).query)))
        if self.error is not None:
            raise self.error
        answer = {
            "Credentials": {
                "AccessKeyId": f"STS.{len(self.queries)}",
                "AccessKeySecret": "hunter2",
                "SecurityToken": "hunter2-token",
                "Expiration": NEVER,
            },
            "SessionAccessKey": {
                "SessionAccessKeyId": f"STS.{len(self.queries)}",
                "SessionAccessKeySecret": "hunter2",
                "Expiration": NEVER,
            },
        }
        return json.dumps(answer).encode()


@pytest.fixture
def sts(monkeypatch: pytest.MonkeyPatch) -> Sts:
    answers = Sts()
    monkeypatch.setattr(credential_library, "exchange", answers)
    return answers


def test_a_role_is_assumed_with_all_its_settings(sts: Sts) -> None:
    found = keys(
        PAIR,
        assumeRole={
            "roleArn": ROLE,
            "sessionName": "ci",
            "policy": "{}",
            "sessionExpiration": 900,
            "externalId": "e",
        },
    )
    assert found == Credentials("STS.1", "hunter2", "hunter2-token")
    (query,) = sts.queries
    expected = {
        "Action": "AssumeRole",
        "RoleArn": ROLE,
        "RoleSessionName": "ci",
        "Policy": "{}",
        "DurationSeconds": "900",
        "ExternalId": "e",
        "AccessKeyId": "envId",
    }
    assert {name: query[name] for name in expected} == expected
    assert "SecurityToken" not in query


def test_a_role_in_the_environment_has_defaults(sts: Sts) -> None:
    env = {**PAIR, "ALIBABA_CLOUD_SECURITY_TOKEN": "t", "ALICLOUD_ASSUME_ROLE_ARN": ROLE}
    keys(env)
    keys({**env, "ALICLOUD_ASSUME_ROLE_SESSION_NAME": "s", "ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION": "1800"})
    found = [(q["RoleSessionName"], q["DurationSeconds"], q["SecurityToken"]) for q in sts.queries]
    assert found == [("pulumi-alicloud-esa", "3600", "t"), ("s", "1800", "t")]


RRSA = {
    "ALIBABA_CLOUD_ROLE_ARN": ROLE,
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "p",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/var/run/token",
}
POD_ROLE = f"{ROLE} of ALIBABA_CLOUD_ROLE_ARN"


@pytest.mark.parametrize(
    "values", [{"accessKey": "id", "secretKey": "s"}, {"profile": "p"}, {"credentialsUri": "http://h"}]
)
def test_the_role_of_a_pods_token_is_not_assumed_with_other_keys(tmp_path: Path, values: dict[str, str]) -> None:
    env = {**RRSA, "ALIBABA_CLOUD_CREDENTIALS_FILE": profile_file(tmp_path, p=AK)}
    if "credentialsUri" in values:
        del env["ALIBABA_CLOUD_CREDENTIALS_FILE"]
        assert described(choose(env, **values)) == "credentialsUri"
    else:
        assert isinstance(choose(env, **values), StaticSource)
    assert isinstance(choose({**PAIR, **env}), StaticSource)
    by_token = {**RRSA, "ALIBABA_CLOUD_OIDC_TOKEN": "t"}
    del by_token["ALIBABA_CLOUD_OIDC_TOKEN_FILE"]
    assert isinstance(choose({**PAIR, **by_token}), StaticSource)


def test_the_variable_of_a_pods_role_never_applies_over_keys_of_the_configuration() -> None:
    assert isinstance(choose({"ALIBABA_CLOUD_ROLE_ARN": ROLE}, accessKey="id", secretKey="s"), StaticSource)
    # ALICLOUD_ASSUME_ROLE_ARN has no other use, so it applies.
    found = choose({"ALICLOUD_ASSUME_ROLE_ARN": ROLE}, accessKey="id", secretKey="s")
    assert described(found) == f"assuming {ROLE} of ALICLOUD_ASSUME_ROLE_ARN"


def test_the_variable_of_a_pods_role_is_the_default_inside_a_configured_role(sts: Sts) -> None:
    values = {"accessKey": "id", "secretKey": "s", "assumeRole": {"sessionName": "ci"}}
    assert described(choose(RRSA, **values)) == f"assuming {POD_ROLE}"
    keys(RRSA, **values)
    assert [(query["RoleArn"], query["RoleSessionName"]) for query in sts.queries] == [(ROLE, "ci")]


def test_the_role_of_a_configured_token_is_not_assumed_on_top_of_itself(sts: Sts) -> None:
    oidc = {"oidcProviderArn": "p", "oidcToken": "t"}
    assert keys({"ALIBABA_CLOUD_ROLE_ARN": ROLE}, assumeRoleWithOidc=oidc).access_key_id == "STS.1"
    assert [query["Action"] for query in sts.queries] == ["AssumeRoleWithOIDC"]


@pytest.mark.parametrize("given", ["token", "file"])
def test_a_token_of_the_configuration_wins_over_a_pods(sts: Sts, tmp_path: Path, given: str) -> None:
    for name in ("mine", "theirs"):
        (tmp_path / name).write_text(name)
    oidc = {"oidcToken": "mine"} if given == "token" else {"oidcTokenFile": str(tmp_path / "mine")}
    pod = {**RRSA, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": str(tmp_path / "theirs"), "ALIBABA_CLOUD_OIDC_TOKEN": "theirs"}
    keys(pod, assumeRoleWithOidc=oidc)
    assert [query["OIDCToken"] for query in sts.queries] == ["mine"]


def test_a_role_of_the_other_variable_is_assumed_on_top_of_oidc(sts: Sts, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("the-oidc-token")
    env = {**RRSA, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": str(token), "ALICLOUD_ASSUME_ROLE_ARN": "outer"}
    assert keys(env).access_key_id == "STS.2"
    assert [(query["Action"], query["RoleArn"]) for query in sts.queries] == [
        ("AssumeRoleWithOIDC", ROLE),
        ("AssumeRole", "outer"),
    ]


def test_an_error_of_a_pods_role_says_who_named_it(sts: Sts) -> None:
    env = {**RRSA, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "/there/is/none"}
    assert failure(env).startswith(f"assumeRoleWithOidc ({POD_ROLE}): ")


# --- which STS ---


def asked_sts(sts: Sts, env: dict[str, str], **values: Any) -> str:
    keys(env, **values)
    return sts.hosts.pop()


ASSUME = {"assumeRole": {"roleArn": ROLE}}


@pytest.mark.parametrize(
    ("env", "values", "host"),
    [
        ({}, {}, "sts.aliyuncs.com"),
        ({}, {"region": "cn-beijing"}, "sts.cn-beijing.aliyuncs.com"),
        ({"ALICLOUD_REGION": "CN-Beijing"}, {}, "sts.cn-beijing.aliyuncs.com"),
        ({"ALICLOUD_REGION": "cn-beijing"}, {"region": "cn-shanghai"}, "sts.cn-shanghai.aliyuncs.com"),
        ({"ALIBABA_CLOUD_STS_REGION": "eu-central-1"}, {"region": "cn-beijing"}, "sts.eu-central-1.aliyuncs.com"),
        ({"ALIBABA_CLOUD_STS_REGION": "a/b?c"}, {}, "sts.aliyuncs.com"),
        ({}, {"region": "evil.example.com/"}, "sts.aliyuncs.com"),
        (
            {"ALIBABA_CLOUD_STS_REGION": "cn-beijing", "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED": "True"},
            {},
            "sts-vpc.cn-beijing.aliyuncs.com",
        ),
        (
            {"ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED": "true"},
            {"region": "cn-shanghai"},
            "sts-vpc.cn-shanghai.aliyuncs.com",
        ),
        (
            {"ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED": "false"},
            {"region": "cn-shanghai"},
            "sts.cn-shanghai.aliyuncs.com",
        ),
    ],
    ids=str,
)
def test_the_sts_that_is_asked_is_the_one_of_the_region(
    sts: Sts, env: dict[str, str], values: dict[str, Any], host: str
) -> None:
    assert asked_sts(sts, {**PAIR, **env}, **ASSUME, **values) == host
    oidc = {"oidcProviderArn": "p", "oidcToken": "t", "roleArn": ROLE}
    assert asked_sts(sts, env, assumeRoleWithOidc=oidc, **values) == host


def test_sts_inside_a_vpc_without_a_region_is_an_error_that_says_what_to_set() -> None:
    line = failure({**PAIR, "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED": "true"}, **ASSUME)
    assert line == "STS inside a VPC is a region's: set ALIBABA_CLOUD_STS_REGION, or region"


@pytest.mark.parametrize("mode", ["RamRoleArn", "ChainableRamRoleArn", "OIDC"])
@pytest.mark.parametrize(
    ("wish", "host"),
    [
        ({}, "sts.aliyuncs.com"),
        ({"region_id": "cn-beijing"}, "sts.cn-beijing.aliyuncs.com"),
        ({"region_id": "cn-beijing", "sts_region": "cn-shanghai"}, "sts.cn-shanghai.aliyuncs.com"),
        ({"sts_region": "cn-shanghai", "enable_vpc": True}, "sts-vpc.cn-shanghai.aliyuncs.com"),
        ({"sts_region": "cn-shanghai", "sts_endpoint": "sts.intern.example:8443"}, "sts.intern.example:8443"),
        ({"sts_endpoint": "https://sts.intern.example/"}, "sts.intern.example"),
    ],
    ids=str,
)
def test_the_sts_that_is_asked_is_the_profiles(
    sts: Sts, tmp_path: Path, mode: str, wish: dict[str, Any], host: str
) -> None:
    token = tmp_path / "token"
    token.write_text("the-oidc-token")
    entry = {"mode": mode, "ram_role_arn": ROLE, "source_profile": "q", **wish}
    entry |= {"oidc_provider_arn": "p", "oidc_token_file": str(token)}
    file = profile_file(tmp_path, p={**AK, **entry}, q=AK)
    assert asked_sts(sts, {}, sharedCredentialsFile=file) == host
    # What the profile says of its STS itself comes before the environment, its region after it.
    elsewhere = asked_sts(sts, {"ALIBABA_CLOUD_STS_REGION": "eu-central-1"}, sharedCredentialsFile=file)
    assert elsewhere == ("sts.eu-central-1.aliyuncs.com" if "sts" not in str(wish) else host)


def test_the_sts_of_a_profile_that_is_no_host_is_one_line(tmp_path: Path) -> None:
    entry = {**AK, "mode": "RamRoleArn", "ram_role_arn": ROLE, "sts_endpoint": "http://user:hunter2@h/"}
    line = failure(sharedCredentialsFile=profile_file(tmp_path, p=entry))
    assert line.endswith(": sts_endpoint is not a host; give one such as sts.cn-hangzhou.aliyuncs.com")


def test_the_token_of_a_profiles_temporary_keys_goes_with_them(sts: Sts, tmp_path: Path) -> None:
    entry = {**AK, "mode": "RamRoleArn", "ram_role_arn": ROLE, "sts_token": "the-token"}
    keys(sharedCredentialsFile=profile_file(tmp_path, p=entry))
    assert [query["SecurityToken"] for query in sts.queries] == ["the-token"]


def test_a_chain_of_profiles_assumes_one_role_after_the_other(sts: Sts, tmp_path: Path) -> None:
    file = profile_file(
        tmp_path,
        outer={"mode": "ChainableRamRoleArn", "source_profile": "inner", "ram_role_arn": "outer-role"},
        inner={**AK, "mode": "RamRoleArn", "ram_role_arn": "inner-role"},
    )
    assert keys(sharedCredentialsFile=file).access_key_id == "STS.2"
    assert [(q["RoleArn"], q["AccessKeyId"]) for q in sts.queries] == [
        ("inner-role", "fileId"),
        ("outer-role", "STS.1"),
    ]


@pytest.mark.parametrize("by", ["file", "token", "profile", "environment"])
def test_a_role_is_assumed_with_an_oidc_token(sts: Sts, tmp_path: Path, by: str) -> None:
    token = tmp_path / "token"
    token.write_text("the-oidc-token")
    common = {"oidcProviderArn": "p", "roleArn": ROLE}
    env: dict[str, str] = {}
    values: dict[str, Any] = {}
    if by == "file":
        values["assumeRoleWithOidc"] = {**common, "oidcTokenFile": str(token)}
    elif by == "token":
        values["assumeRoleWithOidc"] = {**common, "oidcToken": "the-oidc-token"}
    elif by == "profile":
        entry = {"mode": "OIDC", "oidc_provider_arn": "p", "oidc_token_file": str(token), "ram_role_arn": ROLE}
        values["sharedCredentialsFile"] = profile_file(tmp_path, p=entry)
    else:
        env = {**RRSA, "ALIBABA_CLOUD_OIDC_TOKEN_FILE": str(token)}
    assert keys(env, **values) == Credentials("STS.1", "hunter2", "hunter2-token")
    # One call: the role is not assumed once more on top of itself.
    assert len(sts.queries) == 1
    assert "AssumeRoleWithOIDC" in str(sts.queries)
    assert "the-oidc-token" in str(sts.queries)


@pytest.mark.parametrize("token", [None, "missing"])
def test_an_oidc_token_file_that_is_not_there_is_one_line(sts: Sts, tmp_path: Path, token: str | None) -> None:
    values = {"oidcProviderArn": "p", "roleArn": ROLE, "oidcTokenFile": str(tmp_path / (token or "x"))}
    assert failure(assumeRoleWithOidc=values).startswith("assumeRoleWithOidc: ")


def test_a_role_that_may_not_be_assumed_is_one_line(sts: Sts) -> None:
    sts.error = ResponseError("sts.aliyuncs.com answered with HTTP 403, NoPermission", request_id="1-2")
    line = failure(PAIR, assumeRole={"roleArn": ROLE})
    assert line == f"assuming {ROLE}: sts.aliyuncs.com answered with HTTP 403, NoPermission (RequestId 1-2)"


@pytest.mark.parametrize(
    "text",
    [
        "failed to refresh OAuth token, status code: 400, response: hunter2",
        "failed to refresh OAuth token: hunter2",
        "error retrieving credentials from sso result: {'a': 'hunter2'}",
        "failed to execute external command: exit status 1\nstderr: hunter2",
        "error refreshing credentials from http://h/?token=hunter2,  http_code=500, result: x",
        "x" * 5000,
        "",
    ],
)
def test_nothing_that_the_library_was_answered_is_repeated(text: str) -> None:
    def build() -> Any:
        raise RuntimeError(text)

    with pytest.raises(CredentialsError) as caught:
        RenewedSource("profile 'x'", lambda patience: build()).get(Deadline(5))
    line = str(caught.value)
    assert line.startswith("profile 'x': ")
    assert line.isprintable()
    assert len(line) < 250
    assert "hunter2" not in line + "".join(traceback.format_exception(caught.value))


# --- profiles of other kinds ---


@pytest.mark.parametrize(
    ("section", "action", "host"),
    [
        (
            f"type=ram_role_arn\naccess_key_id=i\naccess_key_secret=hunter2\nrole_arn={ROLE}\nrole_session_name=s",
            "AssumeRole",
            "sts.aliyuncs.com",
        ),
        (
            f"type=oidc_role_arn\noidc_provider_arn=p\noidc_token_file_path={{0}}\nrole_arn={ROLE}",
            "AssumeRoleWithOIDC",
            "sts.aliyuncs.com",
        ),
        (
            "type=rsa_key_pair\npublic_key_id=i\nprivate_key_file={0}",
            "GenerateSessionAccessKey",
            "sts.ap-northeast-1.aliyuncs.com",
        ),
    ],
)
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_kind_of_ini_section_gets_its_keys_with_and_without_a_byte_order_mark(
    sts: Sts, tmp_path: Path, section: str, action: str, host: str, mark: str
) -> None:
    (tmp_path / "secret").write_text("hunter2")
    path = tmp_path / "credentials"
    path.write_text(f"{mark}[default]\n{section.format(tmp_path / 'secret')}\n")
    assert keys(sharedCredentialsFile=str(path)).access_key_id == "STS.1"
    assert (sts.queries[0]["Action"], sts.hosts) == (action, [host])
    assert sts.queries[0].get("RoleArn") == (ROLE if "role_arn" in section else None)


def test_an_ecs_role_without_the_metadata_service_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> Any:
        raise OSError("no route to 100.100.100.200")

    monkeypatch.setattr(credential_library, "exchange", refused)
    started = watch_threads()
    with pytest.raises(CredentialsError, match="ECS role web: "):
        ecs_source("web").get(Deadline(5))
    # Its scheduler would outlive the provider.
    assert len(started()) <= 1


# --- what is loaded when ---


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("{'accessKey': 'i', 'secretKey': 's'}", "False"),
        ("{'credentialsUri': 'http://127.0.0.1:1/'}", "True"),
    ],
)
def test_the_library_is_loaded_only_by_a_source_that_needs_it(values: str, expected: str) -> None:
    program = (
        "import sys\n"
        "from pulumi_resource_alicloud_esa.config import read_settings\n"
        "from pulumi_resource_alicloud_esa.credentials.sources import choose_source\n"
        "from pulumi_resource_alicloud_esa.esa.deadline import Deadline\n"
        f"source = choose_source(read_settings({values}, {{}}), {{}}, print)\n"
        "loaded = [n for n in sys.modules if n.startswith(('alibabacloud_credentials', 'Tea', 'apscheduler'))]\n"
        "assert not loaded, loaded\n"
        "try:\n"
        "    source.get(Deadline(20))\n"
        "except Exception as error:\n"
        "    pass\n"
        "print('alibabacloud_credentials' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout.strip(), done.stderr, done.returncode) == (expected, "", 0)


def test_nothing_shows_keys_in_its_representation() -> None:
    settings = Settings(access_key="id", secret_key="hunter2", security_token="hunter2")
    source = choose_source(settings, {}, pytest.fail)
    assert "hunter2" not in f"{settings!r} {settings} {source!r} {source.get(Deadline(1))!r} {source.get(Deadline(1))}"
