"""Why an exchange failed, in words of our own.

What the other side wrote (a status line, a proxy's reason, a chunk's length) is never repeated: it can hold control
characters, or quote a secret in any spelling. Only the operating system's and OpenSSL's texts are, and no host's name
but the endpoint's: a proxy's stands beside its login.
"""

from __future__ import annotations

import http.client
import re
import ssl
import zlib

from urllib3.exceptions import (
    ConnectTimeoutError,
    DecodeError,
    HTTPError,
    IncompleteRead,
    InvalidChunkLength,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    SSLError,
)

from .codes import Retry
from .connections import MisplacedAnswer
from .errors import TransportError
from .proxy import Proxy
from .trust import NotTrustable

_TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})\b")


def explain(error: Exception, host: str, proxy: Proxy | None, trusted: tuple[str, ...]) -> TransportError:
    """The error by the table below; `trusted` are the variables that say whose certificates are trusted."""
    cause = _innermost(error)
    if isinstance(cause, NotTrustable):
        return TransportError(f"{cause}. Check {' and '.join(trusted)}.", host=host)
    words = _words(cause, named=not isinstance(error, ProxyError))
    if isinstance(error, ProxyError) and words.endswith(" 407"):
        reason = f"the proxy wants a login ({words}). Check the user and password in {_variable(proxy)}."
        return TransportError(reason, host=host)
    row = next((row for row in _FAMILIES if isinstance(error, row[0])), None)
    if row is None:
        # Not its text: an invalid header's is the header, which may be a token.
        return TransportError(f"the request cannot be sent ({type(error).__name__})", host=host)
    _, message, retry = row
    text = f"{message}: {words}" if words else message
    if isinstance(error, _TLS):
        text += f". The certificate is always checked; {_advice(trusted)}"
    elif isinstance(error, ProxyError):
        text += f". Check {_variable(proxy)} and NO_PROXY."
    elif proxy is not None:
        text += f" (through the proxy of {proxy.variable})"
    return TransportError(text, host=host, retry=retry)


def _variable(proxy: Proxy | None) -> str:
    return proxy.variable if proxy else "HTTPS_PROXY"


def _advice(trusted: tuple[str, ...]) -> str:
    if trusted:
        return f"{' and '.join(trusted)} must name the PEM file with the authority that issued it."
    return "for a private CA set REQUESTS_CA_BUNDLE or SSL_CERT_FILE to its PEM file."


def _innermost(error: BaseException) -> BaseException:
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        reason = getattr(error, "reason", None)
        inner = reason if isinstance(reason, BaseException) else None
        inner = inner or next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        inner = inner or error.__cause__ or (error.__context__ if not str(error) else None)
        if inner is None:
            break
        error = inner
    return error


def _words(cause: BaseException, named: bool) -> str:
    """What is known of a cause; "" where the message of its exception class says all."""
    for kind, words in _CAUSES:
        if isinstance(cause, kind):
            return words
    if isinstance(cause, MisplacedAnswer):
        return str(cause)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return (
            f"certificate verify failed: {cause.verify_message.rstrip('.')}" if named else "certificate verify failed"
        )
    if isinstance(cause, ssl.SSLError):
        return (cause.reason or "TLS error").replace("_", " ").lower()
    if isinstance(cause, OSError) and cause.errno is not None and cause.strerror:
        return cause.strerror
    # The known text ends at the status, which has three digits.
    tunnel = _TUNNEL.match(str(cause)[:60]) if type(cause) is OSError else None
    return f"it answered with HTTP {tunnel[1]}" if tunnel else ""


_CAUSES: tuple[tuple[type[BaseException], str], ...] = (
    (TimeoutError, ""),
    (http.client.RemoteDisconnected, "closed without an answer"),
    (http.client.LineTooLong, "a line of more than 65,536 bytes"),
    (http.client.BadStatusLine, "what came is not HTTP"),
    (http.client.UnknownProtocol, "what came is not HTTP/1"),
    (InvalidChunkLength, "a chunk without a length"),
    (IncompleteRead, "fewer bytes than announced"),
    (http.client.IncompleteRead, "fewer bytes than announced"),
    (http.client.HTTPException, "a head of more lines than HTTP allows"),
    (DecodeError, ""),
    (zlib.error, ""),
)

_TLS = (SSLError, ssl.SSLError)
# Most specific first: most of these are OSErrors or urllib3's HTTPErrors too. A ProtocolError is of a body only.
_FAMILIES: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str, Retry], ...] = (
    (_TLS, "TLS could not be established", Retry.NEVER),
    (ProxyError, "the proxy refused or failed", Retry.BACKOFF),
    (NewConnectionError, "the connection failed", Retry.BACKOFF),
    (ConnectTimeoutError, "no connection in time", Retry.TIMEOUT),
    (TimeoutError, "no answer in time", Retry.TIMEOUT),
    (DecodeError, "the answer's compression is broken", Retry.BACKOFF),
    (ProtocolError, "the answer was cut off", Retry.BACKOFF),
    (MisplacedAnswer, "the connection cannot be trusted", Retry.BACKOFF),
    ((HTTPError, http.client.HTTPException, OSError), "the connection failed", Retry.BACKOFF),
)
