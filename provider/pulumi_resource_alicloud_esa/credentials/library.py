"""The sources of keys that `alibabacloud-credentials` implements, imported when the first of them is asked for.

Its import takes 0.1 s and reads the environment, and its messages quote the answers it got, keys
included. Its own HTTP follows redirects, reads netrc, ignores NO_PROXY and REQUESTS_CA_BUNDLE and has no bounds: every
request of it goes through http.py instead. Its readers of profiles are not used: they read the file once more, ask
the global STS only, and two of them write keys into it.
"""

from __future__ import annotations

import functools
import logging
import time
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from ..config import AssumeRole, AssumeRoleWithOidc
from ..esa.errors import CredentialsError
from ..esa.keys import Credentials, CredentialSource
from .http import exchange
from .profile import CloudSso, OAuth, Profile, RsaKeyPair
from .renewal import Fetched, Patience, RenewedSource

SESSION_NAME = "pulumi-alicloud-esa"
SESSION_SECONDS = 3600
# Cached keys that expire within this time are no longer used.
_NEARLY_OVER_SECONDS = 60
# The two applications that the aliyun CLI is registered as.
_OAUTH_SITES = {
    "CN": ("https://oauth.aliyun.com", "4038181954557748008"),
    "INTL": ("https://oauth.alibabacloud.com", "4103531455503354461"),
}


def ram_role_source(description: str, base: CredentialSource, role: AssumeRole, sts: str) -> RenewedSource:
    """A role assumed with the keys of `base`, at the STS of that host."""
    return RenewedSource(
        description,
        lambda patience: _asked(
            "RamRoleArnCredentialsProvider",
            credentials_provider=_AsLibraryProvider(base, patience),
            role_arn=role.role_arn,
            role_session_name=role.session_name or SESSION_NAME,
            duration_seconds=role.session_expiration or SESSION_SECONDS,
            policy=role.policy,
            external_id=role.external_id,
            sts_endpoint=sts,
        ),
    )


def uri_source(description: str, uri: str) -> RenewedSource:
    """Keys that are fetched from a URL."""
    return RenewedSource(description, lambda patience: _asked("URLCredentialsProvider", uri=uri))


def ecs_source(role_name: str) -> RenewedSource:
    """The role of the ECS instance; an empty name leaves it to the metadata service."""
    # Without its asynchronous update: that starts a scheduler thread which outlives the provider.
    return RenewedSource(
        f"ECS role {role_name}".strip(),
        lambda patience: _asked(
            "EcsRamRoleCredentialsProvider", role_name=role_name or None, async_update_enabled=False
        ),
    )


def oidc_source(description: str, oidc: AssumeRoleWithOidc, sts: str) -> RenewedSource:
    """A role assumed with an OIDC token, at the STS of that host."""
    return RenewedSource(
        description,
        lambda patience: _asked(
            "OIDCRoleArnCredentialsProvider",
            role_arn=oidc.role_arn,
            oidc_provider_arn=oidc.oidc_provider_arn,
            oidc_token_file_path=oidc.oidc_token_file or _OidcToken(oidc.oidc_token or ""),
            role_session_name=oidc.role_session_name or SESSION_NAME,
            duration_seconds=oidc.session_expiration or SESSION_SECONDS,
            policy=oidc.policy,
            sts_endpoint=sts,
        ),
    )


def rsa_source(description: str, pair: RsaKeyPair, sts: str) -> RenewedSource:
    """Keys of a session opened with a key pair, at the STS of that host."""
    return RenewedSource(
        description,
        lambda patience: _asked(
            "RsaKeyPairCredentialsProvider",
            public_key_id=pair.public_key_id,
            private_key_file=pair.private_key_file,
            sts_endpoint=sts,
        ),
    )


def login_source(profile: Profile, login: CloudSso | OAuth) -> RenewedSource:
    """The keys that the aliyun CLI left in the profile while they are valid, then new ones for its token.

    What is fetched is kept in this process only, and an expired token is not renewed: the new one would have to
    be written into the file, or the aliyun CLI's login would be over.
    """

    def current(patience: Patience) -> Fetched:
        now = time.time()
        if login.keys is not None and login.keys_end > now + _NEARLY_OVER_SECONDS:
            return Fetched(login.keys, login.keys_end)
        if login.token is None or login.token_ends <= now:
            raise CredentialsError(_login_over(profile))
        return _exchanged(login)

    return RenewedSource(profile.description, current)


