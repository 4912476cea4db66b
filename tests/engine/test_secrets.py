"""Known secrets, every error path, the real engine at -v=9: none is in what it prints, logs, records or reports.

The secrets come by environment, by stack configuration and by a provider in the program. Each ends in characters
that JSON, HTML and URLs spell otherwise, and begins with some that none does: the beginning is what is searched for.
"""

from __future__ import annotations

import base64
import gzip
import html
import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from emulator import SITE_ID, Emulator, Glitch, RawAnswer
from emulator.errors import ERRORS
from tests.support.engine import ROOT, Engine, Result
from tests.support.servers import RawServer, answer, http

KEY_ID, SECRET, TOKEN, PASSWORD = (
    "STS.visibleId",
    "Secret4nobody2see+/&",
    "Token4nobody2see+/&==",
    "Password4nobody2see",
)
LOGIN = f"user:{PASSWORD}"
HIDDEN = (
    *(SECRET[:12], TOKEN[:12], PASSWORD[:12], base64.b64encode(LOGIN.encode()).decode()[:20]),
    *("Signature=", "ACS3-HMAC-SHA256 Credential"),
)
PROGRAM = Path(__file__).parents[1] / "support" / "secrets_program.py"
LOUD = ("--logtostderr", "-v=9")
COMMAND = str(ROOT / ".venv" / "bin" / "alicloud-esa")
FORMATS = ("text", "json", "markdown", "junit", "sarif")
QUOTED = " ".join(
    spelled
    for secret in (SECRET, TOKEN)
    for spelled in (secret, quote(secret, safe=""), quote(secret), quote_plus(secret), html.escape(secret))
)
ECHO = f"server StringToSign is [x], server CanonicalRequest is [x-acs-security-token:{TOKEN}]"
HTML = RawAnswer(body=f"<p>{QUOTED}</p>".encode(), content_type="text/html")
ESCAPED = SECRET.replace("/", "\\/").replace("&", "\\u0026")
GLITCHES = [
    *(Glitch(code=code, message=f"{QUOTED} for {code}") for code in ERRORS),
    Glitch(code="SignatureDoesNotMatch", message=f"Specified signature is not matched. {ECHO}"),
    Glitch(reset=True),
    Glitch(cut=10),
    Glitch(stall=True),
    Glitch(total_count="abc"),
    Glitch(total_count="wrong"),
    Glitch(raw=RawAnswer.html(502)),
    Glitch(raw=HTML),
    Glitch(raw=RawAnswer.redirect(f"http://127.0.0.1:1/?token={quote(TOKEN)}")),
    Glitch(raw=RawAnswer(body=json.dumps({"Jobs": QUOTED}).encode())),
    Glitch(raw=RawAnswer(status=400, body=f'{{"Code": "{ESCAPED}", "Message": "{ESCAPED}"}}'.encode())),
    # An answer that is right but quotes the secret: it goes into the state.
    Glitch(raw=RawAnswer(body=json.dumps({"TotalCount": 1, "Jobs": [{"Id": "a", "Name": QUOTED}]}).encode())),
]
THROTTLING = ("TooManyRequests", "Throttling", "Throttling.User", "Throttling.Api", "Rejected.Throttling")
# Those come last: every call after one of them is held back, by up to a second.
ORDERED = sorted(GLITCHES, key=lambda glitch: glitch.code in THROTTLING)
SITES = {SITE_ID + 1000 + number: glitch for number, glitch in enumerate(ORDERED)}
# More than a call takes that is held back on a busy machine; one call, the stalled one, takes all of it.
SECONDS = 5


