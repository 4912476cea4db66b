"""Which proxy the requests to an endpoint go through, from the environment as Python and Go read it."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import sys
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from .endpoints import Endpoint
from .errors import TransportError
from .keys import Discreet

_ACCEPTED = (
    "give http://[USER:PASSWORD@]HOST:PORT, in USER and PASSWORD with every character but letters and digits "
    "percent-encoded (# as %23, / as %2F, @ as %40)"
)


class Proxy(Discreet, frozen=True):
    """A proxy's address and the variable that it comes from; the address may hold a password."""

    url: str
    variable: str

    def __repr__(self) -> str:
        return f"Proxy(variable={self.variable!r})"

    @property
    def logins(self) -> tuple[str, ...]:
        """USER:PASSWORD as the address has it and as it is sent, or nothing."""
        login, at, _ = self.url.partition("://")[2].rpartition("@")
        return tuple(dict.fromkeys((login, unquote(login)))) if at else ()


def choose_proxy(endpoint: Endpoint, configured: Mapping[str, str] | None = None) -> Proxy | None:
    """The proxy for this endpoint by its scheme, or None; raises TransportError when it is no address.

    `configured` is what Python finds: every *_PROXY variable, NO_PROXY's own text included.
    """
    # Plain http is for this machine only; through a proxy it would leave it, keys' signatures and token in clear.
    if endpoint.scheme != "https":
        return None
    if configured is None:
        configured = _configured(urlsplit(endpoint.url).hostname or "")
    value = configured.get("https") or configured.get("all")
    if not value or _is_excepted(endpoint, configured.get("no", "")):
        return None
    variable = "HTTPS_PROXY" if value == configured.get("https") else "ALL_PROXY"
    # As for curl: HOST:PORT alone is an http proxy.
    scheme, _, address = value.rpartition("://")
    url = f"{scheme or 'http'}://{address}"
    # None of these messages echoes the value: it may hold a password.
    if re.fullmatch(r"socks[0-9a-z]*", scheme, re.IGNORECASE):
        reason = f"{variable} is a SOCKS proxy, and none is supported; give an HTTP proxy: http://HOST:PORT"
        raise TransportError(reason, host=endpoint.host)
    if scheme.lower() not in ("", "http", "https") or not _is_address(address):
        raise TransportError(f"{variable} is not a proxy's address; {_ACCEPTED}", host=endpoint.host)
    return Proxy(url, variable)


def _configured(host: str) -> Mapping[str, str]:
    """What Python finds, without its import where there is nothing to find."""
    # These two have settings beside the environment.
    if sys.platform not in ("darwin", "win32") and not any(name.lower().endswith("_proxy") for name in os.environ):
        return {}
    from urllib.request import getproxies, proxy_bypass

    return {} if proxy_bypass(host) else getproxies()


def _is_address(text: str) -> bool:
    """Whether this is a host with or without port and login, and nothing else.

    What looks like a path, query or fragment is most likely a part of a password, and what stands before it would be
    taken for the host: looked up, and named in errors.
    """
    text = text.removesuffix("/")
    if not text.isprintable() or any(char in text for char in "/?#\\ "):
        return False
    with contextlib.suppress(LocationParseError):
        return bool(parse_url(f"http://{text}").host)
    return False


def _is_excepted(endpoint: Endpoint, no_proxy: str) -> bool:
    """Whether NO_PROXY names the endpoint in a form that Go or requests knows and Python does not."""
    parts = urlsplit(endpoint.url)
    host, port = parts.hostname or "", str(parts.port or 443)
    return any(_fits(host, port, entry.strip().lower()) for entry in no_proxy.split(","))


def _fits(host: str, port: str, entry: str) -> bool:
    with_port = re.fullmatch(r"(\[[^\]]*\]|[^:]*):([0-9]{1,5})", entry)
    if with_port is not None:
        entry, wanted = with_port.groups()
        if wanted != port:
            return False
    name = entry.strip("[]")
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    suffix = name.removeprefix("*")
    return bool(suffix) and host.endswith(suffix)
