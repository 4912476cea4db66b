"""Profiles: JSON or INI by content, every mode, and errors that never repeat a key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.config import AssumeRole, AssumeRoleWithOidc
from pulumi_resource_alicloud_esa.credentials.profile import CloudSso, OAuth, Override, Profile
from pulumi_resource_alicloud_esa.credentials.profile_file import find_profile
from pulumi_resource_alicloud_esa.credentials.roles import StsWish
from pulumi_resource_alicloud_esa.esa.errors import CredentialsError
from pulumi_resource_alicloud_esa.esa.keys import Credentials

PAIR = {"access_key_id": "id", "access_key_secret": "hunter2"}


def read(tmp_path: Path, content: str | bytes, name: str | None = None, file: str = "credentials") -> Profile:
    path = tmp_path / file
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return find_profile(name, str(path), {})


def cli(tmp_path: Path, *profiles: dict[str, Any], name: str | None = None, **more: Any) -> Profile:
    return read(tmp_path, json.dumps({"profiles": profiles, **more}), name)


def failure(tmp_path: Path, content: str | bytes, name: str | None = None) -> str:
    with pytest.raises(CredentialsError) as caught:
        read(tmp_path, content, name)
    line = str(caught.value)
    assert line.isprintable()
    assert str(tmp_path) in line
    assert "hunter2" not in line
    return line


def test_the_file_is_the_clis_own_unless_another_is_named(tmp_path: Path) -> None:
    folder = tmp_path / ".aliyun"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"current": "b", "profiles": [{"name": "b", **PAIR}]}))
    assert find_profile(None, None, {"HOME": str(tmp_path)}).name == "b"


def test_a_tilde_is_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "x").write_text("[default]\naccess_key_id=id\naccess_key_secret=s\n")
    assert find_profile(None, "~/x", {}).keys == Credentials("id", "s")
    # Which is where the environment that is given says.
    monkeypatch.setenv("HOME", "/x")
    assert find_profile(None, "~/x", {"HOME": str(tmp_path)}).keys == Credentials("id", "s")


@pytest.mark.parametrize("file", ["~nosuchuser/creds", "~nosuchuser"])
def test_a_home_folder_that_is_not_there_is_one_line(file: str) -> None:
    with pytest.raises(CredentialsError, match="there is no such home folder; set HOME, or give") as caught:
        find_profile(None, file, {"HOME": "/x"})
    assert file in str(caught.value)


def test_a_user_without_a_home_folder_needs_none_where_a_file_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As under OpenShift: a user id that no list of users has, and no HOME.
    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    assert read(tmp_path, "[default]\naccess_key_id=id\naccess_key_secret=s\n").keys == Credentials("id", "s")
    for file in (None, "~/x"):
        with pytest.raises(CredentialsError, match="there is no such home folder"):
            find_profile("p", file, {})


@pytest.mark.parametrize("file", ["a\0b", "/a\ud800b", "~/\0"])
def test_what_cannot_be_a_path_is_one_line(file: str) -> None:
    with pytest.raises(CredentialsError, match="this cannot be a path") as caught:
        find_profile(None, file, {"HOME": "/x"})
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("prefix", [b"", b"\xef\xbb\xbf", b"\n  "])
@pytest.mark.parametrize("file", ["credentials", "config.json", "credentials.ini"])
def test_the_content_decides_not_the_name(tmp_path: Path, prefix: bytes, file: str) -> None:
    as_json = prefix + json.dumps({"profiles": [{"name": "default", **PAIR}]}).encode()
    as_ini = prefix.strip(b" \n") + b"[default]\naccess_key_id = id\naccess_key_secret = hunter2\n"
    for content in (as_json, as_ini):
        assert read(tmp_path, content, file=file).keys == Credentials("id", "hunter2")


def test_the_current_profile_is_read_when_none_is_named(tmp_path: Path) -> None:
    profiles = ({"name": "a", "access_key_id": "A", "access_key_secret": "s"}, {"name": "b", **PAIR})
    assert cli(tmp_path, *profiles, current="a").keys == Credentials("A", "s")
    assert cli(tmp_path, *profiles, current="a", name="b").keys == Credentials("id", "hunter2")
    with pytest.raises(CredentialsError, match="no profile 'default'; there are: a, b"):
        cli(tmp_path, *profiles)


OIDC = {"oidc_provider_arn": "p", "oidc_token_file": "/f", "ram_role_arn": "r", "ram_session_name": "s"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        # It never takes a token along.
        ({"mode": "AK", **PAIR, "sts_token": "old"}, {"keys": Credentials("id", "hunter2")}),
        (
            {"mode": "StsToken", **PAIR, "sts_token": "t", "region_id": "r"},
            {"keys": Credentials("id", "hunter2", "t"), "region": "r"},
        ),
        ({"mode": "EcsRamRole", "ram_role_name": "r"}, {"ecs_role_name": "r"}),
        ({"mode": "EcsRamRole"}, {"ecs_role_name": ""}),
        ({"mode": "OIDC", **OIDC}, {"oidc": AssumeRoleWithOidc("p", "/f", None, "r", "s")}),
        ({"mode": "CredentialsURI", "credentials_uri": "http://h/x"}, {"credentials_uri": "http://h/x"}),
        ({"mode": "External", "process_command": "keys --now"}, {"command": "keys --now"}),
    ],
    ids=lambda value: value.get("mode"),
)
def test_a_mode_gives_what_it_stands_for(tmp_path: Path, entry: dict[str, Any], expected: dict[str, Any]) -> None:
    profile = cli(tmp_path, {"name": "default", **entry})
    assert {name: getattr(profile, name) for name in expected} == expected


def test_mode_ram_role_arn_assumes_the_role_with_the_profile_s_keys(tmp_path: Path) -> None:
    profile = cli(
        tmp_path,
        {
            "name": "default",
            "mode": "RamRoleArn",
            **PAIR,
            "ram_role_arn": "acs:ram::1:role/r",
            "ram_session_name": "s",
            "expired_seconds": 900,
            "external_id": "e",
            "policy": "{}",
        },
    )
    assert profile.role == AssumeRole("acs:ram::1:role/r", "s", "{}", 900, "e")
    assert profile.source is not None
    assert profile.source.keys == Credentials("id", "hunter2")
    assert profile.keys is None


def test_mode_chainable_ram_role_arn_assumes_the_role_with_another_profile_s_keys(tmp_path: Path) -> None:
    profile = cli(
        tmp_path,
        {"name": "default", "mode": "ChainableRamRoleArn", "source_profile": "b", "ram_role_arn": "outer"},
        {"name": "b", "mode": "ChainableRamRoleArn", "source_profile": "c", "ram_role_arn": "inner"},
        {"name": "c", "mode": "StsToken", **PAIR, "sts_token": "t"},
    )
    assert profile.role is not None
    assert profile.source is not None
    assert profile.source.role is not None
    assert profile.source.source is not None
    assert (profile.role.role_arn, profile.source.role.role_arn) == ("outer", "inner")
    assert profile.source.source.keys == Credentials("id", "hunter2", "t")


@pytest.mark.parametrize("second", ["a", "b"])
def test_a_chain_without_end_is_an_error(tmp_path: Path, second: str) -> None:
    chained = {"mode": "ChainableRamRoleArn", "ram_role_arn": "r"}
    profiles = [{"name": "a", "source_profile": "b", **chained}, {"name": "b", "source_profile": second, **chained}]
    assert "its own source_profile" in failure(tmp_path, json.dumps({"current": "a", "profiles": profiles}))


SSO = {
    "name": "default",
    "mode": "CloudSSO",
    "cloud_sso_sign_in_url": "https://signin.example.com/x",
    "cloud_sso_account_id": "1",
    "cloud_sso_access_config": "c",
    "access_token": "a",
    "cloud_sso_access_token_expire": 12,
}
CACHED = {**PAIR, "sts_token": "t", "sts_expiration": 34}


def test_mode_cloud_sso_has_cached_keys_and_the_token_that_gives_others(tmp_path: Path) -> None:
    login = cli(tmp_path, {**SSO, **CACHED}).login
    assert isinstance(login, CloudSso)
    assert (login.keys, login.keys_end) == (Credentials("id", "hunter2", "t"), 34)
    assert (login.token, login.token_ends) == ("a", 12)
    assert (login.sign_in_url, login.account_id, login.access_config) == ("https://signin.example.com/x", "1", "c")
    assert cli(tmp_path, SSO).login is not None


def test_mode_oauth_has_cached_keys_and_the_token_that_gives_others(tmp_path: Path) -> None:
    entry = {"name": "default", "mode": "OAuth", "oauth_access_token": "a", "oauth_access_token_expire": 12, **CACHED}
    login = cli(tmp_path, {**entry, "oauth_site_type": "intl"}).login
    assert isinstance(login, OAuth)
    assert (login.keys, login.keys_end) == (Credentials("id", "hunter2", "t"), 34)
    assert (login.token, login.token_ends, login.site) == ("a", 12, "INTL")
    line = failure(tmp_path, json.dumps({"profiles": [{**entry, "oauth_site_type": "EU"}]}))
    assert "neither CN nor INTL" in line


@pytest.mark.parametrize(
    ("mode", "written"),
    [("AK", "ak"), ("StsToken", "STSTOKEN"), ("EcsRamRole", "ecsramrole"), ("External", "EXTERNAL")],
)
def test_a_mode_is_read_in_any_case(tmp_path: Path, mode: str, written: str) -> None:
    entry = {"name": "default", "mode": written, **PAIR, "sts_token": "t", "process_command": "x"}
    assert cli(tmp_path, entry).mode == mode


def test_a_type_is_read_in_any_case(tmp_path: Path) -> None:
    content = "[default]\ntype = Access_Key\naccess_key_id=id\naccess_key_secret=hunter2\n"
    assert read(tmp_path, content).keys == Credentials("id", "hunter2")


def test_a_role_with_temporary_keys_has_their_token(tmp_path: Path) -> None:
    role = {"name": "default", "mode": "RamRoleArn", **PAIR, "sts_token": "t", "ram_role_arn": "r"}
    source = cli(tmp_path, role).source
    assert source is not None
    assert source.keys == Credentials("id", "hunter2", "t")
    ini = "[default]\ntype=ram_role_arn\naccess_key_id=id\naccess_key_secret=hunter2\nsecurity_token=t\nrole_arn=r\n"
    source = read(tmp_path, ini).source
    assert source is not None
    assert source.keys == Credentials("id", "hunter2", "t")


def test_what_a_profile_says_about_its_sts_is_kept(tmp_path: Path) -> None:
    wish = {"sts_region": "cn-beijing", "sts_endpoint": "sts.example.com", "enable_vpc": True}
    assert cli(tmp_path, {"name": "default", **PAIR, **wish}).sts == StsWish("cn-beijing", "sts.example.com", True)
    ini = "[default]\naccess_key_id=id\naccess_key_secret=s\nsts_region=cn-beijing\nenable_vpc=False\n"
    assert read(tmp_path, ini).sts == StsWish("cn-beijing", None, False)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("hunter2 x", "holds white space (character 8 of 9)"),
        ("hunter2\nx", "holds a line break (character 8 of 9)"),
        ("hunter2\u200bx", "holds an unprintable character (character 8 of 9)"),
        ("hunter2\u00e9x", "holds a character that is not ASCII (character 8 of 9)"),
    ],
)
@pytest.mark.parametrize("key", ["access_key_id", "access_key_secret", "sts_token"])
def test_a_key_that_cannot_be_one_is_named_by_place_and_never_quoted(
    tmp_path: Path, key: str, value: str, words: str
) -> None:
    entry = {"name": "default", "mode": "StsToken", **PAIR, "sts_token": "t", key: value}
    line = failure(tmp_path, json.dumps({"profiles": [entry]}))
    assert f"profile 'default' has a{'n' if key[0] == 'a' else ''} {key} that {words}; copy it again" in line


MARK = "\ufeff"


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"profiles": [{"name": "default", "mode": "External", "process_command": "x"}]}),
        "[default]\ntype=ram_role_arn\naccess_key_id=id\naccess_key_secret=hunter2\nrole_arn=r\n",
        "[default]\ntype=oidc_role_arn\noidc_provider_arn=p\noidc_token_file_path=/f\nrole_arn=r\n",
        "[default]\ntype=rsa_key_pair\npublic_key_id=i\nprivate_key_file=/f\n",
        "[default]\ntype=sts\naccess_key_id=id\naccess_key_secret=hunter2\nsecurity_token=t\n",
    ],
)
def test_a_byte_order_mark_changes_nothing(tmp_path: Path, content: str) -> None:
    plain = read(tmp_path, content)
    assert read(tmp_path, MARK + content) == plain
    assert read(tmp_path, MARK + MARK + "\r\n" + content) == plain


@pytest.mark.parametrize("content", [f"{MARK}[default]\nhunter2", f'{MARK}{{"profiles": ["hunter2"', f"{MARK}[[["])
def test_an_error_behind_a_byte_order_mark_quotes_nothing(tmp_path: Path, content: str) -> None:
    failure(tmp_path, content)


@pytest.mark.parametrize("head", ["", '{"profiles": '])
def test_lists_deeper_than_can_be_read_behind_a_byte_order_mark_are_one_line(tmp_path: Path, head: str) -> None:
    assert "credentials file" in failure(tmp_path, MARK + head + "[" * 200_000)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"), ("utf-32", "UTF-32")],
)
def test_another_encoding_is_named_with_what_to_do(tmp_path: Path, encoding: str, name: str) -> None:
    line = failure(tmp_path, '{"profiles": "hunter2"}'.encode(encoding))
    assert line.endswith(f": it is {name} text; save it as UTF-8")
    assert failure(tmp_path, b"[default]\naccess_key_id=\xe9").endswith(": it is not UTF-8 text; save it as UTF-8")


@pytest.mark.parametrize(
    ("entry", "missing"),
    [
        ({"mode": "AK", "access_key_id": "id"}, "access_key_secret"),
        ({"mode": "AK", "access_key_secret": "hunter2"}, "access_key_id"),
        ({"mode": "AK", "access_key_id": " ", "access_key_secret": "hunter2"}, "access_key_id"),
        ({"mode": "StsToken", **PAIR}, "sts_token"),
        ({"mode": "RamRoleArn", **PAIR}, "ram_role_arn"),
        ({"mode": "RamRoleArn", "ram_role_arn": "r", "access_key_id": "id"}, "access_key_secret"),
        ({"mode": "ChainableRamRoleArn", "ram_role_arn": "r"}, "source_profile"),
        ({"mode": "OIDC", "oidc_token_file": "f", "ram_role_arn": "r"}, "oidc_provider_arn"),
        ({"mode": "OIDC", "oidc_provider_arn": "p", "ram_role_arn": "r"}, "oidc_token_file"),
        ({"mode": "CredentialsURI"}, "credentials_uri"),
    ],
)
def test_what_a_mode_needs_and_does_not_have_is_named(tmp_path: Path, entry: dict[str, Any], missing: str) -> None:
    content = json.dumps({"profiles": [{"name": "default", **entry}]})
    assert f"profile 'default' has no {missing}" in failure(tmp_path, content)


@pytest.mark.parametrize("mode", ["RsaKeyPair", "BearerToken", "Anonymous", "A K", "RamRoleArnWithRoleName"])
def test_a_mode_that_is_not_supported_lists_those_that_are(tmp_path: Path, mode: str) -> None:
    line = failure(tmp_path, json.dumps({"profiles": [{"name": "default", "mode": mode, **PAIR}]}))
    assert "accepted are AK, StsToken, RamRoleArn" in line


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("access_key_id=id\naccess_key_secret=hunter2", Credentials("id", "hunter2")),
        ("type=access_key\naccess_key_id = id # x\naccess_key_secret = hunter2", Credentials("id", "hunter2")),
        ("type=sts\naccess_key_id=id\naccess_key_secret=a%b#c\nsecurity_token=t=", Credentials("id", "a%b#c", "t=")),
    ],
)
def test_an_ini_section_with_keys_gives_them(tmp_path: Path, section: str, expected: Credentials) -> None:
    assert read(tmp_path, f"[default]\n{section}\n").keys == expected


def test_every_type_of_ini_section_is_read(tmp_path: Path) -> None:
    content = (
        "[ecs]\ntype=ecs_ram_role\nrole_name=r\nregion_id=x\n"
        "[rsa]\ntype=rsa_key_pair\npublic_key_id=i\nprivate_key_file=/f\n[bad]\ntype=bearer\n"
    )
    assert read(tmp_path, content, "ecs").ecs_role_name == "r"
    assert read(tmp_path, content, "ecs").region == "x"
    rsa = read(tmp_path, content, "rsa").rsa
    assert rsa is not None
    assert (rsa.public_key_id, rsa.private_key_file) == ("i", "/f")
    assert "accepted are access_key, sts" in failure(tmp_path, content, "bad")
    assert "no profile 'default'; there are: bad, ecs, rsa" in failure(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    [
        '{"profiles": [{"name": "default", "access_key_secret": "hunter2"}',
        '{"profiles": ["hunter2"]}',
        '{"profiles": {"hunter2": 1}}',
        '{"profiles": [{"access_key_secret": "hunter2"}]}',
        '{"profiles": 5}',
        pytest.param('{"profiles": ' + "[" * 100_000, id="deeper than can be read"),
        "access_key_secret = hunter2\n",
        "[default\naccess_key_secret = hunter2\n",
        "[default]\nhunter2\n",
        "[default]\na=hunter2\na=hunter2\n",
        "[default]\na=1\n[default]\nb=hunter2\n",
        "\x00hunter2",
        "[]",
        '"hunter2"',
        "",
    ],
)
def test_a_file_that_is_neither_is_an_error_that_quotes_nothing(tmp_path: Path, content: str) -> None:
    failure(tmp_path, content)


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(CredentialsError, match="No such file"):
        find_profile(None, str(tmp_path / "missing"), {})
    with pytest.raises(CredentialsError, match="Is a directory"):
        find_profile(None, str(tmp_path), {})


def test_no_part_of_a_profile_shows_its_keys(tmp_path: Path) -> None:
    profile = cli(tmp_path, {"name": "default", "mode": "RamRoleArn", **PAIR, "ram_role_arn": "r"})
    assert "hunter2" not in f"{profile!r} {profile.source!r} {profile.role!r} {profile.description}"


# --- what the configuration gives beside a profile ---


@pytest.mark.parametrize("mode", ["AK", "StsToken", "RamRoleArn"])
def test_a_secret_of_the_configuration_stands_for_the_profiles_own(tmp_path: Path, mode: str) -> None:
    entry = {"name": "default", "mode": mode, "access_key_id": "id", "sts_token": "t", "ram_role_arn": "r"}
    path = tmp_path / "credentials"
    for more in ({}, {"access_key_secret": "the file's"}):
        path.write_text(json.dumps({"profiles": [{**entry, **more}]}))
        profile = find_profile(None, str(path), {}, Override("mine", None))
        keys = (profile.source or profile).keys
        assert keys == Credentials("id", "mine", None if mode == "AK" else "t")


@pytest.mark.parametrize("mode", ["EcsRamRole", "External"])
def test_a_secret_beside_a_profile_without_a_key_is_an_error(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "credentials"
    path.write_text(json.dumps({"profiles": [{"name": "default", "mode": mode, "process_command": "x"}]}))
    with pytest.raises(CredentialsError) as caught:
        find_profile(None, str(path), {}, Override("hunter2", "hunter2"))
    assert str(caught.value) == (
        f"secretKey and securityToken of the configuration belongs to no access key: {mode}, the mode of profile "
        "'default', has none of its own; give accessKey too, or remove secretKey and securityToken"
    )
