"""Sources of keys that are fetched and renewed, through `alibabacloud-credentials`.

The library is imported when a source is first asked for keys, not before: it costs 0.1 s and reads the environment
when it is imported.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from .config import AssumeRole, AssumeRoleWithOidc
from .esa.errors import CredentialsError
from .esa.keys import Credentials, CredentialSource
from .profile_file import Profile

SESSION_NAME = "pulumi-alicloud-esa"
SESSION_SECONDS = 3600


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


def uri_source(description: str, uri: str) -> LibrarySource:
    """Keys that a URL answers with."""
    return LibrarySource(description, lambda: _library().URLCredentialsProvider(uri=uri))


def ecs_source(role_name: str) -> LibrarySource:
    """Keys of the RAM role of the ECS instance."""
    # Without its asynchronous update: that starts a scheduler thread which outlives the provider.
    return LibrarySource(
        f"ECS role {role_name}",
        lambda: _library().EcsRamRoleCredentialsProvider(role_name=role_name, async_update_enabled=False),
    )


def ram_role_source(description: str, base: CredentialSource, role: AssumeRole) -> LibrarySource:
    """Keys of a RAM role, assumed with the keys of another source."""
    return LibrarySource(description, lambda: _ram_role_provider(base, role))


def oidc_source(description: str, oidc: AssumeRoleWithOidc) -> LibrarySource:
    """Keys of a RAM role, assumed with an OIDC token."""
    return LibrarySource(description, lambda: _oidc_provider(oidc))


def profile_source(profile: Profile) -> LibrarySource:
    """Keys of a profile whose mode only the library knows."""
    return LibrarySource(profile.description, lambda: _profile_provider(profile))


def _library() -> Any:
    import alibabacloud_credentials.provider as library

    # It prints tracebacks of failed look-ups to stderr; our errors say what matters in one line.
    logging.getLogger("credentials").disabled = True
    return library


def _ram_role_provider(base: CredentialSource, role: AssumeRole) -> Any:
    return _library().RamRoleArnCredentialsProvider(
        credentials_provider=_AsLibraryProvider(base),
        role_arn=role.role_arn,
        role_session_name=role.session_name or SESSION_NAME,
        duration_seconds=role.session_expiration or SESSION_SECONDS,
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
        duration_seconds=oidc.session_expiration or SESSION_SECONDS,
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
