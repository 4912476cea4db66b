"""The environment variables behind each setting, in order: both families of names that pulumi-alicloud reads."""

from __future__ import annotations

from collections.abc import Mapping

VARIABLES: dict[str, tuple[str, ...]] = {
    "accessKey": ("ALICLOUD_ACCESS_KEY", "ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABACLOUD_ACCESS_KEY_ID"),
    "secretKey": ("ALICLOUD_SECRET_KEY", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABACLOUD_ACCESS_KEY_SECRET"),
    "securityToken": (
        "ALICLOUD_SECURITY_TOKEN",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
        "ALIBABACLOUD_SECURITY_TOKEN",
    ),
    "region": ("ALICLOUD_REGION", "ALIBABA_CLOUD_REGION"),
    "profile": ("ALICLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE", "ALIBABACLOUD_PROFILE"),
    "sharedCredentialsFile": ("ALICLOUD_SHARED_CREDENTIALS_FILE", "ALIBABA_CLOUD_CREDENTIALS_FILE"),
    "ecsRoleName": ("ALICLOUD_ECS_ROLE_NAME", "ALIBABA_CLOUD_ECS_METADATA"),
    "credentialsUri": ("ALICLOUD_CREDENTIALS_URI", "ALIBABA_CLOUD_CREDENTIALS_URI"),
    "clientConnectTimeout": ("CLIENT_CONNECT_TIMEOUT",),
    "clientReadTimeout": ("CLIENT_READ_TIMEOUT",),
    "assumeRole.roleArn": ("ALICLOUD_ASSUME_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"),
    "assumeRole.sessionName": ("ALICLOUD_ASSUME_ROLE_SESSION_NAME", "ALIBABA_CLOUD_ROLE_SESSION_NAME"),
    "assumeRole.sessionExpiration": ("ALICLOUD_ASSUME_ROLE_SESSION_EXPIRATION",),
    "assumeRoleWithOidc.oidcProviderArn": ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN",),
    "assumeRoleWithOidc.oidcTokenFile": ("ALIBABA_CLOUD_OIDC_TOKEN_FILE",),
    "assumeRoleWithOidc.oidcToken": ("ALIBABA_CLOUD_OIDC_TOKEN",),
    "assumeRoleWithOidc.roleArn": ("ALIBABA_CLOUD_ROLE_ARN",),
    "assumeRoleWithOidc.roleSessionName": ("ALIBABA_CLOUD_ROLE_SESSION_NAME",),
    "stsRegion": ("ALIBABA_CLOUD_STS_REGION",),
    "vpcEndpointEnabled": ("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED",),
}
KEY_PARTS = ("accessKey", "secretKey", "securityToken")


def find(setting: str, environment: Mapping[str, str]) -> tuple[str, str] | None:
    """The first variable of this setting that is not empty, with its value."""
    for variable in VARIABLES[setting]:
        value = environment.get(variable, "").strip()
        if value:
            return variable, value
    return None


def value(setting: str, environment: Mapping[str, str]) -> str | None:
    """The setting's value in the environment, None where no variable gives one."""
    found = find(setting, environment)
    return found[1] if found else None


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment as it would be without access keys in it."""
    names = {name for part in KEY_PARTS for name in VARIABLES[part]}
    return {name: value for name, value in environment.items() if name not in names}
