"""Where keys come from, in pulumi-alicloud's order.

    key pair: provider configuration, then environment, then profile file
    otherwise: the profile's own mode, credentials URI, ECS role, OIDC
    on top of any of them: assumeRole

A key pair needs no library; everything that fetches and renews keys is in library.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .. import environment
from ..config import AssumeRole, AssumeRoleWithOidc, Settings, credentials_uri_fault
from ..esa.deadline import Deadline
from ..esa.errors import CredentialsError
from ..esa.inputs import whole
from ..esa.keys import Credentials, CredentialSource
from .library import (
    SESSION_NAME,
    SESSION_SECONDS,
    ecs_source,
    oidc_source,
    profile_source,
    ram_role_source,
    uri_source,
)
from .profile_file import Profile, find_profile

NO_CREDENTIALS = (
    "no credentials found; give one of: "
    "accessKey and secretKey in the provider's configuration; "
    "ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET (or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY) "
    "in the environment; profile (or ALIBABA_CLOUD_PROFILE) of ~/.aliyun/config.json or of sharedCredentialsFile; "
    "credentialsUri; ecsRoleName; assumeRoleWithOidc"
)
_PARTS = ("accessKey", "secretKey", "securityToken")


class StaticSource:
    """Keys that never change."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def get(self, deadline: Deadline) -> Credentials:
        """The keys."""
        return self._credentials

    def refresh(self, rejected: Credentials, deadline: Deadline) -> bool:
        """There are no others."""
        return False


def choose_source(
    settings: Settings,
    env: Mapping[str, str],
    warn: Callable[[str], None],
    debug: Callable[[str], None] = lambda message: None,
) -> CredentialSource:
    """The source of keys for these settings; raises CredentialsError, which lists the ways when there is none.

    `warn` is told of settings that are not used, `debug` of the kind of source that is.
    """
    kind, build = _first_source(settings, env)
    explicit = kind in _explicit(settings)
    place = f"{kind} of the {'configuration' if explicit else 'environment'}"
    lost = _lost(settings, kind)
    if lost:
        warn(f"{_names(lost)} {'is' if len(lost) == 1 else 'are'} not used: {place} comes first")
    base = build()
    role = _assume_role(settings, env, by_oidc=kind == "assumeRoleWithOidc")
    debug(f"keys from {place}" + (", with a role assumed on top" if role else ""))
    if role is None:
        return base
    return ram_role_source(f"assuming {role.role_arn}", base, role)


def _first_source(settings: Settings, env: Mapping[str, str]) -> tuple[str, Callable[[], CredentialSource]]:
    pair = _key_pair(settings, env)
    if pair is not None:
        return "accessKey", lambda: StaticSource(pair)
    profile = settings.profile or environment.value("profile", env)
    file = settings.shared_credentials_file or environment.value("sharedCredentialsFile", env)
    if profile or file:
        kind = "profile" if settings.profile or not settings.shared_credentials_file else "sharedCredentialsFile"
        return kind, lambda: _profile_source(find_profile(profile, file, env))
    uri = settings.credentials_uri or environment.value("credentialsUri", env)
    if uri:
        return "credentialsUri", lambda: _uri_source("credentialsUri", uri)
    role_name = settings.ecs_role_name or environment.value("ecsRoleName", env)
    if role_name:
        return "ecsRoleName", lambda: ecs_source(role_name)
    oidc = _oidc(settings, env)
    if oidc is not None:
        return "assumeRoleWithOidc", lambda: oidc_source("assumeRoleWithOidc", oidc)
    raise CredentialsError(NO_CREDENTIALS)


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


def _lost(settings: Settings, won: str) -> list[str]:
    used = {won, "profile", "sharedCredentialsFile"} if won in ("profile", "sharedCredentialsFile") else {won}
    return [name for name in _explicit(settings) if name not in used]


def _names(settings: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(settings[:-1]), settings[-1])))


def _uri_source(description: str, uri: str) -> CredentialSource:
    fault = credentials_uri_fault(uri)
    if fault is not None:
        raise CredentialsError(f"{description}: {fault}")
    return uri_source(description, uri)


