"""One HTTP exchange with a source of keys: STS, the metadata service, a credentials URI.

Any method and path may be asked for, and a connection is used once: keys last an hour.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from urllib3.util import make_headers, parse_url

from ..esa.answer import Answer
from ..esa.codes import Retry, retry_of_status
from ..esa.deadline import Deadline
from ..esa.endpoints import Endpoint
from ..esa.errors import DeadlineExceeded, ResponseError, TransportError
from ..esa.exchange import Exchange

MAX_BODY_BYTES = 1024 * 1024
EXCHANGE_SECONDS = 30.0
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,79}")
_REQUEST_ID = re.compile(r"[0-9A-Fa-f-]{8,40}")


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
    try:
        address = parse_url(url)
    except ValueError as error:
        # Not its text: it is the address, which may hold a password.
        host = urlsplit(url).netloc.rpartition("@")[2]
        raise TransportError(f"the request cannot be sent ({type(error).__name__})", host=host) from None
    endpoint = Endpoint(address.scheme or "http", address.netloc or "")
    sent = dict(headers)
    if address.auth and ":" in address.auth:
        sent["Authorization"] = make_headers(basic_auth=unquote(address.auth))["authorization"]
    if any("\n" in value or "\r" in value for value in sent.values()):
        # http.client's own error would quote the value, which may be a token.
        raise TransportError("the request cannot be sent (InvalidHeader)", host=endpoint.host)
    one = Exchange(endpoint, timeouts=timeouts, max_bytes=MAX_BODY_BYTES, too_large="where keys were expected")
    deadline = Deadline(EXCHANGE_SECONDS)
    try:
        with deadline.timer(), contextlib.closing(one):
            answer = one.send(method, address.request_uri, sent, deadline, body)
    except DeadlineExceeded:
        message = f"no complete answer within {EXCHANGE_SECONDS:g} seconds"
        raise TransportError(message, host=endpoint.host, retry=Retry.TIMEOUT) from None
    if answer.status != 200:
        raise _refusal(answer, endpoint.host)
    return answer.body


def _refusal(answer: Answer, host: str) -> ResponseError:
    if 300 <= answer.status < 400:
        return ResponseError(f"{host} answered with a redirect (HTTP {answer.status}), and none is ever followed")
    facts = {}
    with contextlib.suppress(ValueError, RecursionError):
        facts = json.loads(answer.body)
    facts = facts if isinstance(facts, dict) else {}
    code, request_id = str(facts.get("Code") or ""), str(facts.get("RequestId") or "")
    # Nothing else of the answer is repeated, and of these two only what looks like one.
    code = code if _CODE.fullmatch(code) else ""
    return ResponseError(
        f"{host} answered with HTTP {answer.status}" + (f", {code}" if code else ""),
        retry=Retry.THROTTLE if code.startswith("Throttling") else retry_of_status(answer.status),
        request_id=request_id if _REQUEST_ID.fullmatch(request_id) else "",
    )
