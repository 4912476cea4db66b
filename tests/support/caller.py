"""A client that signs what it sends with the emulator's own code for the signature."""

from __future__ import annotations

import hashlib
import http.client
import json
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from emulator import Emulator
from emulator.signature import ALGORITHM, WireRequest, canonical_query, canonical_request, signature_of


@dataclass
class Reply:
    """The answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Caller:
    """Calls the API of one emulator over one kept connection, signed with one key."""

    emulator: Emulator
    key: str = "testAccessKeyId"
    secret: str = "testAccessKeySecret"
    token: str | None = None
    timeout: float = 10
    context: ssl.SSLContext | None = None
    connection: http.client.HTTPConnection | None = None
    sent: dict[str, str] = field(default_factory=dict)

    def headers(self, action: str, query: str, method: str, body: bytes, **extra: str) -> dict[str, str]:
        """Everything to send, Authorization last; `extra` replaces or adds (`x_acs_date` is x-acs-date)."""
        headers = {
            "host": self.emulator.endpoint,
            "x-acs-action": action,
            "x-acs-version": "2024-09-10",
            "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
            "x-acs-date": datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": uuid.uuid4().hex,
        }
        if self.token is not None:
            headers["x-acs-security-token"] = self.token
        headers.update({name.replace("_", "-"): value for name, value in extra.items()})
        wire = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        names = sorted(headers)
        canonical = canonical_request(WireRequest(method, "/", query.encode(), wire, body), names)
        signature = signature_of(self.secret, canonical)
        signed = ";".join(names)
        headers["authorization"] = f"{ALGORITHM} Credential={self.key},SignedHeaders={signed},Signature={signature}"
        return headers

    def call(self, action: str = "ListScheduledPreloadJobs", /, **params: object) -> Reply:
        """One GET with these parameters."""
        query = canonical_query((name.encode(), str(value).encode()) for name, value in params.items())
        return self.send("GET", query, self.headers(action, query, "GET", b""))

    def send(self, method: str, query: str, headers: dict[str, str], body: bytes = b"") -> Reply:
        """One request exactly as given."""
        self.sent = headers
        if self.connection is None:
            self.connection = self._connect()
        try:
            self.connection.request(method, f"/?{query}", body=body or None, headers=headers)
            response = self.connection.getresponse()
            answer = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, answer, response.read())
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _connect(self) -> http.client.HTTPConnection:
        if self.context is not None:
            return http.client.HTTPSConnection(self.emulator.endpoint, timeout=self.timeout, context=self.context)
        return http.client.HTTPConnection(self.emulator.endpoint, timeout=self.timeout)


MakeCaller = Callable[..., Caller]