def _login_over(profile: Profile) -> str:
    again = f"`aliyun configure --mode {profile.mode} --profile {profile.name}` logs in again"
    if profile.mode == "OAuth":
        again = f"`aliyun sts GetCallerIdentity --profile {profile.name}` renews it, {again}"
    return f"its login with the aliyun CLI has ended; {again}"


def _exchanged(login: CloudSso | OAuth) -> Fetched:
    """Keys for the token of a login."""
    token = {"access_token": login.token, "access_token_expire": login.token_ends}
    if isinstance(login, CloudSso):
        return _asked(
            "CloudSSOCredentialsProvider",
            sign_in_url=login.sign_in_url,
            account_id=login.account_id,
            access_config=login.access_config,
            **token,
        )
    url, client = _OAUTH_SITES[login.site]
    return _asked("OAuthCredentialsProvider", client_id=client, sign_in_url=url, **token)


@functools.cache
def _library() -> Any:
    import alibabacloud_credentials.provider as library
    from Tea.core import TeaCore  # type: ignore[import-untyped]

    # The library's loggers print tracebacks of failed look-ups and, with DEBUG=sdk, every header; our errors say what
    # matters in one line.
    for name in ("credentials", "alibabacloud-tea"):
        logging.getLogger(name).disabled = True
    # All that the library sends goes through this one function, and nothing else in this process uses it.
    TeaCore.do_action = staticmethod(_do_action)
    read_file = library.oidc._get_token
    library.oidc._get_token = lambda path: path.text if isinstance(path, _OidcToken) else read_file(path)
    return library


def _asked(provider: str, **settings: Any) -> Fetched:
    """The keys of one of the library's providers, which is asked only once: we do the renewing."""
    found = getattr(_library(), provider)(**settings).get_credentials()
    key, secret = found.get_access_key_id(), found.get_access_key_secret()
    if not key or not secret:
        raise CredentialsError("gave no keys")
    # A number that cannot be a time means "not known" too.
    ends = max(0, found.get_expiration() or 0) or None
    return Fetched(Credentials(key, secret, found.get_security_token() or None), ends)


def _do_action(request: Any, options: dict[str, Any] | None = None) -> Any:
    """The library's HTTP call, made by ours; both treat any status but 200 as an error."""
    from Tea.core import TeaCore

    headers = dict(request.headers)
    # It has no port, and no brackets around an IPv6 address, so the header is left to be made from the URL.
    host = headers.pop("host")
    request.headers["host"] = f"[{host}]" if host.count(":") > 1 else host
    wanted = options or {}
    body = exchange(
        request.method.upper(),
        TeaCore.compose_url(request),
        headers,
        request.body,
        (wanted.get("connectTimeout", 5000) / 1000, wanted.get("readTimeout", 10_000) / 1000),
    )
    return SimpleNamespace(status_code=200, status_message="OK", headers={}, body=body)


@dataclass(frozen=True, repr=False)
class _OidcToken:
    """A token where the library expects the path of a file with one, which would outlive a process that is killed."""

    text: str


@dataclass(frozen=True, repr=False)
class _AsLibraryProvider:
    """One of our sources in the shape that the library asks of a credentials provider."""

    source: CredentialSource
    patience: Patience

    def get_credentials(self) -> Any:
        from alibabacloud_credentials.provider.refreshable import Credentials as LibraryCredentials

        stop = self.source.stop if isinstance(self.source, RenewedSource) else None
        with self.patience.stopping(stop):
            keys = self.source.get(self.patience)
        return LibraryCredentials(
            access_key_id=keys.access_key_id,
            access_key_secret=keys.access_key_secret,
            security_token=keys.security_token,
            provider_name="alicloud-esa",
        )

    def get_provider_name(self) -> str:
        return "alicloud-esa"
