"""Known secrets, many ways to fail, and a search for them in everything that anybody could print or log."""

from __future__ import annotations

import contextlib
import html
import json
import logging
import re
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from pulumi_resource_alicloud_esa.config import SECRETS
from pulumi_resource_alicloud_esa.esa.answer import Answer, interpret
from pulumi_resource_alicloud_esa.esa.codes import Retry
from pulumi_resource_alicloud_esa.esa.errors import ApiError
from pulumi_resource_alicloud_esa.esa.masking import Mask
from pulumi_resource_alicloud_esa.provider import EsaProvider

from emulator import SITE_ID, Emulator, Glitch, RawAnswer
from emulator.errors import ERRORS
from tests.support.servers import JsonServer, RawServer, answer, http

LIST = "alicloud-esa:index:getScheduledPreloadJobs"
SITE = {"siteId": str(SITE_ID)}
SECRET, TOKEN, PASSWORD = "Secret4nobody2see", "Token4nobody2see+/==", "Password4nobody2see"
KEYS = {"accessKey": "STS.visibleId", "secretKey": SECRET, "securityToken": TOKEN}
# Parts of them too: a message that is cut in the middle of a secret still shows most of it.
HIDDEN = (SECRET[:12], TOKEN[:12], PASSWORD[:12], "Signature=", "ACS3-HMAC-SHA256 Credential")


