"""One HTTP exchange with a source of keys: STS, the metadata service, a credentials URI.

As in esa/transport.py no redirect is followed, no cookie kept, no netrc read. Unlike there any method and path may
be asked for, and a connection is used once: keys last an hour.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from ..esa.adapter import WatchedAdapter, ended_by
from ..esa.deadline import Deadline
from ..esa.endpoints import Endpoint
from ..esa.errors import DeadlineExceeded, ResponseError, TransportError
from ..esa.proxy import choose_proxies

MAX_BODY_BYTES = 1024 * 1024
EXCHANGE_SECONDS = 30.0
_CHUNK_BYTES = 64 * 1024
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,79}")
_REQUEST_ID = re.compile(r"[0-9A-Fa-f-]{8,40}")
# What follows these words in a message is an answer, an output or an address, which can hold keys.
_QUOTED = re.compile(r"[\s,:]*\b(result|response|stderr|stdout|output|OAuth token)\b\s*:.*|with url: \S*", re.DOTALL)
_ADDRESS = re.compile(r"(\w+://)(?:[^/?#\s'\"]*@)?([^/?#\s,'\"]*)[^\s,'\"]*")
_LOGIN = re.compile(r"[^\s'\"/]*:[^\s'\"]*@")
_POOL = re.compile(r"\w+Pool\(host='([^']*)', port=\d+\): Max retries exceeded\s*")
_NOISE = re.compile(
    r"\(Caused by \w+\((?:\w+\(\d+, )?['\"]?|\s*\(_ssl\.c:\d+|"
    r"\w+\(host='[^']*', port=\d+\):\s*|<[^<>]*object at 0x\w+>[:,]?\s*"
)


def exchange(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | str | None = None,
    timeouts: tuple[float, float] = (5.0, 10.0),
) -> bytes:
    """The body of an answer with status 200; raises TransportError, or ResponseError for any other status.

    `timeouts` are the seconds to connect and between two reads; no exchange takes longer than EXCHANGE_SECONDS.
    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    deadline = Deadline(EXCHANGE_SECONDS)
    adapter = WatchedAdapter(pool_connections=1, pool_maxsize=1, max_retries=0)
    try:
        with deadline.timer(), ended_by(deadline), contextlib.closing(adapter):
            status, answer = _send(adapter, _prepared(method, url, headers, body), timeouts, deadline)
    except (DeadlineExceeded, requests.RequestException, HTTPError, OSError, ValueError) as error:
        if deadline.ended is not None:
            message = f"no complete answer within {EXCHANGE_SECONDS:g} seconds"
            raise TransportError(message, host=host, retryable=True, timed_out=True) from None
        raise _explain(error, host) from None
    if status != 200:
        raise _refusal(status, answer, host)
    return answer


def safe_text(error: Exception) -> str:
    """Its message on one line, without answers and outputs, of addresses the host only: the rest can hold keys."""
    text = _QUOTED.sub("", " ".join(str(error).split()))
    text = _LOGIN.sub("", _ADDRESS.sub(r"\1\2", text))
    text = _NOISE.sub("", _POOL.sub(r"\1: ", text)).strip(" ,:()'\"")
    return text[:200] or type(error).__name__


def _prepared(method: str, url: str, headers: Mapping[str, str], body: bytes | str | None) -> requests.PreparedRequest:
    prepared = requests.PreparedRequest()
    prepared.prepare(method=method, url=url, headers=dict(headers), data=body)
    return prepared


def _send(
    adapter: WatchedAdapter, prepared: requests.PreparedRequest, timeouts: tuple[float, float], deadline: Deadline
) -> tuple[int, bytes]:
    url = str(prepared.url)
    with requests.Session() as session:
        environment = session.merge_environment_settings(url, {}, None, None, None)
    # None for plain http: it would read the keys, and the metadata service would be that of the proxy's machine.
    proxies = choose_proxies(Endpoint(*urlsplit(url)[:2]), environment["proxies"])
    verify = environment["verify"] or True
    response = adapter.send(prepared, stream=True, timeout=timeouts, proxies=proxies, verify=verify)
    with contextlib.closing(response):
        answer = b""
        if not 300 <= response.status_code < 400:
            for chunk in response.iter_content(_CHUNK_BYTES):
                answer += chunk
                if len(answer) > MAX_BODY_BYTES:
                    raise ResponseError(f"more than {MAX_BODY_BYTES // 2**20} MiB where keys were expected")
        # A socket that the deadline shut down looks like the regular end of a head or a body.
        deadline.check()
        return response.status_code, answer


def _refusal(status: int, answer: bytes, host: str) -> ResponseError:
    if 300 <= status < 400:
        return ResponseError(f"{host} answered with a redirect (HTTP {status}), and none is ever followed")
    facts = {}
    with contextlib.suppress(ValueError, RecursionError):
        facts = json.loads(answer)
    facts = facts if isinstance(facts, dict) else {}
    code, request_id = str(facts.get("Code") or ""), str(facts.get("RequestId") or "")
    # Nothing else of the answer is repeated, and of these two only what looks like one.
    code = code if _CODE.fullmatch(code) else ""
    return ResponseError(
        f"{host} answered with HTTP {status}" + (f", {code}" if code else ""),
        retryable=status >= 500,
        throttled=status == 429 or code.startswith("Throttling"),
        request_id=request_id if _REQUEST_ID.fullmatch(request_id) else "",
    )


def _explain(error: Exception, host: str) -> TransportError:
    cause = safe_text(error).removeprefix(f"{host.rpartition(':')[0] or host}: ")
    if type(error) is OSError:
        # requests' own, where a CA bundle is not there.
        return TransportError(f"{cause}. Check REQUESTS_CA_BUNDLE.", host=host, retryable=False)
    for kind, message, retryable in _FAMILIES:
        if isinstance(error, kind):
            timed_out = isinstance(error, requests.exceptions.Timeout)
            return TransportError(message.format(cause=cause), host=host, retryable=retryable, timed_out=timed_out)
    # Not its text: an invalid header's is the header, which may be a token.
    return TransportError(f"the request cannot be sent ({type(error).__name__})", host=host, retryable=False)


# Most specific first: requests' SSLError, ProxyError and ConnectTimeout are ConnectionErrors too.
_FAMILIES: tuple[tuple[type[Exception], str, bool], ...] = (
    (
        requests.exceptions.SSLError,
        "TLS could not be established: {cause}. For a private CA set REQUESTS_CA_BUNDLE to its PEM file.",
        False,
    ),
    (
        requests.exceptions.ProxyError,
        "the proxy refused or failed: {cause}. Check HTTPS_PROXY and NO_PROXY.",
        True,
    ),
    (requests.exceptions.Timeout, "no answer in time: {cause}", True),
    (requests.exceptions.ContentDecodingError, "the answer's compression is broken: {cause}", True),
    (requests.exceptions.ChunkedEncodingError, "the answer was cut off: {cause}", True),
    (requests.exceptions.ConnectionError, "{cause}", True),
    (HTTPError, "{cause}", True),
)
