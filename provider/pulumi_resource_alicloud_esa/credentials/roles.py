"""Which role is assumed with the keys that were found, or with an OIDC token; which setting names it; at which STS.

The STS is the one whose region is nearest to what the user wrote, or the global one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from .. import environment
from ..config import AssumeRole, AssumeRoleWithOidc, Settings
from ..esa.errors import CredentialsError
from ..esa.inputs import whole

# In a pod it is injected and names the role for the OIDC token; a user may also set it to name a role for other keys.
_SHARED_VARIABLE = "ALIBABA_CLOUD_ROLE_ARN"
GLOBAL_HOST = "sts.aliyuncs.com"
# Only this host knows key pairs of the old kind (RSA); the global one does not.
RSA_HOST = "sts.ap-northeast-1.aliyuncs.com"
# Texts, compiled when a role is assumed.
_REGION = r"[a-z0-9]+(-[a-z0-9]+)*"
_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?"


class StsWish(Struct, frozen=True):
    """What a profile says about its STS."""

    region: str | None = None
    endpoint: str | None = None
    vpc: bool | None = None


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


def sts_host(wish: StsWish, region: str | None, env: Mapping[str, str], default: str = GLOBAL_HOST) -> str:
    """The host of STS: the profile's, else its region's, else that of the environment, else that of `region`.

    A region with no usable name means the default. Raises CredentialsError for a host that is none.
    """
    if wish.endpoint is not None:
        host = wish.endpoint.removeprefix("https://").rstrip("/")
        if not re.fullmatch(_HOST, host):
            raise CredentialsError("sts_endpoint is not a host; give one such as sts.cn-hangzhou.aliyuncs.com")
        return host
    vpc = wish.vpc
    if vpc is None:
        vpc = (environment.value("vpcEndpointEnabled", env) or "").lower() == "true"
    candidates = (wish.region, environment.value("stsRegion", env), region)
    chosen = next((name.lower() for name in candidates if name and re.fullmatch(_REGION, name.lower())), None)
    if chosen is not None:
        return f"{'sts-vpc' if vpc else 'sts'}.{chosen}.aliyuncs.com"
    if vpc:
        raise CredentialsError("STS inside a VPC is a region's: set ALIBABA_CLOUD_STS_REGION, or region")
    return default


def _has_oidc_token(env: Mapping[str, str]) -> bool:
    names = ("oidcTokenFile", "oidcToken")
    return any(environment.value(f"assumeRoleWithOidc.{name}", env) for name in names)
