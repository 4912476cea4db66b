"""No secret of ours is shown, however an answer spells it, and no text of somebody else makes the search slow."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from http.client import BadStatusLine, UnknownProtocol
from typing import Any
from urllib.parse import quote

import pytest
from pulumi_resource_alicloud_esa.credentials.messages import safe_text
from pulumi_resource_alicloud_esa.esa.answer import Answer, interpret
from pulumi_resource_alicloud_esa.esa.causes import explain
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import ApiError, CredentialsError, EsaError
from pulumi_resource_alicloud_esa.esa.keys import Credentials
from pulumi_resource_alicloud_esa.esa.masking import Mask
from pulumi_resource_alicloud_esa.esa.proxy import Proxy
from requests.exceptions import ConnectionError as RequestsConnectionError

from tests.support.clients import FixedSource, NewClient, Tls
from tests.support.servers import Peer, RawServer, Script, connect_proxy, http

SECRET = "Secret4nobody+2/see=="
LETTERS = re.compile(r"[0-9A-Za-z]")

SPELLINGS: dict[str, Callable[[str], str]] = {
    "upper case": str.upper,
    "lower case": str.lower,
    "hexadecimal": lambda text: text.encode().hex(),
    "hexadecimal, upper case": lambda text: text.encode().hex().upper(),
    "percent, letters too": lambda text: "".join(f"%{ord(char):02X}" for char in text),
    "percent, letters too, twice": lambda text: quote("".join(f"%{ord(char):02x}" for char in text)),
    "HTML, letters too": lambda text: "".join(f"&#{ord(char)};" for char in text),
    "HTML, hexadecimal letters": lambda text: "".join(f"&#x{ord(char):x};" for char in text),
    "some letters": lambda text: LETTERS.sub(lambda found: f"&#{ord(found[0])};", text, count=3),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_secret_is_masked_whole_in_every_spelling(spelling: str) -> None:
    assert Mask([SECRET]).text(f"you sent <{SPELLINGS[spelling](SECRET)}>.") == "you sent <***>."


@pytest.mark.parametrize("depth", [1, 2])
def test_a_row_whose_letters_are_spelled_as_json_may_shows_no_secret(depth: int) -> None:
    spelled = "".join(f"\\u{ord(char):04x}" for char in SECRET)
    body = '{"Name": "<%s>"}' % (spelled if depth == 1 else spelled.replace("\\", "\\\\"))
    assert interpret("A", Answer(200, {}, body.encode()), Mask([SECRET])) == {"Name": "<***>"}


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
@pytest.mark.parametrize("before", ["", "u", "us", "user:", "{'a': "])
@pytest.mark.parametrize("behind", ["", "}", ", b"])
def test_nothing_of_the_base64_of_a_secret_is_shown(encode: Callable[[bytes], bytes], before: str, behind: str) -> None:
    # Characters that differ in URLs are among them.
    secret = "Secret4nobody\xff\xfe\xfb2see?>?>"
    encoded = encode(f"{before}{secret}{behind}".encode()).decode()
    assert re.search("[-+/_]", encoded)
    shown = Mask([secret]).text(f"<{encoded}>")
    assert "***" in shown
    # What is left are the texts around the secret, and at most a few bits of either end of it.
    assert len(shown) <= 5 + 4 * (len(before) + len(behind) + 4) / 3 + 4


def test_a_text_without_a_secret_is_left_as_it_is() -> None:
    text = "Secret4nobody &#83; %53 \\u0053 53656372 \ud83d\ude00 \u00e9\udcff"
    assert Mask([SECRET]).text(text.encode("utf-8", "replace").decode()) == text.encode("utf-8", "replace").decode()
    assert Mask([SECRET]).body(b"\xff\xfe \x00") == b"\xff\xfe \x00"


def test_of_a_login_the_password_alone_is_masked_too() -> None:
    assert (
        Mask(logins=["user:Password4nobody2see"]).text("you: user, with Password4nobody2see") == "you: user, with ***"
    )


@pytest.mark.parametrize(
    ("secrets", "logins", "text"),
    [(["fifteen-letters"], [], "fifteen-letters"), ([], ["a:b"], "a:b"), ([None, ""], [], "x")],
)
def test_what_is_too_short_to_be_a_secret_is_left(secrets: list[str | None], logins: list[str], text: str) -> None:
    assert Mask(secrets, logins).text(text) == text


# --- over the wire ---


def echoing(make: Callable[[str], str], status: int) -> Script:
    """A server that quotes something of the request's head."""

    def script(peer: Peer) -> None:
        head = peer.read_request().decode("latin-1")
        text = make(head)
        body = json.dumps(
            {"Code": "Bad", "Message": f"got {text}", "Jobs": [{"Name": text}]} if status != 200 else {"Name": text}
        )
        peer.send(http(body.encode(), status, {"Connection": "close"}))

    return script


