"""Where keys come from, in pulumi-alicloud's order.

    key pair: provider configuration, then environment, then profile file
    otherwise: the profile's own mode, credentials URI, ECS role, OIDC
    on top of any of them: assumeRole

A key pair needs no library; what fetches and renews keys, and reads them from files, is imported where it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import environment
from ..config import Settings
from ..esa.errors import CredentialsError
from ..esa.keys import CredentialSource
from .key_pair import StaticSource, find_key_pair
from .profile import Override
from .roles import StsWish, find_oidc, find_role, sts_host

NO_CREDENTIALS = (
    "no credentials found; give one of: "
    "accessKey and secretKey in the provider's configuration; "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY) "
    "in the environment; profile (or ALIBABA_CLOUD_PROFILE) of ~/.aliyun/config.json or of sharedCredentialsFile; "
    "credentialsUri; ecsRoleName; assumeRoleWithOidc"
)


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
    from .library import ram_role_source

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
    from .profile_file import find_profile

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
        from .fetched import profile_source
        from .profile_file import find_profile

        return profile_source(find_profile(name, file, env, override), settings, env)

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
    from . import fetched, library

    uri = settings.credentials_uri or environment.value("credentialsUri", env)
    if uri:
        return "credentialsUri", lambda: fetched.uri_source("credentialsUri", uri)
    role_name = settings.ecs_role_name or environment.value("ecsRoleName", env)
    if role_name:
        return "ecsRoleName", lambda: library.ecs_source(role_name)
    found = find_oidc(settings, env)
    if found is not None:
        oidc, description = found
        region = region_of(settings, env)
        return "assumeRoleWithOidc", lambda: library.oidc_source(description, oidc, sts_host(StsWish(), region, env))
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
