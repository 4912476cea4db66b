"""The requests to the one endpoint of ESA: GET on /, with exactly the query string and headers that were signed."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping

from .answer import Answer
from .deadline import Deadline
from .endpoints import Endpoint
from .errors import TransportError
from .exchange import Exchange
from .terms import term

MAX_BODY_BYTES = 16 * 1024 * 1024
_UNSENDABLE = re.compile(r"[^\t\x20-\x7e]")


class Transport:
    """The connections to one endpoint, shared by all threads."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        connect_seconds: float,
        read_seconds: float,
        version: str,
    ) -> None:
        self.endpoint = endpoint
        self._exchange = Exchange(
            endpoint,
            timeouts=(connect_seconds, read_seconds),
            max_bytes=MAX_BODY_BYTES,
            too_large=f"in one page: lower {term('page size')}",
        )
        self._common = {
            "User-Agent": f"pulumi-alicloud-esa/{version} (python/{sys.version.split()[0]})",
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
        }

    @property
    def logins(self) -> tuple[str, ...]:
        """USER:PASSWORD of the proxy, if there is one that came with a login."""
        return self._exchange.proxy.logins if self._exchange.proxy else ()

    def get(self, query: str, headers: Mapping[str, str], deadline: Deadline) -> Answer:
        """Send one GET with exactly this query string and these headers."""
        for name, value in headers.items():
            if _UNSENDABLE.search(value):
                # Refused here: http.client's own error would quote the value, which may be the security token.
                raise TransportError(
                    f"the header {name} cannot be sent: it holds a line end or another character that is not "
                    f"printable ASCII. Check {term('access key')} and {term('security token')}.",
                    host=self.endpoint.host,
                )
        return self._exchange.send("GET", f"/?{query}", {**self._common, **headers}, deadline)

    def close(self) -> None:
        """Close idle connections."""
        self._exchange.close()