def header(head: str, name: str) -> str:
    return re.findall(rf"(?im)^{name}: (.*?)\r$", head)[0]


QUOTES: dict[str, Callable[[str], str]] = {
    "Authorization": lambda head: header(head, "authorization"),
    "signature": lambda head: header(head, "authorization").rpartition("=")[2],
    "signature, upper case": lambda head: header(head, "authorization").rpartition("=")[2].upper(),
    "token": lambda head: header(head, "x-acs-security-token"),
    "all of it": lambda head: head,
    "all of it in Base64": lambda head: base64.b64encode(head.encode()).decode(),
}
KEYS = Credentials("STS.testAccessKeyId", "testStsAccessKeySecret", "testSecurityToken+/=")


@pytest.mark.parametrize("quoted", QUOTES)
@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_that_quotes_the_request_shows_no_secret_of_it(
    new_client: NewClient, quoted: str, status: int
) -> None:
    with RawServer(echoing(QUOTES[quoted], status)) as server:
        client = new_client(server.url, source=FixedSource(KEYS))
        try:
            shown = json.dumps(client.call("A", {}, Deadline(5)))
        except ApiError as error:
            shown = f"{error} {error!r} {vars(error)}"
    # The server notes a request after its answer.
    signature = header(server.requests[0].decode(), "authorization").rpartition("=")[2]
    assert len(signature) == 64
    # In Base64 the whole head is cut before the first secret in it.
    assert "***" in shown or (status == 400 and "Base64" in quoted)
    plain = base64.b64decode(re.sub(r"[^0-9A-Za-z+/]", "", shown)[:-8] + "=" * 8).decode("latin-1")
    for secret in (signature, "testSecurityToken", "testStsAccessKeySecret"):
        assert secret[:16].lower() not in (shown + plain).lower()


@pytest.mark.parametrize(
    "quoted", ["dXNlcjpodW50ZXIy", "user:hunter2", "Basic dXNlcjpodW50ZXIy", "http://user:hunter2@p"]
)
@pytest.mark.parametrize("status", [200, 400])
def test_an_answer_that_quotes_the_login_of_a_proxy_does_not_show_it(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls, quoted: str, status: int
) -> None:
    # A proxy that looks into TLS, with an authority of its own, is where such an answer would come from.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", tls.ca_file)
    log: list[str] = []
    with (
        RawServer(echoing(lambda head: quoted, status), tls=tls.context) as server,
        RawServer(connect_proxy(server.port, log)) as proxy,
    ):
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{proxy.port}")
        client = new_client(server.url)
        try:
            shown = json.dumps(client.call("A", {}, Deadline(5)))
        except ApiError as error:
            shown = f"{error} {error!r} {vars(error)}"
    assert "dXNlcjpodW50ZXIy" in log[0]
    assert not [text for text in ("hunter2", "dXNlcjpodW50ZXIy", "dXNlcjpodW50") if text in shown]


HOSTILE = "testSecurityToken+/= \x1b[31m\x1b]0;title\x07\x9b31m \u202e"
BELOW: dict[str, bytes] = {
    "no status line": HOSTILE.encode(),
    "a status line": b"HTTP/1.1 999999 " + HOSTILE.encode(),
    "a version": HOSTILE.encode().replace(b" ", b"") + b" 200 OK\r\n\r\n",
    "a reason": b"HTTP/1.1 500 " + HOSTILE.encode() + b"\r\nContent-Length: 0\r\n\r\n",
    "a content type": b"HTTP/1.1 200 OK\r\nContent-Type: " + HOSTILE.encode() + b"\r\nContent-Length: 1\r\n\r\nx",
    "a chunk's length": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + HOSTILE.encode() + b"\r\n",
    "an encoding": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip, "
    + HOSTILE.encode()
    + b"\r\nContent-Length: 1\r\n\r\nx",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1, " + HOSTILE.encode() + b"\r\n\r\nx",
    "a place": b"HTTP/1.1 302 X\r\nLocation: " + HOSTILE.encode() + b"\r\n\r\n",
    "a request id": b"HTTP/1.1 400 X\r\nx-acs-request-id: "
    + HOSTILE.encode()
    + b'\r\nContent-Length: 12\r\n\r\n{"Code":"X"}',
}


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@pytest.mark.parametrize("where", BELOW)
def test_no_text_from_below_the_body_is_repeated(new_client: NewClient, where: str) -> None:
    with RawServer(lambda peer: (peer.read_request(), peer.send(BELOW[where]))) as server:  # type: ignore[arg-type]
        with pytest.raises(EsaError) as caught:
            new_client(server.url, source=FixedSource(KEYS), attempts=1).call("A", {}, Deadline(5))
        line = str(caught.value)
    assert line.isprintable()
    assert not [text for text in ("testSecurity", "[31m", "title", "***") if text in line]


