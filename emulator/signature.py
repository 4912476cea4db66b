"""The server's side of ACS3-HMAC-SHA256: rebuild what was signed from the raw request, and compare.

Source: the public page "V3 request structure and signature". Nothing here comes from the provider or
from the official SDK, so a mistake in either shows up as a mismatch.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from emulator.errors import ApiError

ALGORITHM = "ACS3-HMAC-SHA256"
_MOST_PAIRS = 10_000
Headers = list[tuple[bytes, bytes]]

_AUTHORIZATION = re.compile(
    ALGORITHM + r"\s+Credential=(?P<key>[^,\s]+),\s*SignedHeaders=(?P<signed>[^,\s]+),"
    r"\s*Signature=(?P<signature>[0-9a-f]+)"
)


@dataclass(frozen=True)
class WireRequest:
    """One request exactly as it came in, before anything decoded it."""

    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        """Every value of a header, trimmed, in the order of the wire."""
        wanted = name.encode()
        return [value.decode("latin-1").strip() for key, value in self.headers if key.lower() == wanted]

    def header(self, name: str) -> str:
        """The first value of a header, or an empty string."""
        values = self.values(name)
        return values[0] if values else ""


@dataclass(frozen=True)
class Authorization:
    """The three parts of an Authorization header."""

    access_key_id: str
    signed_headers: tuple[str, ...]
    signature: str


def parse_authorization(value: str) -> Authorization:
    """The parts of the header; raises MissingAccessKeyId or IncompleteSignature."""
    if not value:
        raise ApiError("MissingAccessKeyId")
    match = _AUTHORIZATION.fullmatch(value.strip())
    if match is None:
        raise ApiError("IncompleteSignature")
    return Authorization(match["key"], tuple(match["signed"].split(";")), match["signature"])


def parse_query(raw: bytes) -> list[tuple[bytes, bytes]]:
    """The decoded pairs of a query or form; `+` is a space, as the official SDK sends it."""
    # The API's calls have about a dozen; a body with four million must not delay other requests.
    pairs = (part.partition(b"=") for part in raw.split(b"&", _MOST_PAIRS) if part)
    return [(_decode(key), _decode(value)) for key, _, value in pairs]


def canonical_query(pairs: Iterable[tuple[bytes, bytes]]) -> str:
    """The pairs sorted bytewise and encoded by RFC 3986, whatever encoding the wire used."""
    # quote() leaves exactly A-Za-z0-9_.-~ alone when `safe` is empty.
    encoded = sorted((quote(key, safe=""), quote(value, safe="")) for key, value in pairs)
    return "&".join(f"{key}={value}" for key, value in encoded)


def canonical_request(request: WireRequest, signed_headers: Iterable[str]) -> str:
    """The text whose hash is signed, with only the headers that the caller says it signed."""
    names = list(signed_headers)
    headers = "".join(f"{name}:{','.join(sorted(request.values(name)))}\n" for name in names)
    return "\n".join(
        (
            request.method,
            request.path,
            canonical_query(parse_query(request.query)),
            headers,
            ";".join(names),
            hashlib.sha256(request.body).hexdigest(),
        )
    )


def string_to_sign(canonical: str) -> str:
    """The algorithm's name and the hash of the canonical request."""
    return f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"


def signature_of(secret: str, canonical: str) -> str:
    """The lower-case hex signature of a canonical request."""
    return hmac.new(secret.encode(), string_to_sign(canonical).encode(), hashlib.sha256).hexdigest()


def verify(request: WireRequest, authorization: Authorization, secret: str) -> None:
    """Returns if the request was signed with the secret; raises ApiError otherwise."""
    _check_coverage(request, authorization.signed_headers)
    if request.header("x-acs-content-sha256") != hashlib.sha256(request.body).hexdigest():
        raise ApiError("IncompleteSignature", "The x-acs-content-sha256 header is not the hash of the body.")
    canonical = canonical_request(request, authorization.signed_headers)
    if hmac.compare_digest(signature_of(secret, canonical), authorization.signature):
        return
    # The real gateway echoes both texts, and with them the STS token; a client must not print them.
    raise ApiError(
        "SignatureDoesNotMatch",
        "Specified signature is not matched with our calculation. "
        f"server StringToSign is [{string_to_sign(canonical)}] server CanonicalRequest is [{canonical}]",
    )


def _check_coverage(request: WireRequest, signed: tuple[str, ...]) -> None:
    if list(signed) != sorted(set(signed)):
        raise ApiError("IncompleteSignature", "SignedHeaders must be lower case, unique and sorted.")
    sent = {key.lower().decode("latin-1") for key, _ in request.headers}
    required = {name for name in sent if name == "host" or name.startswith("x-acs-")}
    if request.body and "content-type" in sent:
        required.add("content-type")
    required |= {"host", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"}
    unsigned = sorted(required.difference(signed))
    if unsigned:
        raise ApiError("IncompleteSignature", f"These headers are not signed: {', '.join(unsigned)}.")
    absent = sorted(set(signed).difference(sent))
    if absent:
        raise ApiError("IncompleteSignature", f"These signed headers were not sent: {', '.join(absent)}.")


def _decode(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))
