"""Which role is assumed with the keys that were found, or with an OIDC token; and which setting names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .. import environment
from ..config import AssumeRole, AssumeRoleWithOidc, Settings
from ..esa.errors import CredentialsError
from ..esa.inputs import whole

# In a pod it is injected and names the role for the OIDC token; a user may also set it to name a role for other keys.
_SHARED_VARIABLE = "ALIBABA_CLOUD_ROLE_ARN"


def find_role(settings: Settings, env: Mapping[str, str], kind: str, explicit: bool) -> tuple[AssumeRole, str] | None:
    """The role to assume on top of keys of this kind, and the setting or the variable that names it; None for none.

    The configuration gives the keys, or (not `explicit`) the environment.
    """
    role = settings.assume_role or AssumeRole()
    arn, origin = role.role_arn, "assumeRole"
    if arn is None:
        found = environment.find("assumeRole.roleArn", env)
        if found is None:
            return None
        origin, arn = found
        own = origin != _SHARED_VARIABLE or settings.assume_role is not None
        if not own and (_has_oidc_token(env) or kind == "assumeRoleWithOidc" or (explicit and kind == "accessKey")):
            return None
    filled = replace(
        role,
        role_arn=arn,
        session_name=role.session_name or environment.value("assumeRole.sessionName", env),
        session_expiration=role.session_expiration or whole(environment.value("assumeRole.sessionExpiration", env)),
    )
    return filled, origin


def find_oidc(settings: Settings, env: Mapping[str, str]) -> tuple[AssumeRoleWithOidc, str] | None:
    """The role to assume with a token, and how an error names it; None for none.

    Raises CredentialsError where the configuration names one incompletely.
    """
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
        role_session_name=pick("roleSessionName", given.role_session_name),
    )
    if not (oidc.oidc_provider_arn and oidc.role_arn and (oidc.oidc_token_file or oidc.oidc_token)):
        if settings.assume_role_with_oidc is None:
            return None
        raise CredentialsError(
            "assumeRoleWithOidc is incomplete; give oidcProviderArn, roleArn, and oidcTokenFile or oidcToken"
        )
    named = "" if given.role_arn else f" ({oidc.role_arn} of {_SHARED_VARIABLE})"
    return oidc, f"assumeRoleWithOidc{named}"


def _has_oidc_token(env: Mapping[str, str]) -> bool:
    names = ("oidcTokenFile", "oidcToken")
    return any(environment.value(f"assumeRoleWithOidc.{name}", env) for name in names)
