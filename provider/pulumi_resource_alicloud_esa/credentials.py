"""Where keys come from, in pulumi-alicloud's order.

    key pair: provider configuration, then environment, then profile file
    otherwise: the profile's own mode, credentials URI, ECS role, OIDC
    on top of any of them: assumeRole

A key pair needs no library. Everything that fetches and refreshes goes through `alibabacloud-credentials`, which
is imported only then: it costs 0.1 s and reads the environment when it is imported.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Mapping
from typing import Any

from . import environment
from .config import AssumeRole, AssumeRoleWithOidc, Settings
from .esa.errors import CredentialsError
from .esa.keys import Credentials, CredentialSource
from .profile_file import Profile, find_profile

SESSION_NAME = "pulumi-alicloud-esa"
_SESSION_SECONDS = 3600

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

    def get(self) -> Credentials:
        """The keys."""
        return self._credentials

    def refresh(self, rejected: Credentials) -> bool:
        """There are no others."""
        return False


class LibrarySource:
    """Keys that the library fetches and renews 15 minutes before they expire; one thread at a time asks it."""

    def __init__(self, description: str, build: Callable[[], Any]) -> None:
        self.description = description
        self._build = build
        self._provider: Any = None
        self._lock = threading.Lock()

    def get(self) -> Credentials:
        """The current keys; raises CredentialsError."""
        with self._lock:
            return self._get()

    def refresh(self, rejected: Credentials) -> bool:
        """Fetch anew unless another thread did so already."""
        with self._lock:
            if self._get() != rejected:
                return True
            self._provider = None
            return self._get() != rejected

    def _get(self) -> Credentials:
        try:
            if self._provider is None:
                self._provider = self._build()
            found = self._provider.get_credentials()
            keys = (
                found.get_access_key_id(),
                found.get_access_key_secret(),
                found.get_security_token() or None,
            )
        except CredentialsError:
            raise
        except Exception as error:  # the library raises bare exceptions of many families
            raise CredentialsError(f"{self.description}: {_safe_text(error)}") from None
        if not keys[0] or not keys[1]:
            raise CredentialsError(f"{self.description}: gave no keys")
        return Credentials(*keys)


def choose_source(settings: Settings, env: Mapping[str, str], warn: Callable[[str], None]) -> CredentialSource:
    """The source of keys for these settings; raises CredentialsError, which lists the ways when there is none."""
    base, by_oidc = _base_source(settings, env, warn)
    role = _assume_role(settings, env, by_oidc)
    if role is None:
        return base
    return LibrarySource(f"assuming {role.role_arn}", lambda: _ram_role_provider(base, role))


def _base_source(
    settings: Settings, env: Mapping[str, str], warn: Callable[[str], None]
) -> tuple[CredentialSource, bool]:
    pair = _key_pair(settings, env)
    profile_name = settings.profile or environment.value("profile", env)
    if pair is not None:
        if settings.profile is not None:
            warn("profile is not used: access keys in the configuration or the environment come first")
        return StaticSource(pair), False
    file = settings.shared_credentials_file or environment.value("sharedCredentialsFile", env)
    if profile_name or file:
        return _profile_source(find_profile(profile_name, file, env)), False
    uri = settings.credentials_uri or environment.value("credentialsUri", env)
    if uri:
        return LibrarySource("credentialsUri", lambda: _library().URLCredentialsProvider(uri=uri)), False
    role_name = settings.ecs_role_name or environment.value("ecsRoleName", env)
    if role_name:
        return _ecs_source(role_name), False
    oidc = _oidc(settings, env)
    if oidc is not None:
        return LibrarySource("assumeRoleWithOidc", lambda: _oidc_provider(oidc)), True
    raise CredentialsError(NO_CREDENTIALS)


def _key_pair(settings: Settings, env: Mapping[str, str]) -> Credentials | None:
    key = settings.access_key or environment.value("accessKey", env)
    secret = settings.secret_key or environment.value("secretKey", env)
    if not key and not secret:
        return None
    if not key or not secret:
        given, missing = ("accessKey", "secretKey") if key else ("secretKey", "accessKey")
        raise CredentialsError(
            f"{given} is given, but {missing} is not; set {missing}, or {environment.VARIABLES[missing][1]}"
        )
    token = settings.security_token
    if token is None and not (settings.access_key and settings.secret_key):
        # A token in the environment belongs to the keys there, never to keys of the configuration.
        token = environment.value("securityToken", env)
    return Credentials(key, secret, token)


def _profile_source(profile: Profile) -> CredentialSource:
    if profile.keys is not None:
        return StaticSource(profile.keys)
    role = profile.role
    if profile.ecs_role_name is not None:
        base: CredentialSource = _ecs_source(profile.ecs_role_name)
    elif profile.source is not None:
        base = _profile_source(profile.source)
    elif profile.credentials_uri is not None:
        uri = profile.credentials_uri
        base = LibrarySource(profile.description, lambda: _library().URLCredentialsProvider(uri=uri))
    elif profile.oidc is not None:
        oidc = profile.oidc
        base = LibrarySource(profile.description, lambda: _oidc_provider(oidc))
    else:
        return LibrarySource(profile.description, lambda: _profile_provider(profile))
    if role is None:
        return base
    return LibrarySource(profile.description, lambda: _ram_role_provider(base, role))


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
    expiration = environment.value("assumeRole.sessionExpiration", env) or ""
    return AssumeRole(
        role_arn=arn,
        session_name=given.session_name or environment.value("assumeRole.sessionName", env) or SESSION_NAME,
        policy=given.policy,
        session_expiration=given.session_expiration or (int(expiration) if expiration.isdigit() else _SESSION_SECONDS),
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
        session_expiration=given.session_expiration or _SESSION_SECONDS,
    )
    complete = oidc.oidc_provider_arn and oidc.role_arn and (oidc.oidc_token_file or oidc.oidc_token)
    if not complete and settings.assume_role_with_oidc is not None:
        raise CredentialsError(
            "assumeRoleWithOidc is incomplete; give oidcProviderArn, roleArn, and oidcTokenFile or oidcToken"
        )
    return oidc if complete else None


# --- the library, imported when a source above is first asked for keys ---


def _library() -> Any:
    import alibabacloud_credentials.provider as library

    # It prints tracebacks of failed look-ups to stderr; our errors say what matters in one line.
    logging.getLogger("credentials").disabled = True
    return library


def _ecs_source(role_name: str) -> LibrarySource:
    # Without its asynchronous update: that starts a scheduler thread which outlives the provider.
    return LibrarySource(
        f"ECS role {role_name}",
        lambda: _library().EcsRamRoleCredentialsProvider(role_name=role_name, async_update_enabled=False),
    )


def _ram_role_provider(base: CredentialSource, role: AssumeRole) -> Any:
    return _library().RamRoleArnCredentialsProvider(
        credentials_provider=_AsLibraryProvider(base),
        role_arn=role.role_arn,
        role_session_name=role.session_name or SESSION_NAME,
        duration_seconds=role.session_expiration or _SESSION_SECONDS,
        policy=role.policy,
        external_id=role.external_id,
    )


def _oidc_provider(oidc: AssumeRoleWithOidc) -> Any:
    path = oidc.oidc_token_file
    holder = None
    if path is None:
        # The library reads a file only; this one is readable by its owner alone and goes with the provider.
        holder = tempfile.NamedTemporaryFile("w", suffix=".oidc")  # noqa: SIM115  # lives as long as the provider
        holder.write(oidc.oidc_token or "")
        holder.flush()
        path = holder.name
    provider = _library().OIDCRoleArnCredentialsProvider(
        role_arn=oidc.role_arn,
        oidc_provider_arn=oidc.oidc_provider_arn,
        oidc_token_file_path=path,
        role_session_name=oidc.role_session_name or SESSION_NAME,
        duration_seconds=oidc.session_expiration or _SESSION_SECONDS,
        policy=oidc.policy,
    )
    provider.token_file_holder = holder
    return provider


def _profile_provider(profile: Profile) -> Any:
    if profile.is_ini:
        return _library().ProfileCredentialsProvider(profile_file=str(profile.file), profile_name=profile.name)
    return _library().CLIProfileCredentialsProvider(profile_file=str(profile.file), profile_name=profile.name)


class _AsLibraryProvider:
    """One of our sources in the shape that the library asks of a credentials provider."""

    def __init__(self, source: CredentialSource) -> None:
        self._source = source

    def get_credentials(self) -> Any:
        from alibabacloud_credentials.provider.refreshable import Credentials as LibraryCredentials

        keys = self._source.get()
        return LibraryCredentials(
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            security_token=keys.security_token,
            provider_name="alicloud-esa",
        )

    def get_provider_name(self) -> str:
        return "alicloud-esa"


def _safe_text(error: Exception) -> str:
    """The library's message without the answer it may quote, which can hold keys."""
    text = " ".join(str(error).split()).split("result:")[0].rstrip(" ,")
    return text[:200] or type(error).__name__