class Everything:
    """Collects what the failures of many providers say, show and log."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def fail(self, environment: dict[str, str] | None = None, **values: Any) -> None:
        """Configure and invoke; it must fail."""
        provider = EsaProvider(environment=environment or {})
        try:
            inputs, faults = provider.check_config(values)
            # What was given comes back as it was, but for the two that must be encrypted.
            self.texts += [repr([inputs.get(name) for name in SECRETS]), *map(str, faults), *map(repr, faults)]
            provider.configure(values)
            provider.invoke(LIST, dict(SITE))
        except Exception as error:
            # With the frames' own text: `from None` hides the cause from a traceback but not from a debugger.
            self.texts += [str(error), repr(error), repr(getattr(error, "args", ""))]
            self.texts.append("".join(traceback.format_exception(error)))
            cause: BaseException | None = error
            while cause is not None:
                self.texts += [str(cause) if cause is error else "", repr(vars(error))]
                cause = cause.__cause__
        else:
            pytest.fail("nothing failed")
        finally:
            self.texts += [repr(provider), repr(provider._client), repr(getattr(provider._client, "settings", ""))]
            provider.close()


@pytest.fixture
def everything(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Everything]:
    collected = Everything()
    with caplog.at_level(logging.DEBUG):
        yield collected
    printed = capfd.readouterr()
    assert printed.out == ""
    text = "\n".join([*collected.texts, caplog.text, printed.err])
    assert len(collected.texts) > 4
    found = [secret for secret in HIDDEN if secret in text]
    assert not found, [line for line in text.splitlines() if any(secret in line for secret in found)][:5]


def test_no_code_of_the_service_shows_a_secret(shared: Emulator, everything: Everything) -> None:
    shared.keys.add("STS.visibleId", SECRET, TOKEN)
    for code in ERRORS:
        shared.glitches.clear()
        shared.glitches.add(Glitch(code=code, message=f"You sent {TOKEN} and {SECRET} for {code}"))
        everything.fail(endpoint=shared.url, maxAttempts=1, **KEYS)


def test_a_signature_that_does_not_match_shows_no_secret(shared: Emulator, everything: Everything) -> None:
    shared.keys.add("STS.visibleId", "another", TOKEN)
    everything.fail(endpoint=shared.url, **KEYS)


@pytest.mark.parametrize(
    "glitch",
    [
        Glitch(reset=True),
        Glitch(cut=10),
        Glitch(raw=RawAnswer.html(502)),
        Glitch(raw=RawAnswer(body=f"<p>{TOKEN}</p>".encode(), content_type="text/html")),
        Glitch(raw=RawAnswer(body=f'["{TOKEN}"]'.encode())),
        Glitch(raw=RawAnswer(body=f'{{"Jobs": "{SECRET}"}}'.encode())),
        Glitch(raw=RawAnswer.redirect(f"http://127.0.0.1:1/?token={TOKEN}")),
        Glitch(total_count="abc"),
        Glitch(total_count="wrong"),
        Glitch(stall=True),
    ],
    ids=lambda glitch: str(glitch)[:60],
)
def test_no_broken_answer_shows_a_secret(shared: Emulator, everything: Everything, glitch: Glitch) -> None:
    shared.keys.add("STS.visibleId", SECRET, TOKEN)
    shared.glitches.add(glitch)
    everything.fail(endpoint=shared.url, maxAttempts=1, timeoutSeconds=1, **KEYS)


@pytest.mark.parametrize(
    "values",
    [
        {"endpoint": "http://127.0.0.1:1"},
        {"endpoint": f"https://user:{PASSWORD}@127.0.0.1:1"},
        {"endpoint": "https://does-not-exist.invalid"},
        {"securityToken": f"{TOKEN}\nx-evil: 1", "endpoint": "http://127.0.0.1:1"},
        {"secretKey": {"wrong": SECRET}},
        {"securityToken": [TOKEN]},
        {"maxAttempts": 0},
        {"credentialsUri": f"ftp://user:{PASSWORD}@host/"},
        {"assumeRoleWithOidc": {"oidcToken": [TOKEN]}},
        {"assumeRoleWithOidc": f"{{{TOKEN}"},
    ],
    ids=str,
)
def test_no_wrong_setting_shows_a_secret(everything: Everything, values: dict[str, Any]) -> None:
    everything.fail(**{**KEYS, "maxAttempts": 1, **values})


@pytest.mark.parametrize("status", [407, 502])
def test_a_proxy_shows_no_password(everything: Everything, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with RawServer(answer(http(b"", status))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:{PASSWORD}@127.0.0.1:{proxy.port}")
        everything.fail(maxAttempts=1, **KEYS)


def test_no_source_of_keys_shows_a_secret(everything: Everything, tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    for content in (
        json.dumps({"profiles": [{"name": "default", "mode": "StsToken", "access_key_secret": SECRET}]}),
        f"[default]\n{SECRET}\n",
        f'{{"profiles": [{{"name": "default", "access_key_secret": "{SECRET}"',
        json.dumps({"profiles": [{"name": "default", "mode": "External", "process_command": f"echo {SECRET}"}]}),
    ):
        file.write_text(content)
        everything.fail(sharedCredentialsFile=str(file), endpoint="http://127.0.0.1:1", maxAttempts=1)
    body = json.dumps({"Code": "Nope", "AccessKeySecret": SECRET, "SecurityToken": TOKEN}).encode()
    for status in (200, 500):
        with JsonServer(lambda _, status=status: (status, {"Connection": "close"}, body)) as server:  # type: ignore[misc]
            everything.fail(credentialsUri=f"{server.url}/?password={PASSWORD}")
    with contextlib.suppress(ValueError):
        everything.fail(credentialsUri=f"http://127.0.0.1:1/?password={PASSWORD}")


def test_keys_of_the_environment_are_never_shown(everything: Everything, shared: Emulator) -> None:
    environment = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "testAccessKeyId",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SECRET,
        "ALIBABA_CLOUD_ENDPOINT_ESA": shared.url,
    }
    everything.fail(environment)
    del environment["ALIBABA_CLOUD_ACCESS_KEY_ID"]
    everything.fail(environment)


SPELLINGS = {
    "as it is": str,
    "percent": lambda text: quote(text, safe=""),
    "percent, slash kept": quote,
    "percent, lower case": lambda text: re.sub("%..", lambda found: found.group().lower(), quote(text, safe="")),
    "percent, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form": quote_plus,
    "JSON": lambda text: text.replace("/", "\\/").replace("&", "\\u0026").replace("=", "\\u003D"),
    "JSON in JSON": lambda text: text.replace("/", "\\\\/").replace("&", "\\\\u0026"),
    "HTML": html.escape,
    "HTML, numbers": lambda text: re.sub(r"[^0-9A-Za-z]", lambda found: f"&#{ord(found.group())};", text),
    "HTML, hexadecimal": lambda text: re.sub(r"[^0-9A-Za-z]", lambda found: f"&#x{ord(found.group()):X};", text),
    "HTML in HTML": lambda text: html.escape(html.escape(text)),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_masked_however_it_is_spelled(spelling: str) -> None:
    secret = "Token4nobody2see+/&<\"'~é=="
    spelled = SPELLINGS[spelling](secret)
    body = json.dumps({"Code": f"A{spelled}", "Message": f"you sent {spelled}, thrice", "RequestId": spelled})
    with pytest.raises(ApiError) as caught:
        interpret("Act", Answer(400, {}, body.encode()), Mask([secret]))
    error = caught.value
    assert (error.code, error.message, error.request_id) == ("A***", "you sent ***, thrice", "***")
    # Not as JSON spells it in the body, but with that spelling in its text.
    right = json.dumps({"Name": f"<{spelled}>"}, ensure_ascii=False).encode()
    assert interpret("Act", Answer(200, {}, right), Mask([secret])) == {"Name": "<***>"}


def test_a_secret_that_only_begins_alike_is_left() -> None:
    assert interpret("Act", Answer(200, {}, b'{"Name": "Token4nobody2see-/=="}'), Mask([TOKEN]))["Name"][:5] == "Token"


@pytest.mark.parametrize("secret", ["b", "Service", "able", "3", "e", "503"])
def test_a_short_secret_does_not_change_a_code(secret: str) -> None:
    body = b'{"Code": "ServiceUnavailable", "Message": "The service is unavailable.", "RequestId": "R-3"}'
    with pytest.raises(ApiError) as caught:
        interpret("Act", Answer(503, {}, body), Mask([secret]))
    error = caught.value
    assert (error.code, error.message, error.request_id) == ("ServiceUnavailable", "The service is unavailable.", "R-3")
    assert error.retry is Retry.BACKOFF


def test_no_answer_makes_the_search_for_secrets_hang() -> None:
    # What a server that wants to be slow to read would send: the beginnings of spellings, over and over. A careless
    # pattern takes minutes for it.
    for piece in (b"\\\\", b"%252525", b"&amp;", b"&#00000000", b"&#x000000"):
        slow = b'{"a": "nobody ' + piece * (200_000 // len(piece)) + b'"}'
        assert timed(slow, ["+/+/+/+/+/+/nobody+/+/+/+/=="]) < 20


def timed(body: bytes, hidden: list[str]) -> float:
    """Seconds that the masking adds."""
    began = time.perf_counter()
    interpret("Act", Answer(200, {}, body), Mask(hidden))
    masked = time.perf_counter()
    interpret("Act", Answer(200, {}, body))
    return masked - began - (time.perf_counter() - masked)
