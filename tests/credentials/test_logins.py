"""Profiles of a login with the aliyun CLI: its cached keys, then others for its token; nothing is ever written back."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.config import read_settings
from pulumi_resource_alicloud_esa.credentials import library as credential_library
from pulumi_resource_alicloud_esa.credentials.sources import choose_source
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import CredentialsError, ResponseError
from pulumi_resource_alicloud_esa.esa.keys import Credentials, CredentialSource

FRESH = {
    "AccessKeyId": "STS.new",
    "AccessKeySecret": "hunter2",
    "SecurityToken": "new-token",
    "Expiration": "2099-01-01T00:00:00Z",
}
NEW, CACHED = Credentials("STS.new", "hunter2", "new-token"), Credentials("STS.old", "hunter2-old", "old-token")
KEYS = {"access_key_id": "STS.old", "access_key_secret": "hunter2-old", "sts_token": "old-token"}


class Issuer:
    """Answers what the library asks of a sign-in page, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.bodies: list[str] = []
        self.error: Exception | None = None

    def __call__(self, method: str, url: str, headers: Any, body: Any = None, timeouts: Any = None) -> bytes:
        self.asked.append((method, url, headers["Authorization"]))
        self.bodies.append(body or "")
        if self.error is not None:
            raise self.error
        return json.dumps({"CloudCredential": FRESH, **FRESH}).encode()


@pytest.fixture
def issuer(monkeypatch: pytest.MonkeyPatch) -> Issuer:
    answers = Issuer()
    monkeypatch.setattr(credential_library, "exchange", answers)
    return answers


def profile(mode: str, keys_left: int | None, token_left: int | None) -> dict[str, Any]:
    """A login whose cached keys and whose token end in so many seconds; None where there are none."""
    now = int(time.time())
    entry: dict[str, Any] = {"name": "dev", "mode": mode}
    if keys_left is not None:
        entry |= {**KEYS, "sts_expiration": now + keys_left}
    if mode == "CloudSSO":
        entry |= {"cloud_sso_sign_in_url": "https://signin.example.com/start", "cloud_sso_account_id": "1"}
        entry |= {"cloud_sso_access_config": "ac"}
        names = ("access_token", "cloud_sso_access_token_expire")
    else:
        entry |= {"oauth_site_type": "CN", "oauth_refresh_token": "hunter2-refresh"}
        names = ("oauth_access_token", "oauth_access_token_expire")
    if token_left is not None:
        entry |= dict(zip(names, ("the-token", now + token_left), strict=True))
    return entry


def source(tmp_path: Path, entry: dict[str, Any]) -> CredentialSource:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"current": "dev", "profiles": [entry]}))
    return choose_source(read_settings({"sharedCredentialsFile": str(file)}, {}), {}, pytest.fail)


ASKED = {
    "CloudSSO": ("POST", "https://signin.example.com/cloud-credentials", "Bearer the-token"),
    "OAuth": ("POST", "https://oauth.aliyun.com/v1/exchange", "Bearer the-token"),
}


@pytest.mark.parametrize("mode", ["CloudSSO", "OAuth"])
@pytest.mark.parametrize("token_left", [None, -5, 3000])
def test_the_cached_keys_serve_while_they_are_good(
    tmp_path: Path, issuer: Issuer, mode: str, token_left: int | None
) -> None:
    assert source(tmp_path, profile(mode, 600, token_left)).get(Deadline(10)) == CACHED
    assert issuer.asked == []


@pytest.mark.parametrize("mode", ["CloudSSO", "OAuth"])
@pytest.mark.parametrize("keys_left", [None, -5, 30])
def test_then_the_token_gives_others(tmp_path: Path, issuer: Issuer, mode: str, keys_left: int | None) -> None:
    assert source(tmp_path, profile(mode, keys_left, 3000)).get(Deadline(10)) == NEW
    assert issuer.asked == [ASKED[mode]]


def test_cloud_sso_is_asked_for_the_account_and_the_access_that_the_profile_names(
    tmp_path: Path, issuer: Issuer
) -> None:
    source(tmp_path, profile("CloudSSO", None, 3000)).get(Deadline(10))
    assert [json.loads(body) for body in issuer.bodies] == [{"AccountId": "1", "AccessConfigurationId": "ac"}]


@pytest.mark.parametrize(
    ("mode", "advice"),
    [
        ("CloudSSO", "`aliyun configure --mode CloudSSO --profile dev` logs in again"),
        (
            "OAuth",
            "`aliyun sts GetCallerIdentity --profile dev` renews it, "
            "`aliyun configure --mode OAuth --profile dev` logs in again",
        ),
    ],
)
@pytest.mark.parametrize("token_left", [None, -5])
def test_a_login_that_is_over_is_not_renewed_here_and_says_how(
    tmp_path: Path, issuer: Issuer, mode: str, advice: str, token_left: int | None
) -> None:
    with pytest.raises(CredentialsError) as caught:
        source(tmp_path, profile(mode, -5, token_left)).get(Deadline(10))
    assert str(caught.value) == (
        f"profile 'dev' of {tmp_path}/config.json: its login with the aliyun CLI has ended; {advice}"
    )
    # A token to renew it with would be used up, and the aliyun CLI would not know the new one.
    assert issuer.asked == []


@pytest.mark.parametrize("mode", ["CloudSSO", "OAuth"])
@pytest.mark.parametrize("outcome", ["cached", "fetched", "refused"])
def test_no_file_is_written_whatever_happens(tmp_path: Path, issuer: Issuer, mode: str, outcome: str) -> None:
    issuer.error = ResponseError("HTTP 403") if outcome == "refused" else None
    keys = source(tmp_path, profile(mode, 600 if outcome == "cached" else None, 3000))
    file = tmp_path / "config.json"
    before = (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino, sorted(tmp_path.rglob("*")))
    try:
        found = keys.get(Deadline(10))
        keys.refresh(found, Deadline(10))
    except CredentialsError:
        assert outcome == "refused"
    assert (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_ino, sorted(tmp_path.rglob("*"))) == before
