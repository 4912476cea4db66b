"""What each mode of the aliyun CLI's profiles, and each type of the SDK's sections, says about keys.

Read without a guess, and without quoting what may be a key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from ..config import AssumeRole, AssumeRoleWithOidc
from ..esa.errors import CredentialsError
from ..esa.inputs import whole
from ..esa.keys import Credentials, misfit
from .profile import CloudSso, OAuth, Override, Profile, RsaKeyPair
from .roles import StsWish

# What the SDK's sections call otherwise than the aliyun CLI does; how long a session lasts they do not say.
INI_NAMES = {
    "sts_token": "security_token",
    "ram_role_arn": "role_arn",
    "ram_session_name": "role_session_name",
    "ram_role_name": "role_name",
    "oidc_token_file": "oidc_token_file_path",
    "expired_seconds": "",
}


@dataclass(frozen=True, repr=False)
class Entry:
    """The values of one profile, as the file has them; they are asked for by the aliyun CLI's names."""

    file: Path
    name: str
    values: Mapping[str, object]
    names: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str | None:
        """A value without white space around it; None where it is blank or left out."""
        value = self.values.get(self.names.get(key, key))
        return str(value).strip() or None if value is not None else None

    def required(self, key: str) -> str:
        """A value that this kind of profile cannot do without."""
        value = self.text(key)
        if value is None:
            raise self.error(f"has no {self.names.get(key, key)}")
        return value

    def secret(self, key: str) -> str | None:
        """A key, secret or token; an impossible one is an error before anything is sent."""
        value, name = self.text(key), self.names.get(key, key)
        wrong = misfit(value) if value is not None else None
        if wrong is not None:
            raise self.error(f"has {'an' if name[0] in 'aeiou' else 'a'} {name} that {wrong}")
        return value

    def moment(self, key: str) -> int:
        """Seconds since 1970; 0 where none is given."""
        return whole(self.values.get(key)) or 0

    def flag(self, key: str) -> bool | None:
        """true or false, in either of the two formats; None where it is neither."""
        return {"true": True, "false": False}.get((self.text(key) or "").lower())

    def keys(self, override: Override, token: str | None) -> Credentials:
        """The key pair, with the token of that name where there is one."""
        secret = override.secret_key or self.secret("access_key_secret")
        if secret is None:
            raise self.error("has no access_key_secret")
        key = self.secret("access_key_id")
        if key is None:
            raise self.error("has no access_key_id")
        return Credentials(key, secret, override.security_token or (self.secret(token) if token else None))

    def cached_keys(self) -> Credentials | None:
        """The temporary keys that the aliyun CLI left here, None where a part is missing."""
        key, secret, token = (self.secret(name) for name in ("access_key_id", "access_key_secret", "sts_token"))
        return Credentials(key, secret, token) if key and secret and token else None

    def sts(self) -> StsWish:
        """What it says about its STS."""
        return StsWish(self.text("sts_region"), self.text("sts_endpoint"), self.flag("enable_vpc"))

    def error(self, reason: str) -> CredentialsError:
        """What is wrong with this entry."""
        return CredentialsError(f"credentials file {self.file}: profile {self.name!r} {reason}")


_Builder = Callable[[Entry, Profile, Override], Profile]


def ini_profile(path: Path, entries: Mapping[str, Entry], name: str, override: Override) -> Profile:
    """The section of that name of the SDK's file; raises CredentialsError."""
    entry = _entry(path, entries, name)
    given = entry.text("type") or "access_key"
    kind = given.lower()
    if kind not in _TYPES:
        accepted = ", ".join(_TYPES)
        raise CredentialsError(f"credentials file {path}: section {name!r} has type {given!r}; accepted are {accepted}")
    return _built(entry, kind, _TYPES[kind], override)


def json_profile(
    path: Path, entries: Mapping[str, Entry], name: str, override: Override, chain: tuple[str, ...] = ()
) -> Profile:
    """The aliyun CLI's profile of that name, which others of the `chain` are based on; raises CredentialsError."""
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
    source = entry.required("source_profile")
    return replace(profile, source=json_profile(path, entries, source, Override(), (*chain, name)))


