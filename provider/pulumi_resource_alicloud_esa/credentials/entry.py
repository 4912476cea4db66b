"""One entry of a credentials file, read without a guess and without quoting what may be a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..esa.errors import CredentialsError
from ..esa.inputs import whole
from ..esa.keys import Credentials, misfit
from .profile import Override
from .sts import StsWish

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
