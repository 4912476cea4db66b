"""ACS3-HMAC-SHA256 as pure functions: clock and nonce are arguments.

Source: "V3 request structure and signature" in Alibaba Cloud's SDK documentation. The tests hold this file
to the published vectors and, byte for byte, to the official SDK's signer.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timezone
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
EMPTY_BODY_HASH = hashlib.sha256(b"").hexdigest()
_UNRESERVED = "-_.~"


def canonical_query(parameters: Mapping[str, str]) -> str:
    """The query string that is both signed and sent: sorted by key, RFC 3986 encoded, `k=` for an empty value."""
    return "&".join(
        f"{quote(key, safe=_UNRESERVED)}={quote(value, safe=_UNRESERVED)}" for key, value in sorted(parameters.items())
    )


def format_date(moment: datetime) -> str:
    """`x-acs-date`: UTC, to the second."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def canonical_request(
    method: str, path: str, query: str, headers: Mapping[str, str], body_hash: str
) -> tuple[str, str]:
    """The canonical request and its `SignedHeaders`; every header given is signed."""
    lowered = sorted((name.lower(), value.strip()) for name, value in headers.items())
    signed = ";".join(name for name, _ in lowered)
    lines = "".join(f"{name}:{value}\n" for name, value in lowered)
    return "\n".join((method, path, query, lines, signed, body_hash)), signed


def authorization(
    method: str,
    path: str,
    query: str,
    headers: Mapping[str, str],
    body_hash: str,
    access_key_id: str,
    access_key_secret: str,
) -> str:
    """The value of the Authorization header."""
    canonical, signed = canonical_request(method, path, query, headers, body_hash)
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(access_key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Credential={access_key_id},SignedHeaders={signed},Signature={signature}"


def signed_headers(
    *,
    host: str,
    query: str,
    action: str,
    version: str,
    access_key_id: str,
    access_key_secret: str,
    security_token: str | None,
    date: datetime,
    nonce: str,
    method: str = "GET",
    path: str = "/",
    body: bytes = b"",
) -> dict[str, str]:
    """The headers of one attempt, Authorization included.

    Only host and x-acs-* are signed: a proxy that rewrites User-Agent or Accept must not break the signature.
    """
    body_hash = hashlib.sha256(body).hexdigest() if body else EMPTY_BODY_HASH
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": body_hash,
        "x-acs-date": format_date(date),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    if security_token:
        headers["x-acs-accesskey-id"] = access_key_id
        headers["x-acs-security-token"] = security_token
    headers["Authorization"] = authorization(method, path, query, headers, body_hash, access_key_id, access_key_secret)
    return headers
