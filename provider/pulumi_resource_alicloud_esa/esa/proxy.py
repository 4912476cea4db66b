"""Which proxy the requests to an endpoint go through, from the environment as `requests` reads it."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from requests.utils import select_proxy
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from .endpoints import Endpoint
from .errors import TransportError


def choose_proxies(endpoint: Endpoint, configured: Mapping[str, str]) -> dict[str, str]:
    """The one proxy for this endpoint by its scheme, or nothing; raises TransportError when it is no address.

    `configured` is what requests found for the endpoint's URL: every *_PROXY variable, NO_PROXY's own text included.
    """
    # Plain http is for this machine only; through a proxy it would leave it, keys' signatures and token in clear.
    if endpoint.scheme != "https":
        return {}
    proxy = select_proxy(endpoint.url, dict(configured))
    if not proxy:
        return {}
    host = None
    with contextlib.suppress(LocationParseError):
        # As curl and requests: HOST:PORT alone is an http proxy.
        host = parse_url(proxy if "://" in proxy else f"http://{proxy}").host
    if not host:
        variable = "HTTPS_PROXY" if proxy == configured.get("https") else "ALL_PROXY"
        raise TransportError(
            # The value is not echoed: it may hold a password.
            f"{variable} is not a proxy's address; give http://[USER:PASSWORD@]HOST:PORT",
            host=endpoint.host,
            retryable=False,
            timed_out=False,
        )
    return {endpoint.scheme: proxy}