class Run:
    """One way to give the secrets, and all that was printed, logged and left behind."""

    def __init__(self, engine: Engine, how: str) -> None:
        self.engine, self.how, self.printed = engine, how, ""
        keys = {"accessKey": KEY_ID, "secretKey": SECRET, "securityToken": TOKEN}
        self.keys = keys if how in ("sdk", "clear") else {}
        for name, value in keys.items() if how == "configuration" else ():
            self.pulumi("config", "set", *([] if name == "accessKey" else ["--secret"]), f"alicloud-esa:{name}", value)
        if how == "environment":
            names = ("ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN")
            engine.environment |= dict(zip((f"ALIBABA_CLOUD_{name}" for name in names), keys.values(), strict=True))

    def note(self, result: Result) -> Result:
        self.printed += result.text
        return result

    def pulumi(self, *words: str) -> Result:
        return self.note(self.engine.run(*words, *LOUD))

    def program(self, operation: str, sites: list[str], site: str = "", **more: Any) -> Result:
        """Run the program; what it is given lies beside what is searched, not in it."""
        limits = {"maxAttempts": 1, "timeoutSeconds": SECONDS}
        properties = {**self.keys, **limits, **more}
        given = {"how": self.how, "operation": operation, "sites": sites, "site": site, **self.keys}
        endpoint = {"endpoint": more["endpoint"]} if "endpoint" in more else {}
        given |= {"properties": properties, "python": {"max_attempts": 1, "timeout_seconds": SECONDS, **endpoint}}
        file = self.engine.folder.parent / "given.json"
        file.write_text(json.dumps(given))
        return self.note(self.engine.command(sys.executable, str(PROGRAM), str(file)))

    def left(self) -> dict[str, str]:
        """Every file of the project, the state, PULUMI_HOME and the reports, its text; the engine's logs opened."""
        files = {}
        for folder in ("project", "state", "home"):
            for path in sorted((self.engine.folder.parent / folder).rglob("*")):
                if path.is_file():
                    files[f"{folder}/{path.name}"] = self._text(path)
        return files

    def _text(self, path: Path) -> str:
        data = path.read_bytes()
        if data.startswith(b"\x1f\x8b"):
            data = gzip.decompress(data)
        elif data.startswith(b"PLOG"):
            opened = self.engine.run("logs", "decrypt", str(path))
            assert opened.code == 0, opened.text
            return opened.stdout
        return data.decode("utf-8", "replace")


def found_in(text: str) -> list[str]:
    return [line[:300] for line in text.splitlines() if any(secret in line for secret in HIDDEN)][:5]


def check(run: Run) -> None:
    """Nothing printed or left behind holds a secret."""
    assert found_in(run.printed) == []
    files = run.left()
    assert {name: found for name, text in files.items() if (found := found_in(text))} == {}
    # The search reaches what it has to: the engine's own log, which it keeps encrypted, and the state.
    assert any("Invoke(alicloud-esa:index:getScheduledPreloadJobs)" in text for text in files.values())
    state = "".join(text for name, text in files.items() if name.startswith("state/"))
    assert "RequestId" in state
    # Keys of the environment are not in the state at all, not even what may be shown of them.
    assert (KEY_ID in state) == (run.how != "environment")


@pytest.fixture
def service(emulator: Emulator) -> Emulator:
    """A service that knows the keys and has a site for each glitch."""
    emulator.keys.add(KEY_ID, SECRET, TOKEN)
    for site, glitch in SITES.items():
        emulator.store.set_jobs(site, [])
        emulator.glitches.add(Glitch(**{**vars(glitch), "site_id": site}))
    return emulator


