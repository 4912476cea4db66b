"""A whole provider with keys from a credentials URI, against the emulator: what happens when they end in mid-walk."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pulumi_resource_alicloud_esa.esa.errors import CredentialsError
from pulumi_resource_alicloud_esa.provider import EsaProvider

from emulator import SITE_ID, Emulator, Glitch
from tests.support.servers import JsonServer

LIST = "alicloud-esa:index:getScheduledPreloadJobs"
WALK = {"siteId": str(SITE_ID), "pageSize": 5}


class Issuer:
    """A credentials URI that makes each pair of keys known to the emulator; from `ends_after` on it refuses."""

    def __init__(self, emulator: Emulator, ends_after: int = 1000) -> None:
        self._emulator = emulator
        self._ends_after = ends_after
        self._lock = threading.Lock()
        self.issued = 0

    def __call__(self, _: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        with self._lock:
            self.issued += 1
            number = self.issued
        if number > self._ends_after:
            return 403, {"Connection": "close"}, b"hunter2"
        key, secret, token = f"STS.{number}", f"secret-{number}", f"token-{number}"
        self._emulator.keys.add(key, secret, token)
        keys = {"AccessKeyId": key, "AccessKeySecret": secret, "SecurityToken": token}
        body = {"Code": "Success", **keys, "Expiration": "2099-01-01T00:00:00Z"}
        return 200, {"Connection": "close"}, json.dumps(body).encode()


@contextmanager
def provider(emulator: Emulator, issuer: Issuer) -> Iterator[EsaProvider]:
    with JsonServer(issuer) as server:
        made = EsaProvider(environment={})
        made.configure({"credentialsUri": f"{server.url}/creds", "endpoint": emulator.url})
        try:
            yield made
        finally:
            made.close()


def test_a_listing_whose_token_expires_in_mid_walk_is_complete_with_keys_fetched_twice(shared: Emulator) -> None:
    issuer = Issuer(shared)
    shared.glitches.add(Glitch(expire_token=True, from_request=4, times=1))
    with provider(shared, issuer) as made:
        result = made.invoke(LIST, dict(WALK))
        assert result["ids"] == [job.id for job in shared.store.jobs(SITE_ID)]
        assert result["totalCount"] == len(result["jobs"]) == 45
        assert issuer.issued == 2
        # What was fetched stays: another call asks for none.
        made.invoke(LIST, dict(WALK))
    assert issuer.issued == 2
    # Requests that are refused are logged without a key.
    assert {request.access_key_id for request in shared.requests} - {""} == {"STS.1", "STS.2"}


def test_a_token_that_expires_and_cannot_be_renewed_is_one_line(shared: Emulator) -> None:
    issuer = Issuer(shared, ends_after=1)
    shared.glitches.add(Glitch(expire_token=True, from_request=4, times=1))
    with provider(shared, issuer) as made, pytest.raises(CredentialsError, match=r"^credentialsUri: .*HTTP 403$"):
        made.invoke(LIST, dict(WALK))


@pytest.mark.parametrize("where", ["configuration", "environment", "profile"])
def test_a_login_in_a_credentials_uri_is_refused_wherever_it_stands(where: str, tmp_path: object) -> None:
    uri = "http://user:hunter2@127.0.0.1:1/creds?x=hunter2"
    environment = {"ALIBABA_CLOUD_CREDENTIALS_URI": uri} if where == "environment" else {}
    values = {}
    if where == "profile":
        file = f"{tmp_path}/config.json"
        entry = {"name": "default", "mode": "CredentialsURI", "credentials_uri": uri}
        with open(file, "w", encoding="utf-8") as opened:
            json.dump({"profiles": [entry]}, opened)
        values = {"sharedCredentialsFile": file}
    made = EsaProvider(environment=environment)
    if where == "configuration":
        _, faults = made.check_config({"credentialsUri": uri})
        texts = [str(fault) for fault in faults]
    else:
        made.configure(values)
        with pytest.raises(CredentialsError) as caught:
            made.invoke(LIST, dict(WALK))
        texts = [str(caught.value)]
    made.close()
    assert len(texts) == 1
    assert "holds a user name or password" in texts[0]
    assert "hunter2" not in texts[0]