@pytest.mark.parametrize("status", [200, 403, 407, 502])
def test_no_reason_of_a_proxy_is_repeated(new_client: NewClient, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    data = f"HTTP/1.1 {status} dXNlcjpodW50ZXIy user:hunter2 {HOSTILE}\r\nX: {HOSTILE}\r\n\r\n{HOSTILE}".encode()
    with RawServer(lambda peer: (peer.read_request(), peer.send(data))) as proxy:  # type: ignore[arg-type]
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:hunter2@127.0.0.1:{proxy.port}")
        with pytest.raises(EsaError) as caught:
            new_client("https://esa.cn-hangzhou.aliyuncs.com", attempts=1).call("A", {}, Deadline(5))
    line = str(caught.value)
    assert line.isprintable()
    assert not [text for text in ("hunter2", "dXNl", "testSecurity", "[31m", "title", "127.0.0.1") if text in line]


# --- texts that are made to be slow to search ---


def slowest(work: Callable[[], Any]) -> float:
    """Seconds of this thread's own, the best of three: other processes do not count."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        work()
        times.append(time.thread_time() - began)
    return min(times)


def as_message(text: str) -> None:
    body = json.dumps({"Code": f"x{text}", "Message": text, "AccessDeniedDetail": {"AuthAction": text}}).encode()
    with pytest.raises(ApiError):
        interpret("A", Answer(400, {"Date": text, "Retry-After": text, "x-acs-request-id": text}, body), Mask([SECRET]))


def as_what_is_no_json(text: str) -> None:
    with pytest.raises(EsaError):
        interpret("A", Answer(400, {"Content-Type": text}, f"<Error><Code>{text}".encode()), Mask([SECRET]))


def as_status_line(text: str) -> None:
    for error in (
        BadStatusLine(text),
        UnknownProtocol(text),
        OSError(text),
        OSError(f"Tunnel connection failed: {text}"),
    ):
        explain(RequestsConnectionError(error), "h", Proxy("http://u:p@h", "HTTPS_PROXY"), ())


READERS = [
    as_message,
    as_what_is_no_json,
    as_status_line,
    lambda text: safe_text(RuntimeError(text)),
    Mask([SECRET], ["user:hunter2"]).text,
]
PIECES = [
    *".:<@\\%&#a'/+( ",
    *("server", "stringtosign", "%25", "&amp;", "&#0", "&#x0", "\\u00"),
    "Secret4nobody",
    "server StringToSign is",
    "x(host='",
    "<Code>",
    "<object at 0x",
    "http://u:",
]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("piece", PIECES)
def test_four_times_the_text_takes_four_times_the_time(reader: Callable[[str], Any], piece: str) -> None:
    short = piece * (20_000 // len(piece))
    reader(short)
    # What costs next to nothing for the short text must not cost much for the long one: the noise of a millisecond.
    assert slowest(lambda: reader(short * 4)) < 8 * slowest(lambda: reader(short)) + 0.005


@pytest.mark.parametrize(
    "head", [b"", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"HTTP/1.1 200 OK\r\nX"]
)
@pytest.mark.parametrize("piece", [b".", b":", b"<", b"@", b"a"])
def test_a_line_of_65_000_characters_is_an_error_within_a_second(
    new_client: NewClient, head: bytes, piece: bytes
) -> None:
    with RawServer(lambda peer: (peer.read_request(), peer.send(head + piece * 65_000 + b"\r\n\r\n"))) as server:  # type: ignore[arg-type]
        began = time.thread_time()
        with pytest.raises(EsaError):
            new_client(server.url, attempts=1).call("A", {}, Deadline(20))
        assert time.thread_time() - began < 1


def test_a_status_line_of_colons_of_a_credentials_uri_is_an_error_within_a_second() -> None:
    from pulumi_resource_alicloud_esa.config import read_settings
    from pulumi_resource_alicloud_esa.credentials.sources import choose_source

    with RawServer(lambda peer: (peer.read_request(), peer.send(b":" * 65_000 + b"\r\n\r\n"))) as server:  # type: ignore[arg-type]
        source = choose_source(read_settings({"credentialsUri": server.url}, {}), {}, pytest.fail)
        began = time.process_time()
        with pytest.raises(CredentialsError, match="what came is not HTTP"):
            source.get(Deadline(20))
        assert time.process_time() - began < 3