@pytest.mark.parametrize("how", ["environment", "configuration", "sdk", "clear"])
def test_no_error_shows_a_secret(engine: Engine, service: Emulator, how: str) -> None:
    engine.write("name: secrets\nruntime: yaml\n")
    engine.stack()
    run = Run(engine, how)
    for name, value in (("maxAttempts", "1"), ("timeoutSeconds", str(SECONDS))):
        run.pulumi("config", "set", f"alicloud-esa:{name}", value)
    update = run.program("up", [str(site) for site in SITES], str(SITE_ID))
    assert update.code == 0, update.text[-2000:]
    texts = json.loads(engine.run("stack", "output", "texts", "--json").stdout)
    assert len(texts) == len(GLITCHES)
    for site, glitch in SITES.items():
        assert glitch.code is None or f"{glitch.code}: " in texts[str(site)]
    # A refresh that cannot read: quoted secrets, and a signature that is really wrong.
    service.glitches.clear()
    service.glitches.add(Glitch(code="Forbidden.RAM", message=QUOTED))
    refused = run.pulumi("refresh", "--yes", "--debug")
    assert (refused.code, "Forbidden.RAM: " in refused.text) == (1, True)
    service.glitches.clear()
    service.keys.add(KEY_ID, "another", TOKEN)
    refused = run.pulumi("refresh", "--yes", "--debug")
    assert (refused.code, "SignatureDoesNotMatch: " in refused.text) == (1, True)
    # Settings that are wrong, and hold a secret where none belongs.
    run.pulumi("config", "set", "alicloud-esa:endpoint", f"https://{LOGIN}@127.0.0.1:1", "--secret")
    # No calls here: the SDK would wait for ever for a provider that cannot be made.
    sites = [str(SITE_ID)] if how in ("environment", "configuration") else []
    wrong = run.program("preview", sites, endpoint=f"https://{LOGIN}@127.0.0.1:1", secretKey=[SECRET])
    assert "endpoint" in wrong.text
    check(run)


def test_a_proxy_that_wants_a_login_does_not_show_its_password(engine: Engine) -> None:
    del engine.environment["ALIBABA_CLOUD_ENDPOINT_ESA"]
    engine.write("name: secrets\nruntime: yaml\n")
    engine.stack()
    run = Run(engine, "environment")
    with RawServer(answer(http(QUOTED.encode(), 407, {"Proxy-Authenticate": "Basic"}))) as proxy:
        engine.environment["HTTPS_PROXY"] = f"http://{LOGIN}@127.0.0.1:{proxy.port}"
        run.pulumi("config", "set", "alicloud-esa:maxAttempts", "1")
        update = run.program("up", [str(SITE_ID)])
        assert proxy.accepted
    assert (update.code, "the proxy wants a login" in update.text) == (0, True)
    assert found_in(run.printed) == []
    assert {name: found for name, text in run.left().items() if (found := found_in(text))} == {}


def test_no_report_of_a_check_shows_a_secret(engine: Engine, service: Emulator) -> None:
    run = Run(engine, "environment")
    service.glitches.clear()
    record = ("drift", "record", "--site-id", str(SITE_ID), "-o", "jobs.json", "--debug")
    assert run.note(engine.command(COMMAND, *record)).code == 0
    wrong_endpoint = {"ALIBABA_CLOUD_ENDPOINT_ESA": f"https://{LOGIN}@127.0.0.1:1"}
    # Of the codes one that is retried and one that is not; the answers of each kind; what the network does.
    cases: list[tuple[Glitch | None, dict[str, str]]] = [
        *((glitch, {}) for glitch in GLITCHES if glitch.code in (None, "Forbidden.RAM", "SignatureDoesNotMatch")),
        (None, wrong_endpoint),
    ]
    for number, (glitch, environment) in enumerate(cases):
        service.glitches.clear()
        if glitch is not None:
            service.glitches.add(glitch)
        reports = [f"--format={form}={number}.{form}" for form in FORMATS]
        check = ("drift", "check", "--baseline", "jobs.json", "--timeout-seconds", "1", "--debug", *reports)
        done = run.note(engine.command(COMMAND, *check, **environment))
        # A name that quotes the secret is drift like any other, and is shown masked.
        assert done.code == (7 if glitch is GLITCHES[-1] else 1), done.text
        assert "Traceback" not in done.text
        files = run.left()
        assert {f"project/{number}.{form}" for form in FORMATS} <= set(files) or environment
        assert {name: found for name, text in files.items() if (found := found_in(text))} == {}
    assert found_in(run.printed) == []
    assert "***" in run.left()[f"project/{len(cases) - 2}.json"]
