"""The sources of keys that `alibabacloud-credentials` implements, imported when the first of them is asked for.

It costs 0.1 s, reads the environment when it is imported, and puts what it was answered, keys included, into its
messages. Its own HTTP follows redirects, reads netrc, ignores NO_PROXY and REQUESTS_CA_BUNDLE and has no bounds:
every request of it goes through http.py instead.
"""

from __future__ import annotations

import functools
import logging
from types import SimpleNamespace
from typing import Any

from ..config import AssumeRole, AssumeRoleWithOidc
from ..esa.deadline import Deadline
from ..esa.keys import CredentialSource
from .http import exchange
from .profile_file import Profile
from .renewal import LibrarySource

SESSION_NAME = "pulumi-alicloud-esa"
SESSION_SECONDS = 3600
_NESTED_SECONDS = 60


def ram_role_source(description: str, base: CredentialSource, role: AssumeRole) -> LibrarySource:
    """A role assumed with the keys of `base`."""
    return LibrarySource(
        description,
        lambda: _library().RamRoleArnCredentialsProvider(
            credentials_provider=_AsLibraryProvider(base),
            role_arn=role.role_arn,
            role_session_name=role.session_name or SESSION_NAME,
            duration_seconds=role.session_expiration or SESSION_SECONDS,
            policy=role.policy,
            external_id=role.external_id,
        ),
    )


def uri_source(description: str, uri: str) -> LibrarySource:
    """Keys that a URL answers with."""
    return LibrarySource(description, lambda: _library().URLCredentialsProvider(uri=uri))


def ecs_source(role_name: str) -> LibrarySource:
    """The role of the ECS instance; an empty name leaves it to the metadata service."""
    # Without its asynchronous update: that starts a scheduler thread which outlives the provider.
    return LibrarySource(
        f"ECS role {role_name}".strip(),
        lambda: _library().EcsRamRoleCredentialsProvider(role_name=role_name or None, async_update_enabled=False),
    )


def oidc_source(description: str, oidc: AssumeRoleWithOidc) -> LibrarySource:
    """A role assumed with an OIDC token."""
    return LibrarySource(description, lambda: _oidc_provider(oidc))


def profile_source(profile: Profile) -> LibrarySource:
    """A profile of a kind that only the library can read."""
    return LibrarySource(profile.description, lambda: _profile_provider(profile))


@functools.cache
def _library() -> Any:
    import alibabacloud_credentials.provider as library
    from Tea.core import TeaCore  # type: ignore[import-untyped]

    # They print tracebacks of failed look-ups, and with DEBUG=sdk every header, to stderr; our errors say what
    # matters in one line.
    for name in ("credentials", "alibabacloud-tea"):
        logging.getLogger(name).disabled = True
    # All that the library sends goes through this one function, and nothing else in this process uses it.
    TeaCore.do_action = staticmethod(_do_action)
    read_file = library.oidc._get_token
    library.oidc._get_token = lambda path: path.text if isinstance(path, _OidcToken) else read_file(path)
    return library


def _do_action(request: Any, options: dict[str, Any] | None = None) -> Any:
    """The library's HTTP call, over ours; it takes any status but 200 for an error, and so do we."""
    from Tea.core import TeaCore

    headers = dict(request.headers)
    # Without a port, and without an IPv6 address's brackets: what belongs there follows from the address.
    host = headers.pop("host")
    request.headers["host"] = f"[{host}]" if ":" in host else host
    wanted = options or {}
    body = exchange(
        request.method.upper(),
        TeaCore.compose_url(request),
        headers,
        request.body,
        (wanted.get("connectTimeout", 5000) / 1000, wanted.get("readTimeout", 10_000) / 1000),
    )
    return SimpleNamespace(status_code=200, status_message="OK", headers={}, body=body)


class _OidcToken:
    """A token where the library expects the path of a file with one, which would outlive a process that is killed."""

    def __init__(self, text: str) -> None:
        self.text = text


def _oidc_provider(oidc: AssumeRoleWithOidc) -> Any:
    return _library().OIDCRoleArnCredentialsProvider(
        role_arn=oidc.role_arn,
        oidc_provider_arn=oidc.oidc_provider_arn,
        oidc_token_file_path=oidc.oidc_token_file or _OidcToken(oidc.oidc_token or ""),
        role_session_name=oidc.role_session_name or SESSION_NAME,
        duration_seconds=oidc.session_expiration or SESSION_SECONDS,
        policy=oidc.policy,
    )


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

        keys = self._source.get(Deadline(_NESTED_SECONDS))
        return LibraryCredentials(
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            security_token=keys.security_token,
            provider_name="alicloud-esa",
        )

    def get_provider_name(self) -> str:
        return "alicloud-esa"
