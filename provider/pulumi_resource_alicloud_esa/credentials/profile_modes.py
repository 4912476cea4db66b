"""What each mode of the aliyun CLI's profiles, and each type of the SDK's sections, says about keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ..config import AssumeRole, AssumeRoleWithOidc
from ..esa.errors import CredentialsError
from ..esa.inputs import whole
from .entry import Entry
from .profile import CloudSso, OAuth, Override, Profile, RsaKeyPair

_Builder = Callable[[Entry, Profile, Override], Profile]


def json_profile(path: Path, entries: Mapping[str, Entry], name: str, override: Override) -> Profile:
    """The aliyun CLI's profile of that name; raises CredentialsError."""
    return _chained(path, entries, name, override, ())


def ini_profile(path: Path, entries: Mapping[str, Entry], name: str, override: Override) -> Profile:
    """The section of that name of the SDK's file; raises CredentialsError."""
    entry = _entry(path, entries, name)
    given = entry.text("type") or "access_key"
    kind = given.lower()
    if kind not in _TYPES:
        accepted = ", ".join(_TYPES)
        raise CredentialsError(f"credentials file {path}: section {name!r} has type {given!r}; accepted are {accepted}")
    return _built(entry, kind, _TYPES[kind], override)


def _chained(
    path: Path, entries: Mapping[str, Entry], name: str, override: Override, chain: tuple[str, ...]
) -> Profile:
    entry = _entry(path, entries, name)
    if name in chain:
        raise entry.error("is its own source_profile")
    given = entry.text("mode") or "AK"
    # As the aliyun CLI reads them: in any case.
    mode = next((mode for mode in _MODES if mode.lower() == given.lower()), None)
    if mode is None:
        raise entry.error(f"has mode {given!r}; accepted are {', '.join(_MODES)}")
    profile = _built(entry, mode, _MODES[mode], override)
    if mode != "ChainableRamRoleArn":
        return profile
    return replace(
        profile, source=_chained(path, entries, entry.required("source_profile"), Override(), (*chain, name))
    )


def _built(entry: Entry, mode: str, builder: _Builder, override: Override) -> Profile:
    if override.names and builder not in _WITH_KEYS:
        raise CredentialsError(
            f"{override.names} of the configuration belongs to no access key: {mode}, the mode of profile "
            f"{entry.name!r}, has none of its own; give accessKey too, or remove {override.names}"
        )
    bare = Profile(entry.name, entry.file, mode, region=entry.text("region_id"), sts=entry.sts())
    return builder(entry, bare, override)


def _entry(path: Path, entries: Mapping[str, Entry], name: str) -> Entry:
    if name not in entries:
        there = ", ".join(sorted(entries)) or "none"
        raise CredentialsError(f"credentials file {path}: no profile {name!r}; there are: {there}")
    return entries[name]


def _keys(entry: Entry, profile: Profile, override: Override) -> Profile:
    return replace(profile, keys=entry.keys(override, None))


def _sts_keys(entry: Entry, profile: Profile, override: Override) -> Profile:
    keys = entry.keys(override, "sts_token")
    if keys.security_token is None:
        raise entry.error("has no sts_token")
    return replace(profile, keys=keys)


def _ini_keys(entry: Entry, profile: Profile, override: Override) -> Profile:
    return replace(profile, keys=entry.keys(override, "security_token"))


def _role(entry: Entry) -> AssumeRole:
    return AssumeRole(
        role_arn=entry.required("ram_role_arn"),
        session_name=entry.text("ram_session_name"),
        policy=entry.text("policy"),
        session_expiration=whole(entry.text("expired_seconds")),
        external_id=entry.text("external_id"),
    )


def _role_with_keys(entry: Entry, profile: Profile, override: Override) -> Profile:
    source = replace(profile, keys=entry.keys(override, "sts_token"))
    return replace(profile, role=_role(entry), source=source)


def _role_with_source(entry: Entry, profile: Profile, override: Override) -> Profile:
    return replace(profile, role=_role(entry))


