"""The key pair that the configuration or the environment gives: whole, never mixed from two other pairs."""

from __future__ import annotations

from collections.abc import Mapping

from .. import environment
from ..config import Masked, Settings
from ..esa.deadline import Deadline
from ..esa.errors import CredentialsError
from ..esa.keys import Credentials, misfit


class _Pair(Masked, frozen=True):
    """One place that may give the three parts, and their names in that place."""

    names: tuple[str, ...]
    key: str | None
    secret: str | None
    token: str | None


class StaticSource:
    """Keys that never change."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def get(self, deadline: Deadline) -> Credentials:
        """The keys."""
        return self._credentials

    def refresh(self, rejected: Credentials, deadline: Deadline) -> bool:
        """False: there are no other keys."""
        return False


def find_key_pair(settings: Settings, env: Mapping[str, str], or_profile: bool = False) -> Credentials | None:
    """The pair of the configuration, else of the environment; None where neither names a part of one.

    What the configuration gives of it wins, or is an error that says what it cannot be put together with. With
    `or_profile` a secret of the configuration may belong to a profile's key instead.
    """
    explicit = _Pair(environment.KEY_PARTS, settings.access_key, settings.secret_key, settings.security_token)
    pairs = [explicit, *_families(env)]
    first = next((pair for pair in pairs if pair.key), None)
    # A secret or token given without an access key may complete the pair of another source.
    spare = [pair for pair in pairs if not pair.key]
    secret = next((pair.secret for pair in spare if pair.secret), None)
    if first is None:
        if secret is None or (or_profile and explicit.secret is not None):
            return None
        raise _half("secretKey", "accessKey")
    if first is not explicit and explicit.secret is not None and first.secret not in (None, explicit.secret):
        raise CredentialsError(
            f"secretKey is given, but accessKey is not, and {first.names[0]} has a secret of its own, "
            f"{first.names[1]}; set accessKey too, or remove secretKey for the environment's keys to be used"
        )
    whole = first is explicit and explicit.secret is not None
    secret = first.secret or secret
    if secret is None:
        raise _half("accessKey", "secretKey")
    # A token of the environment never belongs to a pair that the configuration gives whole.
    token = (
        explicit.token or first.token or (None if whole else next((pair.token for pair in spare if pair.token), None))
    )
    return Credentials(str(first.key), secret, token)


def _families(env: Mapping[str, str]) -> list[_Pair]:
    found = []
    for names in zip(*(environment.VARIABLES[part] for part in environment.KEY_PARTS), strict=True):
        values = [env.get(name, "").strip() or None for name in names]
        for name, value in zip(names, values, strict=True):
            wrong = misfit(value) if value is not None else None
            if wrong is not None:
                raise CredentialsError(f"{name} {wrong}")
        found.append(_Pair(names, *values))
    return found


def _half(given: str, missing: str) -> CredentialsError:
    variable = environment.VARIABLES[missing][1]
    return CredentialsError(f"{given} is given, but {missing} is not; set {missing}, or {variable}")