def _key_pair(settings: Settings, env: Mapping[str, str]) -> Credentials | None:
    # The configuration, then each family of variables: parts of two different pairs are never put together.
    pairs = [(settings.access_key, settings.secret_key, settings.security_token)]
    for names in zip(*(environment.VARIABLES[setting] for setting in _PARTS), strict=True):
        key, secret, token = (env.get(name, "").strip() or None for name in names)
        pairs.append((key, secret, token))
    first = next((pair for pair in pairs if pair[0]), None)
    # What is given without an access key of its own may complete one that is.
    spare = [pair for pair in pairs if not pair[0]]
    key, secret, token = first or (None, None, None)
    whole = first is pairs[0] and secret is not None
    secret = secret or next((pair[1] for pair in spare if pair[1]), None)
    if key is None and secret is None:
        return None
    if key is None or secret is None:
        given, missing = ("accessKey", "secretKey") if key else ("secretKey", "accessKey")
        raise CredentialsError(
            f"{given} is given, but {missing} is not; set {missing}, or {environment.VARIABLES[missing][1]}"
        )
    if not whole:
        # A token of the environment never belongs to a pair that the configuration gives whole.
        token = token or next((pair[2] for pair in spare if pair[2]), None)
    return Credentials(key, secret, token)


def _profile_source(profile: Profile) -> CredentialSource:
    if profile.keys is not None:
        return StaticSource(profile.keys)
    role = profile.role
    if profile.ecs_role_name is not None:
        base: CredentialSource = ecs_source(profile.ecs_role_name)
    elif profile.source is not None:
        base = _profile_source(profile.source)
    elif profile.credentials_uri is not None:
        base = _uri_source(profile.description, profile.credentials_uri)
    elif profile.oidc is not None:
        base = oidc_source(profile.description, profile.oidc)
    else:
        return profile_source(profile)
    if role is None:
        return base
    return ram_role_source(profile.description, base, role)


def _assume_role(settings: Settings, env: Mapping[str, str], by_oidc: bool) -> AssumeRole | None:
    given = settings.assume_role
    arn = given.role_arn if given else None
    if arn is None:
        found = environment.find("assumeRole.roleArn", env)
        if found is None or (by_oidc and found[0] == "ALIBABA_CLOUD_ROLE_ARN"):
            # With OIDC this variable names the role that OIDC itself assumes.
            return None
        arn = found[1]
    given = given or AssumeRole()
    expiration = whole(environment.value("assumeRole.sessionExpiration", env))
    return AssumeRole(
        role_arn=arn,
        session_name=given.session_name or environment.value("assumeRole.sessionName", env) or SESSION_NAME,
        policy=given.policy,
        session_expiration=given.session_expiration or expiration or SESSION_SECONDS,
        external_id=given.external_id,
    )


def _oidc(settings: Settings, env: Mapping[str, str]) -> AssumeRoleWithOidc | None:
    given = settings.assume_role_with_oidc or AssumeRoleWithOidc()

    def pick(name: str, value: str | None) -> str | None:
        return value or environment.value(f"assumeRoleWithOidc.{name}", env)

    oidc = AssumeRoleWithOidc(
        oidc_provider_arn=pick("oidcProviderArn", given.oidc_provider_arn),
        oidc_token_file=pick("oidcTokenFile", given.oidc_token_file),
        oidc_token=pick("oidcToken", given.oidc_token),
        role_arn=pick("roleArn", given.role_arn),
        role_session_name=pick("roleSessionName", given.role_session_name) or SESSION_NAME,
        policy=given.policy,
        session_expiration=given.session_expiration or SESSION_SECONDS,
    )
    complete = oidc.oidc_provider_arn and oidc.role_arn and (oidc.oidc_token_file or oidc.oidc_token)
    if not complete and settings.assume_role_with_oidc is not None:
        raise CredentialsError(
            "assumeRoleWithOidc is incomplete; give oidcProviderArn, roleArn, and oidcTokenFile or oidcToken"
        )
    return oidc if complete else None
