"""The access keys that the emulator knows, and the state of their STS tokens."""

from __future__ import annotations

from dataclasses import dataclass, field

from emulator.errors import ApiError

ACCESS_KEY_ID = "testAccessKeyId"
ACCESS_KEY_SECRET = "testAccessKeySecret"  # noqa: S105 - a made-up key that only the emulator accepts
STS_ACCESS_KEY_ID = "STS.testAccessKeyId"
STS_ACCESS_KEY_SECRET = "testStsAccessKeySecret"  # noqa: S105
STS_SECURITY_TOKEN = "testSecurityToken+/="  # noqa: S105


@dataclass
class AccessKey:
    """One key: its secret, its current STS token if it is temporary, and the tokens that ran out."""

    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    expired: set[str] = field(default_factory=set, repr=False)
    active: bool = True


class AccessKeys:
    """The table of keys; a new one knows a lasting key and an STS key."""

    def __init__(self) -> None:
        self._keys: dict[str, AccessKey] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the two keys of a new emulator."""
        self._keys = {
            ACCESS_KEY_ID: AccessKey(ACCESS_KEY_SECRET),
            STS_ACCESS_KEY_ID: AccessKey(STS_ACCESS_KEY_SECRET, STS_SECURITY_TOKEN),
        }

    def add(self, access_key_id: str, secret: str, token: str | None = None) -> None:
        """Makes a key known; with a token it is a temporary one."""
        self._keys[access_key_id] = AccessKey(secret, token)

    def disable(self, access_key_id: str) -> None:
        """Requests with this key are answered InvalidAccessKeyId.Inactive from now on."""
        self._keys[access_key_id].active = False

    def set_token(self, access_key_id: str, token: str) -> None:
        """Gives a temporary key another token; the one it had runs out."""
        self.expire_token(access_key_id)
        self._keys[access_key_id].token = token

    def expire_token(self, access_key_id: str) -> None:
        """The key's current token is answered InvalidSecurityToken.Expired from now on."""
        key = self._keys[access_key_id]
        if key.token is not None:
            key.expired.add(key.token)

    def secret_for(self, access_key_id: str, token: str) -> str:
        """The secret of a key that may be used with this token; raises ApiError if it may not."""
        key = self._keys.get(access_key_id)
        if key is None:
            raise ApiError("InvalidAccessKeyId.NotFound")
        if not key.active:
            raise ApiError("InvalidAccessKeyId.Inactive")
        if key.token is None:
            if token:
                raise ApiError("InvalidSecurityToken.MismatchWithAccessKey")
            return key.secret
        if not token:
            raise ApiError("MissingSecurityToken")
        if token in key.expired:
            raise ApiError("InvalidSecurityToken.Expired")
        if token != key.token:
            raise ApiError("InvalidSecurityToken.Malformed")
        return key.secret
