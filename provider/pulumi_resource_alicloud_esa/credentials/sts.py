"""Which STS is asked for a role: the one whose region is nearest to what the user wrote, or the global one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .. import environment
from ..esa.errors import CredentialsError

GLOBAL_HOST = "sts.aliyuncs.com"
# Only this host knows key pairs of the old kind (RSA); the global one does not.
RSA_HOST = "sts.ap-northeast-1.aliyuncs.com"
_REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?")


@dataclass(frozen=True)
class StsWish:
    """What a profile says about its STS."""

    region: str | None = None
    endpoint: str | None = None
    vpc: bool | None = None


def sts_host(wish: StsWish, region: str | None, env: Mapping[str, str], default: str = GLOBAL_HOST) -> str:
    """The host of STS: the profile's, else its region's, else that of the environment, else that of `region`.

    A region with no usable name means the default. Raises CredentialsError for a host that is none.
    """
    if wish.endpoint is not None:
        host = wish.endpoint.removeprefix("https://").rstrip("/")
        if not _HOST.fullmatch(host):
            raise CredentialsError("sts_endpoint is not a host; give one such as sts.cn-hangzhou.aliyuncs.com")
        return host
    vpc = wish.vpc
    if vpc is None:
        vpc = (environment.value("vpcEndpointEnabled", env) or "").lower() == "true"
    candidates = (wish.region, environment.value("stsRegion", env), region)
    chosen = next((name.lower() for name in candidates if name and _REGION.fullmatch(name.lower())), None)
    if chosen is not None:
        return f"{'sts-vpc' if vpc else 'sts'}.{chosen}.aliyuncs.com"
    if vpc:
        raise CredentialsError("STS inside a VPC is a region's: set ALIBABA_CLOUD_STS_REGION, or region")
    return default
