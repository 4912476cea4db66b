"""One HTTP exchange over pooled connections: bytes out, a bounded and timed answer back.

Straight to requests' adapter, below its Session: a Session prepares to follow a redirect even when told not to
(it reads the whole body, whatever its size), would resend the security token to the new host, and reads netrc,
where an entry replaces our Authorization header. TLS is always verified and there is no switch for it. Proxies
and REQUESTS_CA_BUNDLE are taken from the environment, NO_PROXY included.
"""

from __future__ import annotations

import contextlib
import platform
import re
from collections.abc import Mapping

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError

from .adapter import WatchedAdapter, ended_by
from .answer import Answer
from .deadline import Deadline
from .endpoints import Endpoint
from .errors import ResponseError, TransportError
from .proxy import choose_proxies

MAX_BODY_BYTES = 16 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_UNSENDABLE = re.compile(r"[^\t\x20-\x7e]")


class Transport:
    """The connections to one endpoint, shared by all threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        connections: int,
        connect_seconds: float,
        read_seconds: float,
        version: str,
    ) -> None:
        self.endpoint = endpoint
        self._timeouts = (connect_seconds, read_seconds)
        self._adapter = WatchedAdapter(pool_connections=2, pool_maxsize=connections, max_retries=0)
        # Looked up once: requests would read the environment and the proxy settings again for every request.
        with requests.Session() as session:
            environment = session.merge_environment_settings(endpoint.url, {}, None, None, None)
        self._proxies = choose_proxies(endpoint, environment["proxies"])
        self._verify: bool | str = environment["verify"] or True
        self._common = {
            "User-Agent": f"pulumi-alicloud-esa/{version} (python/{platform.python_version()})",
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
        }

    def get(self, query: str, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        """Send one GET with exactly this query string and these headers."""
        self._check_headers(headers)
        prepared = requests.PreparedRequest()
        prepared.method = "GET"
        prepared.url = f"{self.endpoint.url}/?{query}"
        prepared.headers = CaseInsensitiveDict({**self._common, **headers})
        connect, read = self._timeouts
        left = max(0.001, deadline.remaining())
        try:
            with (
                ended_by(deadline),
                contextlib.closing(
                    self._adapter.send(
                        prepared,
                        stream=True,
                        timeout=(min(connect, left), min(read, left)),
                        proxies=self._proxies,
                        verify=self._verify,
                    )
                ) as response,
            ):
                # A redirect is an error whatever its body says.
                body = b"" if 300 <= response.status_code < 400 else _read(response, deadline)
                # A socket that the deadline shut down looks like the regular end of a head or a body.
                deadline.check()
                return Answer(response.status_code, response.headers, body)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            deadline.check()
            raise self._explain(error) from None

    def close(self) -> None:
        """Close idle connections."""
        self._adapter.close()

    def _check_headers(self, headers: Mapping[str, str]) -> None:
        for name, value in headers.items():
            if _UNSENDABLE.search(value):
                # Refused here: http.client's own error would quote the value, which may be the security token.
                raise self._transport_error(
                    f"the header {name} cannot be sent: it holds a line end or another character that is not "
                    "printable ASCII. Check accessKey and securityToken.",
                    False,
                    False,
                )

    def _explain(self, error: Exception) -> TransportError:
        """The row of the table below that fits, by type first and by the cause's text where requests has no type."""
        text = _innermost(error)
        if isinstance(error, requests.exceptions.ProxyError) and " 407 " in text:
            return self._transport_error(
                f"the proxy wants a login: {text}. Check the user and password in HTTPS_PROXY.", False, False
            )
        if type(error) is OSError and isinstance(self._verify, str):
            return self._transport_error(f"{text}. Check REQUESTS_CA_BUNDLE.", False, False)
        if self._proxies:
            text += " (through the proxy of HTTPS_PROXY)"
        for kind, message, retryable, timed_out in _FAMILIES:
            if isinstance(error, kind):
                return self._transport_error(message.format(cause=text), retryable, timed_out)
        return self._transport_error(f"the connection failed: {text}", True, False)

    def _transport_error(self, message: str, retryable: bool, timed_out: bool) -> TransportError:
        return TransportError(message, host=self.endpoint.host, retryable=retryable, timed_out=timed_out)


# Most specific first: requests' SSLError, ProxyError and ConnectTimeout are ConnectionErrors too.
_FAMILIES: tuple[tuple[type[Exception], str, bool, bool], ...] = (
    (
        requests.exceptions.SSLError,
        "TLS could not be established: {cause}. The certificate is always checked; "
        "for a private CA set REQUESTS_CA_BUNDLE to its PEM file.",
        False,
        False,
    ),
    (
        requests.exceptions.ProxyError,
        "the proxy refused or failed: {cause}. Check HTTPS_PROXY and NO_PROXY.",
        True,
        False,
    ),
    (requests.exceptions.ConnectTimeout, "no connection in time: {cause}", True, True),
    (requests.exceptions.ReadTimeout, "no answer in time: {cause}", True, True),
    (requests.exceptions.InvalidSchema, "the proxy cannot be used: {cause}", False, False),
    (requests.exceptions.ContentDecodingError, "the answer's compression is broken: {cause}", True, False),
    (requests.exceptions.ChunkedEncodingError, "the answer was cut off: {cause}", True, False),
    (requests.exceptions.ConnectionError, "the connection failed: {cause}", True, False),
)

_OBJECT_AT = re.compile(r"<[^<>]*object at 0x[0-9a-f]+>:?\s*|\w+\(host='[^']*', port=\d+\):?\s*")
_USERINFO = re.compile(r"[^/'\"\s]+@")


def _innermost(error: BaseException) -> str:
    """The last cause in one short line, without Python's object names, without a proxy's password."""
    seen = set()
    while id(error) not in seen:
        seen.add(id(error))
        reason = getattr(error, "reason", None)
        inner = reason if isinstance(reason, BaseException) else None
        inner = inner or next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        inner = inner or error.__cause__ or (error.__context__ if not str(error) else None)
        if inner is None:
            break
        error = inner
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
    text = _USERINFO.sub("***@", _OBJECT_AT.sub("", " ".join(text.split())))
    return text.rstrip(".")[:200]


def _read(response: requests.Response, deadline: Deadline) -> bytes:
    """The decoded body; stops at 16 MiB, and between chunks at the deadline."""
    announced = response.headers.get("Content-Length", "")
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_content(_CHUNK_BYTES):
        deadline.check()
        size += len(chunk)
        if size > MAX_BODY_BYTES:
            raise ResponseError(f"more than {MAX_BODY_BYTES // 2**20} MiB in one page: lower pageSize")
        chunks.append(chunk)
    body = b"".join(chunks)
    if announced.isdigit() and not response.headers.get("Content-Encoding") and len(body) < int(announced):
        raise requests.exceptions.ChunkedEncodingError(f"{len(body)} of {announced} bytes")
    return body
