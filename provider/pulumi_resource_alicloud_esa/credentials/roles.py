"""Which role is assumed with the keys that were found, or with an OIDC token; and which setting names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from .. import environment
from ..config import AssumeRole, AssumeRoleWithOidc, Settings
from ..esa.errors import CredentialsError
from ..esa.inputs import whole
from .library import SESSION_NAME, SESSION_SECONDS

# In a pod it is injected and names the role for the OIDC token; a user may also set it to name a role for other keys.
_SHARED_VARIABLE = "ALIBABA_CLOUD_ROLE_ARN"


@dataclass(frozen=True, repr=False)
class Role:
    """A role to be assumed with keys; `origin` is the setting or the variable that names it."""

    settings: AssumeRole
    origin: str

    @property
    def description(self) -> str:
        """How an error names it."""
        named = "" if self.origin == "assumeRole" else f" of {self.origin}"
        return f"assuming {self.settings.role_arn}{named}"


@dataclass(frozen=True, repr=False)
class OidcRole:
    """A role to be assumed with a token; `origin` is the setting or the variable that names it."""

    settings: AssumeRoleWithOidc
    origin: str

    @property
    def description(self) -> str:
        """How an error names it."""
        if self.origin == "assumeRoleWithOidc":
            return self.origin
        return f"assumeRoleWithOidc ({self.settings.role_arn} of {self.origin})"


def find_role(settings: Settings, env: Mapping[str, str], kind: str, explicit: bool) -> Role | None:
    """The role to assume on top of keys of this kind, which the configuration names or (not `explicit`) does not."""
    given = settings.assume_role
    arn, origin = (given.role_arn if given else None), "assumeRole"
    if arn is None:
        found = environment.find("assumeRole.roleArn", env)
        if found is None:
            return None
        origin, arn = found
        own = origin != _SHARED_VARIABLE or given is not None
        if not own and (_has_oidc_token(env) or kind == "assumeRoleWithOidc" or (explicit and kind == "accessKey")):
            return None
    role = given or AssumeRole()
    expiration = whole(environment.value("assumeRole.sessionExpiration", env))
    filled = replace(
        role,
        role_arn=arn,
        session_name=role.session_name or environment.value("assumeRole.sessionName", env) or SESSION_NAME,
        session_expiration=role.session_expiration or expiration or SESSION_SECONDS,
    )
    return Role(filled, origin)


def find_oidc(settings: Settings, env: Mapping[str, str]) -> OidcRole | None:
    """The role to assume with a token; None where nothing names one; raises CredentialsError for an incomplete one."""
    given = settings.assume_role_with_oidc or AssumeRoleWithOidc()

    def pick(name: str, value: str | None) -> str | None:
        return value or environment.value(f"assumeRoleWithOidc.{name}", env)

    oidc = replace(
        given,
        oidc_provider_arn=pick("oidcProviderArn", given.oidc_provider_arn),
        # A token that is given wins over the file that a pod gets.
        oidc_token_file=given.oidc_token_file or (None if given.oidc_token else pick("oidcTokenFile", None)),
        oidc_token=pick("oidcToken", given.oidc_token),
        role_arn=pick("roleArn", given.role_arn),
        role_session_name=pick("roleSessionName", given.role_session_name) or SESSION_NAME,
        session_expiration=given.session_expiration or SESSION_SECONDS,
    )
    complete = oidc.oidc_provider_arn and oidc.role_arn and (oidc.oidc_token_file or oidc.oidc_token)
    if not complete and settings.assume_role_with_oidc is not None:
        raise CredentialsError(
            "assumeRoleWithOidc is incomplete; give oidcProviderArn, roleArn, and oidcTokenFile or oidcToken"
        )
    origin = "assumeRoleWithOidc" if given.role_arn else _SHARED_VARIABLE
    return OidcRole(oidc, origin) if complete else None


def _has_oidc_token(env: Mapping[str, str]) -> bool:
    names = ("oidcTokenFile", "oidcToken")
    return any(environment.value(f"assumeRoleWithOidc.{name}", env) for name in names)