def _ini_role(entry: Entry, profile: Profile, override: Override) -> Profile:
    role = AssumeRole(
        role_arn=entry.required("role_arn"),
        session_name=entry.text("role_session_name"),
        policy=entry.text("policy"),
        external_id=entry.text("external_id"),
    )
    return replace(profile, role=role, source=replace(profile, keys=entry.keys(override, "security_token")))


def _ecs(entry: Entry, profile: Profile, override: Override) -> Profile:
    return replace(profile, ecs_role_name=entry.text("ram_role_name") or "")


def _ini_ecs(entry: Entry, profile: Profile, override: Override) -> Profile:
    return replace(profile, ecs_role_name=entry.text("role_name") or "")


def _uri(entry: Entry, profile: Profile, override: Override) -> Profile:
    return replace(profile, credentials_uri=entry.required("credentials_uri"))


def _oidc(entry: Entry, profile: Profile, override: Override) -> Profile:
    oidc = AssumeRoleWithOidc(
        oidc_provider_arn=entry.required("oidc_provider_arn"),
        oidc_token_file=entry.required("oidc_token_file"),
        role_arn=entry.required("ram_role_arn"),
        role_session_name=entry.text("role_session_name") or entry.text("ram_session_name"),
        policy=entry.text("policy"),
    )
    return replace(profile, oidc=oidc)


def _ini_oidc(entry: Entry, profile: Profile, override: Override) -> Profile:
    oidc = AssumeRoleWithOidc(
        oidc_provider_arn=entry.required("oidc_provider_arn"),
        oidc_token_file=entry.required("oidc_token_file_path"),
        role_arn=entry.required("role_arn"),
        role_session_name=entry.text("role_session_name"),
        policy=entry.text("policy"),
    )
    return replace(profile, oidc=oidc)


def _command(entry: Entry, profile: Profile, override: Override) -> Profile:
    return replace(profile, command=entry.required("process_command"))


def _cloud_sso(entry: Entry, profile: Profile, override: Override) -> Profile:
    login = CloudSso(
        keys=entry.cached_keys(),
        keys_end=entry.moment("sts_expiration"),
        token=entry.secret("access_token"),
        token_ends=entry.moment("cloud_sso_access_token_expire"),
        sign_in_url=entry.required("cloud_sso_sign_in_url"),
        account_id=entry.required("cloud_sso_account_id"),
        access_config=entry.required("cloud_sso_access_config"),
    )
    return replace(profile, login=login)


def _oauth(entry: Entry, profile: Profile, override: Override) -> Profile:
    site = (entry.text("oauth_site_type") or "CN").upper()
    if site not in ("CN", "INTL"):
        raise entry.error("has an oauth_site_type that is neither CN nor INTL")
    login = OAuth(
        keys=entry.cached_keys(),
        keys_end=entry.moment("sts_expiration"),
        token=entry.secret("oauth_access_token"),
        token_ends=entry.moment("oauth_access_token_expire"),
        site=site,
    )
    return replace(profile, login=login)


def _rsa(entry: Entry, profile: Profile, override: Override) -> Profile:
    return replace(profile, rsa=RsaKeyPair(entry.required("public_key_id"), entry.required("private_key_file")))


_MODES: dict[str, _Builder] = {
    "AK": _keys,
    "StsToken": _sts_keys,
    "RamRoleArn": _role_with_keys,
    "ChainableRamRoleArn": _role_with_source,
    "EcsRamRole": _ecs,
    "OIDC": _oidc,
    "CredentialsURI": _uri,
    "CloudSSO": _cloud_sso,
    "OAuth": _oauth,
    "External": _command,
}
_TYPES: dict[str, _Builder] = {
    "access_key": _ini_keys,
    "sts": _ini_keys,
    "ecs_ram_role": _ini_ecs,
    "ram_role_arn": _ini_role,
    "oidc_role_arn": _ini_oidc,
    "rsa_key_pair": _rsa,
}
# The rest have no key pair that a secret of the configuration could belong to.
_WITH_KEYS = (_keys, _sts_keys, _ini_keys, _role_with_keys, _ini_role)
