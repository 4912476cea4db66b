"""The provider's configuration: what a user wrote, checked; every fault at once, each on its property.

Only what was given explicitly is here. The environment is read later, in credentials/ and endpoints.py, so
that nothing of it ends up in state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from . import environment
from .esa.endpoints import parse_endpoint
from .esa.errors import InvalidInput
from .esa.inputs import Inputs, whole
from .esa.keys import Discreet, misfit

SECRETS = ("secretKey", "securityToken")
# The secrets, and settings into which a secret may be pasted by mistake: the other half of a pair, a login in a URL.
NOT_TO_QUOTE = frozenset({*SECRETS, "accessKey", "assumeRoleWithOidc", "credentialsUri", "endpoint"})
MAX_CONCURRENCY = 8
MAX_ATTEMPTS = 5
TIMEOUT_SECONDS = 120
CONNECT_MILLISECONDS = 5_000
READ_MILLISECONDS = 30_000
_MIN_SESSION, _MAX_SESSION = 900, 43_200


class Masked(Discreet, frozen=True):
    """Shows in a `repr` which values are given, never the values."""

    def __repr__(self) -> str:
        given = [name for name in self.__struct_fields__ if getattr(self, name) is not None]
        return f"{type(self).__name__}(given: {', '.join(given) or 'nothing'})"


class AssumeRole(Masked, frozen=True):
    """A role to assume on top of the credentials found."""

    role_arn: str | None = None
    session_name: str | None = None
    policy: str | None = None
    session_expiration: int | None = None
    external_id: str | None = None


class AssumeRoleWithOidc(Masked, frozen=True):
    """A role to assume with a token of an OIDC provider, instead of access keys."""

    oidc_provider_arn: str | None = None
    oidc_token_file: str | None = None
    oidc_token: str | None = None
    role_arn: str | None = None
    role_session_name: str | None = None
    policy: str | None = None
    session_expiration: int | None = None


class Settings(Masked, frozen=True):
    """The explicit settings of one provider; never shows their values in a `repr`."""

    access_key: str | None = None
    secret_key: str | None = None
    security_token: str | None = None
    region: str | None = None
    profile: str | None = None
    shared_credentials_file: str | None = None
    credentials_uri: str | None = None
    ecs_role_name: str | None = None
    assume_role: AssumeRole | None = None
    assume_role_with_oidc: AssumeRoleWithOidc | None = None
    endpoint: str | None = None
    max_concurrency: int = MAX_CONCURRENCY
    max_attempts: int = MAX_ATTEMPTS
    timeout_seconds: int = TIMEOUT_SECONDS
    connect_milliseconds: int = CONNECT_MILLISECONDS
    read_milliseconds: int = READ_MILLISECONDS


def read_settings(values: Mapping[str, Any], env: Mapping[str, str]) -> Settings:
    """The settings that a provider's inputs give; raises InvalidInput with all faults.

    Values of a stack's configuration arrive as text, and the SDKs send objects as JSON: both are read.
    """
    inputs = Inputs({name: value for name, value in values.items() if name != "version" and value != ""})
    settings = Settings(
        access_key=_unquoted(inputs, "accessKey", misfit),
        secret_key=_secret(inputs, "secretKey"),
        security_token=_secret(inputs, "securityToken"),
        region=inputs.text("region"),
        profile=inputs.text("profile"),
        shared_credentials_file=inputs.text("sharedCredentialsFile"),
        credentials_uri=_unquoted(inputs, "credentialsUri", credentials_uri_fault),
        ecs_role_name=inputs.text("ecsRoleName"),
        assume_role=_assume_role(inputs, env),
        assume_role_with_oidc=_assume_role_with_oidc(inputs),
        endpoint=_endpoint(inputs),
        max_concurrency=inputs.integer("maxConcurrency", 1, 64) or MAX_CONCURRENCY,
        max_attempts=inputs.integer("maxAttempts", 1, 20) or MAX_ATTEMPTS,
        timeout_seconds=inputs.integer("timeoutSeconds", 1, 3600) or TIMEOUT_SECONDS,
        connect_milliseconds=_milliseconds(inputs, "clientConnectTimeout", env) or CONNECT_MILLISECONDS,
        read_milliseconds=_milliseconds(inputs, "clientReadTimeout", env) or READ_MILLISECONDS,
    )
    inputs.finish()
    return settings


def credentials_uri_fault(text: str) -> str | None:
    """What is wrong with the address of a credentials URI, which is not quoted; None when nothing is."""
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if "@" in parts.netloc:
        return "holds a user name or password, which would be stored in clear; give a URL without them"
    # urlsplit silently drops line ends and tabs: an address that held some must not be accepted without them.
    if parts.scheme not in ("http", "https") or not host or any(char.isspace() for char in text):
        return "not accepted; give a URL that starts with http:// or https://"
    return None


def _secret(inputs: Inputs, name: str) -> str | None:
    # Not read by `inputs.text`: its fault would quote a wrong value.
    value = inputs.get(name)
    if value is None:
        return None
    text = value.strip() if isinstance(value, str) else ""
    wrong = misfit(text) if text else "not accepted (the value is not shown); give a non-empty string"
    if wrong is not None:
        inputs.fault(name, wrong)
    return text


def _unquoted(inputs: Inputs, name: str, fault_of: Callable[[str], str | None]) -> str | None:
    """A text in whose place a secret may be by mistake: a fault of it does not quote it."""
    value = inputs.text(name)
    fault = fault_of(value) if value is not None else None
    if fault is not None:
        inputs.fault(name, fault)
    return value


def _endpoint(inputs: Inputs) -> str | None:
    value = inputs.text("endpoint")
    if value is not None:
        try:
            parse_endpoint(value)
        except InvalidInput as error:
            inputs.faults.extend(error.faults)
    return value


def _milliseconds(inputs: Inputs, name: str, env: Mapping[str, str]) -> int | None:
    given = inputs.integer(name, 1, 3_600_000)
    number = whole(environment.value(name, env)) if given is None else given
    return number if number is not None and number > 0 else None


def _nested(inputs: Inputs, name: str) -> Inputs | None:
    value = inputs.get(name)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            inputs.fault(name, "not accepted; give an object, or its JSON")
            return None
    if isinstance(value, list) and len(value) == 1:
        # pulumi-alicloud's older programs give a list of one.
        value = value[0]
    if value is None:
        return None
    if not isinstance(value, dict):
        inputs.fault(name, "not accepted; give an object")
        return None
    return inputs.within(f"{name}.", value)


def _assume_role(outer: Inputs, env: Mapping[str, str]) -> AssumeRole | None:
    inputs = _nested(outer, "assumeRole")
    if inputs is None:
        return None
    role = AssumeRole(
        # The variable itself is read later, so that nothing of the environment gets into state.
        role_arn=inputs.text("roleArn", required=environment.value("assumeRole.roleArn", env) is None),
        session_name=inputs.text("sessionName"),
        policy=inputs.text("policy"),
        session_expiration=inputs.integer("sessionExpiration", _MIN_SESSION, _MAX_SESSION),
        external_id=inputs.text("externalId"),
    )
    inputs.refuse_unread()
    return role


def _assume_role_with_oidc(outer: Inputs) -> AssumeRoleWithOidc | None:
    inputs = _nested(outer, "assumeRoleWithOidc")
    if inputs is None:
        return None
    role = AssumeRoleWithOidc(
        oidc_provider_arn=inputs.text("oidcProviderArn"),
        oidc_token_file=inputs.text("oidcTokenFile"),
        oidc_token=_secret(inputs, "oidcToken"),
        role_arn=inputs.text("roleArn"),
        role_session_name=inputs.text("roleSessionName"),
        policy=inputs.text("policy"),
        session_expiration=inputs.integer("sessionExpiration", _MIN_SESSION, _MAX_SESSION),
    )
    inputs.refuse_unread()
    return role
