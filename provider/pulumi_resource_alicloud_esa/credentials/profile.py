"""One profile of a credentials file, typed: which of its parts is set says how its keys are found."""

from __future__ import annotations

from pathlib import Path

from msgspec import field

from ..config import AssumeRole, AssumeRoleWithOidc, Masked
from ..esa.keys import Credentials
from .roles import StsWish


class RsaKeyPair(Masked, frozen=True):
    """The id of a public key, and the file that holds its private half."""

    public_key_id: str
    private_key_file: str


class Login(Masked, frozen=True):
    """What the aliyun CLI keeps of a login with a browser: keys that expire, and a token with which to get new ones."""

    keys: Credentials | None
    keys_end: int
    token: str | None
    token_ends: int


class CloudSso(Login, frozen=True):
    """A login with CloudSSO."""

    sign_in_url: str
    account_id: str
    access_config: str


class OAuth(Login, frozen=True):
    """A login with OAuth at one of the two sites, CN or INTL."""

    site: str


class Profile(Masked, frozen=True):
    """One profile; a role is assumed with the keys of `source`."""

    name: str
    file: Path
    mode: str
    region: str | None = None
    sts: StsWish = field(default_factory=StsWish)
    keys: Credentials | None = None
    role: AssumeRole | None = None
    source: Profile | None = None
    ecs_role_name: str | None = None
    credentials_uri: str | None = None
    oidc: AssumeRoleWithOidc | None = None
    command: str | None = None
    login: CloudSso | OAuth | None = None
    rsa: RsaKeyPair | None = None

    @property
    def description(self) -> str:
        """How an error names this profile."""
        return f"profile {self.name!r} of {self.file}"


class Override(Masked, frozen=True):
    """Parts of a key pair that the configuration gives beside a profile: they replace the profile's own."""

    secret_key: str | None = None
    security_token: str | None = None

    @property
    def names(self) -> str:
        """The names of the settings that give a part, as a user knows them."""
        given = (("secretKey", self.secret_key), ("securityToken", self.security_token))
        return " and ".join(name for name, value in given if value is not None)