def _built(entry: Entry, mode: str, builder: _Builder, override: Override) -> Profile:
    if override.names and mode not in _WITH_KEYS:
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
    return replace(profile, keys=entry.keys(override, "sts_token"))


def _sts_keys(entry: Entry, profile: Profile, override: Override) -> Profile:
    keys = entry.keys(override, "sts_token")
    if keys.security_token is None:
        raise entry.error("has no sts_token")
    return replace(profile, keys=keys)


def _role(entry: Entry) -> AssumeRole:
    return AssumeRole(
        role_arn=entry.required("ram_role_arn"),
        session_name=entry.text("ram_session_name"),
        policy=entry.text("policy"),
        session_expiration=whole(entry.text("expired_seconds")),
        external_id=entry.text("external_id"),
    )


def _oidc(entry: Entry) -> AssumeRoleWithOidc:
    return AssumeRoleWithOidc(
        oidc_provider_arn=entry.required("oidc_provider_arn"),
        oidc_token_file=entry.required("oidc_token_file"),
        role_arn=entry.required("ram_role_arn"),
        role_session_name=entry.text("role_session_name") or entry.text("ram_session_name"),
        policy=entry.text("policy"),
    )


def _cloud_sso(entry: Entry) -> CloudSso:
    return CloudSso(
        keys=entry.cached_keys(),
        keys_end=entry.moment("sts_expiration"),
        token=entry.secret("access_token"),
        token_ends=entry.moment("cloud_sso_access_token_expire"),
        sign_in_url=entry.required("cloud_sso_sign_in_url"),
        account_id=entry.required("cloud_sso_account_id"),
        access_config=entry.required("cloud_sso_access_config"),
    )


def _oauth(entry: Entry) -> OAuth:
    site = (entry.text("oauth_site_type") or "CN").upper()
    if site not in ("CN", "INTL"):
        raise entry.error("has an oauth_site_type that is neither CN nor INTL")
    return OAuth(
        keys=entry.cached_keys(),
        keys_end=entry.moment("sts_expiration"),
        token=entry.secret("oauth_access_token"),
        token_ends=entry.moment("oauth_access_token_expire"),
        site=site,
    )


def _rsa(entry: Entry) -> RsaKeyPair:
    return RsaKeyPair(entry.required("public_key_id"), entry.required("private_key_file"))


_MODES: dict[str, _Builder] = {
    "AK": lambda entry, profile, override: replace(profile, keys=entry.keys(override, None)),
    "StsToken": _sts_keys,
    "RamRoleArn": lambda entry, profile, override: replace(
        profile, source=_keys(entry, profile, override), role=_role(entry)
    ),
    "ChainableRamRoleArn": lambda entry, profile, override: replace(profile, role=_role(entry)),
    "EcsRamRole": lambda entry, profile, override: replace(profile, ecs_role_name=entry.text("ram_role_name") or ""),
    "OIDC": lambda entry, profile, override: replace(profile, oidc=_oidc(entry)),
    "CredentialsURI": lambda entry, profile, override: replace(
        profile, credentials_uri=entry.required("credentials_uri")
    ),
    "CloudSSO": lambda entry, profile, override: replace(profile, login=_cloud_sso(entry)),
    "OAuth": lambda entry, profile, override: replace(profile, login=_oauth(entry)),
    "External": lambda entry, profile, override: replace(profile, command=entry.required("process_command")),
}
# Their keys have other names: INI_NAMES.
_TYPES: dict[str, _Builder] = {
    "access_key": _keys,
    "sts": _keys,
    "ecs_ram_role": _MODES["EcsRamRole"],
    "ram_role_arn": _MODES["RamRoleArn"],
    "oidc_role_arn": _MODES["OIDC"],
    "rsa_key_pair": lambda entry, profile, override: replace(profile, rsa=_rsa(entry)),
}
# The rest have no key pair that a secret of the configuration could belong to.
_WITH_KEYS = ("AK", "StsToken", "RamRoleArn", "access_key", "sts", "ram_role_arn")
