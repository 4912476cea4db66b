"""Where keys come from, in pulumi-alicloud's order.

    key pair: provider configuration, then environment, then profile file
    otherwise: the profile's own mode, credentials URI, ECS role, OIDC
    on top of any of them: assumeRole

A key pair needs no library; everything that fetches and renews keys is in library.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import environment
from ..config import Settings, credentials_uri_fault
from ..esa.deadline import Deadline
from ..esa.errors import CredentialsError
from ..esa.keys import Credentials, CredentialSource
from .command import keys_of_command
from .key_pair import find_key_pair
from .library import ecs_source, login_source, oidc_source, ram_role_source, rsa_source, uri_source
from .profile import Override, Profile
from .profile_file import find_profile
from .renewal import RenewedSource
from .roles import RSA_HOST, StsWish, find_oidc, find_role, sts_host

NO_CREDENTIALS = (
    "no credentials found; give one of: "
    "accessKey and secretKey in the provider's configuration; "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY) "
    "in the environment; profile (or ALIBABA_CLOUD_PROFILE) of ~/.aliyun/config.json or of sharedCredentialsFile; "
    "credentialsUri; ecsRoleName; assumeRoleWithOidc"
)


class StaticSource:
    """Keys that never change."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def get(self, deadline: Deadline) -> Credentials:
        """The keys."""
        return self._credentials

    def refresh(self, rejected: Credentials, deadline: Deadline) -> bool:
        """False: there are no other keys."""
        return False


def choose_source(
    settings: Settings,
    env: Mapping[str, str],
    warn: Callable[[str], None],
    debug: Callable[[str], None] = lambda message: None,
) -> CredentialSource:
    """The source of keys for these settings; raises CredentialsError, which lists the ways to give keys.

    `warn` gets a line about each unused setting, `debug` one about the kind of source in use.
    """
    kind, build = _first_source(settings, env)
    named = _explicit(settings)
    explicit = kind in named
    place = f"{kind} of the {'configuration' if explicit else 'environment'}"
    used = ("profile", "sharedCredentialsFile") if kind in ("profile", "sharedCredentialsFile") else (kind,)
    *others, last = [name for name in named if name not in used] or [""]
    if last:
        lost = f"{', '.join(others)} and {last} are" if others else f"{last} is"
        warn(f"{lost} not used: {place} comes first")
    base = build()
    found = find_role(settings, env, kind, explicit)
    if found is None:
        debug(f"keys from {place}")
        return base
    role, origin = found
    debug(f"keys from {place}, with a role assumed on top, that of {origin}")
    description = f"assuming {role.role_arn}" + ("" if origin == "assumeRole" else f" of {origin}")
    return ram_role_source(description, base, role, sts_host(StsWish(), region_of(settings, env), env))


def region_of(settings: Settings, env: Mapping[str, str]) -> str | None:
    """The region of the configuration, else of the environment, else of the profile."""
    region = settings.region or environment.value("region", env)
    name, file = _profile(settings, env)
    if region is not None or not (name or file):
        return region
    try:
        return find_profile(name, file, env).region
    except CredentialsError:
        # A broken profile is not an error here: if the keys come from it too, looking them up has raised the error.
        return None


def _first_source(settings: Settings, env: Mapping[str, str]) -> tuple[str, Callable[[], CredentialSource]]:
    override = Override()
    if settings.access_key is None:
        override = Override(settings.secret_key, settings.security_token)
    name, file = _profile(settings, env)
    kind = "profile" if settings.profile or not settings.shared_credentials_file else "sharedCredentialsFile"

    def build() -> CredentialSource:
        return _profile_source(find_profile(name, file, env, override), settings, env)

    # A secret given beside a profile in the configuration belongs to that profile, whatever the environment has.
    beside = bool(override.names and (settings.profile or settings.shared_credentials_file))
    pair = None if beside else find_key_pair(settings, env, or_profile=bool(name or file))
    if pair is not None:
        return "accessKey", lambda: StaticSource(pair)
    if name or file:
        return kind, build
    source = _without_file(settings, env)
    if override.names:
        raise CredentialsError(
            f"{override.names} of the configuration belongs to no access key; give accessKey too, or remove it"
        )
    return source


def _without_file(settings: Settings, env: Mapping[str, str]) -> tuple[str, Callable[[], CredentialSource]]:
    uri = settings.credentials_uri or environment.value("credentialsUri", env)
    if uri:
        return "credentialsUri", lambda: _uri_source("credentialsUri", uri)
    role_name = settings.ecs_role_name or environment.value("ecsRoleName", env)
    if role_name:
        return "ecsRoleName", lambda: ecs_source(role_name)
    found = find_oidc(settings, env)
    if found is not None:
        oidc, description = found
        region = region_of(settings, env)
        return "assumeRoleWithOidc", lambda: oidc_source(description, oidc, sts_host(StsWish(), region, env))
    raise CredentialsError(NO_CREDENTIALS)


def _profile(settings: Settings, env: Mapping[str, str]) -> tuple[str | None, str | None]:
    name = settings.profile or environment.value("profile", env)
    return name, settings.shared_credentials_file or environment.value("sharedCredentialsFile", env)


def _explicit(settings: Settings) -> list[str]:
    """The settings of the configuration that name a source, in their order."""
    values = {
        "accessKey": settings.access_key,
        "profile": settings.profile,
        "sharedCredentialsFile": settings.shared_credentials_file,
        "credentialsUri": settings.credentials_uri,
        "ecsRoleName": settings.ecs_role_name,
        "assumeRoleWithOidc": settings.assume_role_with_oidc,
    }
    return [name for name, value in values.items() if value is not None]


def _uri_source(description: str, uri: str) -> CredentialSource:
    fault = credentials_uri_fault(uri)
    if fault is not None:
        raise CredentialsError(f"{description}: {fault}")
    return uri_source(description, uri)


def _profile_source(profile: Profile, settings: Settings, env: Mapping[str, str]) -> CredentialSource:
    base = _profile_base(profile, settings, env)
    if profile.role is None:
        return base
    return ram_role_source(profile.description, base, profile.role, _profile_sts(profile, settings, env))


def _profile_base(profile: Profile, settings: Settings, env: Mapping[str, str]) -> CredentialSource:
    description, command = profile.description, profile.command
    if profile.keys is not None:
        return StaticSource(profile.keys)
    if profile.source is not None:
        return _profile_source(profile.source, settings, env)
    if profile.credentials_uri is not None:
        return _uri_source(description, profile.credentials_uri)
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
