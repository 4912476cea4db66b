"""Keys that are fetched and renewed by `alibabacloud-credentials`, imported when the first of them is asked for.

It costs 0.1 s, reads the environment when it is imported, blocks for as long as its own time-outs say, and puts
what it was answered, keys included, into its messages.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from .config import AssumeRole, AssumeRoleWithOidc
from .esa.deadline import Deadline
from .esa.errors import CredentialsError
from .esa.keys import Credentials, CredentialSource
from .profile_file import Profile

SESSION_NAME = "pulumi-alicloud-esa"
SESSION_SECONDS = 3600
_RECHECK_SECONDS = 1.0
_NESTED_SECONDS = 60
# What follows these words in the library's messages is an answer or an output, which can hold keys.
_QUOTED = re.compile(r"[\s,:]*\b(result|response|stderr|stdout|output|OAuth token)\b\s*:.*|with url: \S*", re.DOTALL)
_QUERY = re.compile(r"\?\S*")
_POOL = re.compile(r"\w+Pool\(host='([^']*)', port=\d+\): Max retries exceeded\s*")
_NOISE = re.compile(r"\(Caused by \w+\(['\"]?|\w+\(host='[^']*', port=\d+\):\s*|<[^<>]*object at 0x\w+>[:,]?\s*")


class LibrarySource:
    """Keys that the library fetches and renews 15 minutes before they expire.

    One fetch at a time, in a thread of its own: all callers wait for the same one, each no longer than its
    deadline.
    """

    def __init__(self, description: str, build: Callable[[], Any]) -> None:
        self.description = description
        self._build = build
        self._provider: Any = None
        self._keys: Credentials | None = None
        self._recheck_at = 0.0
        self._fetch: Future[Credentials] | None = None
        self._lock = threading.Lock()

    def get(self, deadline: Deadline) -> Credentials:
        """The current keys; raises CredentialsError."""
        return self._current(deadline, None)

    def refresh(self, rejected: Credentials, deadline: Deadline) -> bool:
        """Fetch anew unless another thread did so already."""
        # Twice, because a fetch that was under way already may have been for the rejected keys.
        return any(self._current(deadline, rejected) != rejected for _ in range(2))

    def _current(self, deadline: Deadline, rejected: Credentials | None) -> Credentials:
        with self._lock:
            # The library knows when its keys get stale, but need not be asked for every request.
            if self._keys not in (None, rejected) and time.monotonic() < self._recheck_at:
                return self._keys
            fetch = self._fetch
            if fetch is None:
                fetch = self._fetch = Future()
                anew = rejected is not None and self._keys == rejected
                threading.Thread(target=self._run, args=(fetch, anew), name="credentials", daemon=True).start()
        return deadline.wait(fetch)

    def _run(self, fetch: Future[Credentials], anew: bool) -> None:
        keys, fault = None, None
        try:
            if anew:
                self._provider = None
            keys = self._ask()
        except CredentialsError as error:
            fault = error
        except Exception as error:  # the library raises bare exceptions of many families
            fault = CredentialsError(f"{self.description}: {_safe_text(error)}")
        with self._lock:
            self._keys, self._recheck_at, self._fetch = keys, time.monotonic() + _RECHECK_SECONDS, None
        if keys is None:
            fetch.set_exception(fault or CredentialsError(f"{self.description}: gave no keys"))
        else:
            fetch.set_result(keys)

    def _ask(self) -> Credentials | None:
        if self._provider is None:
            self._provider = self._build()
        found = self._provider.get_credentials()
        key, secret = found.get_access_key_id(), found.get_access_key_secret()
        return Credentials(key, secret, found.get_security_token() or None) if key and secret else None


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


def _library() -> Any:
    import alibabacloud_credentials.provider as library

    # They print tracebacks of failed look-ups, and with DEBUG=sdk every header, to stderr; our errors say what
    # matters in one line.
    for name in ("credentials", "alibabacloud-tea"):
        logging.getLogger(name).disabled = True
    return library


def _oidc_provider(oidc: AssumeRoleWithOidc) -> Any:
    file = oidc.oidc_token_file or os.path.join(tempfile.gettempdir(), f"{secrets.token_hex(16)}.oidc")
    provider = _library().OIDCRoleArnCredentialsProvider(
        role_arn=oidc.role_arn,
        oidc_provider_arn=oidc.oidc_provider_arn,
        oidc_token_file_path=file,
        role_session_name=oidc.role_session_name or SESSION_NAME,
        duration_seconds=oidc.session_expiration or SESSION_SECONDS,
        policy=oidc.policy,
    )
    return provider if oidc.oidc_token_file else _WithTokenFile(provider, file, oidc.oidc_token or "")


class _WithTokenFile:
    """A provider that reads its token from a file only; the file is there while it reads and no longer."""

    def __init__(self, provider: Any, file: str, token: str) -> None:
        self._provider = provider
        self._file = file
        self._token = token

    def get_credentials(self) -> Any:
        with open(os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(self._token)
        try:
            return self._provider.get_credentials()
        finally:
            os.unlink(self._file)


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


def _safe_text(error: Exception) -> str:
    """The library's message without answers, outputs and addresses' queries, all of which can hold keys."""
    text = _QUERY.sub("", _QUOTED.sub("", " ".join(str(error).split())))
    text = _NOISE.sub("", _POOL.sub(r"\1: ", text)).strip(" ,:()'\"")
    return text[:200] or type(error).__name__
