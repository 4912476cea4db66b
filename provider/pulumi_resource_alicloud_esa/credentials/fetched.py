"""Sources of keys that are fetched, or stand in a file: a module of its own, since a key pair needs nothing of it."""

from __future__ import annotations

from collections.abc import Mapping

from .. import environment
from ..config import Settings, credentials_uri_fault
from ..esa.errors import CredentialsError
from ..esa.keys import CredentialSource
from .command import keys_of_command
from .key_pair import StaticSource
from .library import ecs_source, login_source, oidc_source, ram_role_source, rsa_source
from .library import uri_source as uri_source_of
from .profile import Profile
from .renewal import RenewedSource
from .roles import RSA_HOST, sts_host


def uri_source(description: str, uri: str) -> CredentialSource:
    """Keys from this URL; raises CredentialsError where it is none to fetch keys from."""
    fault = credentials_uri_fault(uri)
    if fault is not None:
        raise CredentialsError(f"{description}: {fault}")
    return uri_source_of(description, uri)


def profile_source(profile: Profile, settings: Settings, env: Mapping[str, str]) -> CredentialSource:
    """The keys that this profile describes."""
    base = _profile_base(profile, settings, env)
    if profile.role is None:
        return base
    return ram_role_source(profile.description, base, profile.role, _profile_sts(profile, settings, env))


def _profile_base(profile: Profile, settings: Settings, env: Mapping[str, str]) -> CredentialSource:
    description, command = profile.description, profile.command
    if profile.keys is not None:
        return StaticSource(profile.keys)
    if profile.source is not None:
        return profile_source(profile.source, settings, env)
    if profile.credentials_uri is not None:
        return uri_source(description, profile.credentials_uri)
    if profile.oidc is not None:
        return oidc_source(description, profile.oidc, _profile_sts(profile, settings, env))
    if profile.rsa is not None:
        return rsa_source(description, profile.rsa, _profile_sts(profile, settings, env, RSA_HOST))
    if profile.login is not None:
        return login_source(profile, profile.login)
    if command is not None:
        return RenewedSource(description, lambda patience: keys_of_command(command, patience))
    return ecs_source(profile.ecs_role_name or "")


def _profile_sts(profile: Profile, settings: Settings, env: Mapping[str, str], *default: str) -> str:
    region = settings.region or environment.value("region", env) or profile.region
    try:
        return sts_host(profile.sts, region, env, *default)
    except CredentialsError as error:
        raise CredentialsError(f"{profile.description}: {error}") from None
