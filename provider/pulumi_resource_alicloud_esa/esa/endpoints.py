"""Which host answers. Only two regions have an ESA endpoint; no other host is ever made up from a region's name.

Source: ESA's endpoint page. Order as in Alibaba Cloud's Terraform provider, but a region with an endpoint is respected.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from .errors import Fault, InvalidInput
from .inputs import shown

DEFAULT_REGION = "cn-hangzhou"
INTERNATIONAL_REGION = "ap-southeast-1"
HOSTS = {
    "cn-hangzhou": "esa.cn-hangzhou.aliyuncs.com",
    "ap-southeast-1": "esa.ap-southeast-1.aliyuncs.com",
}
ENDPOINT_VARIABLES = ("ALIBABA_CLOUD_ENDPOINT_ESA", "ESA_ENDPOINT")
_LABEL = r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_ACCEPTED = "give a host such as esa.cn-hangzhou.aliyuncs.com, or https://HOST[:PORT]; http only for this machine"


class Endpoint(Struct, frozen=True):
    """Scheme and host of the service; `host` is the Host header, port included."""

    scheme: str
    host: str

    @property
    def url(self) -> str:
        """`https://host`, without a trailing slash."""
        return f"{self.scheme}://{self.host}"


def parse_endpoint(text: str, path: str = "endpoint") -> Endpoint:
    """Read what a user wrote; raises InvalidInput naming `path`."""
    stripped = text.strip()
    if "@" in stripped:
        # Not echoed: it may hold a password.
        raise InvalidInput([Fault(path, f"holds a user name or password; {_ACCEPTED}")])
    no_endpoint = InvalidInput([Fault(path, f"{shown(text)} is not an endpoint; {_ACCEPTED}")])
    try:
        parts = urlsplit(stripped if "://" in stripped else f"https://{stripped}")
        name, port = parts.hostname or "", parts.port
    except ValueError:
        raise no_endpoint from None
    # urlsplit silently drops line ends and tabs: a host that held some must not be accepted without them.
    spaced = any(character.isspace() for character in stripped)
    # Python 3.10 does not check what is in the brackets.
    bracketed = "[" in parts.netloc and ":" not in name
    if spaced or bracketed or parts.scheme not in ("http", "https") or not _is_host(name):
        raise no_endpoint
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise no_endpoint
    if parts.scheme == "http" and not _is_loopback(name):
        raise InvalidInput([Fault(path, f"{shown(text)} would send credentials over plain http; {_ACCEPTED}")])
    host = f"[{name}]" if ":" in name else name
    standard = {"http": 80, "https": 443}[parts.scheme]
    return Endpoint(parts.scheme, host if port in (None, standard) else f"{host}:{port}")


def choose_endpoint(explicit: str | None, region: str | None, environment: Mapping[str, str]) -> Endpoint:
    """The endpoint to call: explicit, environment, region if ESA has an endpoint there, account type, default."""
    if explicit:
        return parse_endpoint(explicit)
    for variable in ENDPOINT_VARIABLES:
        if environment.get(variable, "").strip():
            return parse_endpoint(environment[variable], variable)
    if region in HOSTS:
        return Endpoint("https", HOSTS[region])
    international = environment.get("ALIBABA_CLOUD_ACCOUNT_TYPE", "").lower() == "international"
    return Endpoint("https", HOSTS[INTERNATIONAL_REGION if international else DEFAULT_REGION])


def _is_host(name: str) -> bool:
    # The Host header, which is signed, can hold no other names.
    if ":" not in name:
        return _NAME.fullmatch(name) is not None
    try:
        return "%" not in str(ipaddress.IPv6Address(name))
    except ValueError:
        return False


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
