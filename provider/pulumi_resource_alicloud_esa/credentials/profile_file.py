"""Profiles in a credentials file: the aliyun CLI's JSON, or the SDK's INI; the content decides which, not the name.

`ALIBABA_CLOUD_CREDENTIALS_FILE` means INI to the SDK and JSON to Terraform, so looking inside is the only way.
"""

from __future__ import annotations

import configparser
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..config import AssumeRole, AssumeRoleWithOidc
from ..esa.errors import CredentialsError
from ..esa.inputs import whole
from ..esa.keys import Credentials

_LIBRARY_MODES = ("CloudSSO", "OAuth", "External")
_INI_LIBRARY_TYPES = ("ram_role_arn", "oidc_role_arn", "rsa_key_pair")
_MODES = (
    "AK",
    "StsToken",
    "RamRoleArn",
    "ChainableRamRoleArn",
    "EcsRamRole",
    "OIDC",
    "CredentialsURI",
    *_LIBRARY_MODES,
)


@dataclass(frozen=True, repr=False)
class Profile:
    """One profile; which of the optional parts is set says how its keys are found."""

    name: str
    file: Path
    is_ini: bool = False
    region: str | None = None
    keys: Credentials | None = None
    role: AssumeRole | None = None
    source: Profile | None = None
    ecs_role_name: str | None = None
    credentials_uri: str | None = None
    oidc: AssumeRoleWithOidc | None = None

    @property
    def description(self) -> str:
        """How an error names this profile."""
        return f"profile {self.name!r} of {self.file}"


def find_profile(name: str | None, file: str | None, env: Mapping[str, str]) -> Profile:
    """The profile of that name, or the file's current one; raises CredentialsError saying what is there."""
    path = _path(file, env)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise CredentialsError(f"credentials file {path}: {reason}") from None
    except ValueError:
        # Not as it stands: it holds a NUL or half a character.
        raise CredentialsError(f"credentials file {str(path)!a}: this cannot be a path") from None
    if text.lstrip().startswith("{"):
        return _from_json(path, text, name)
    return _from_ini(path, text, name)


def _path(file: str | None, env: Mapping[str, str]) -> Path:
    # The home folder only where it is needed: a container's user id often has none.
    if file and not file.startswith("~"):
        return Path(file)
    given = file or "~/.aliyun/config.json"
    try:
        home = env.get("HOME")
        return Path(home, given[2:]) if home and given.startswith("~/") else Path(given).expanduser()
    except RuntimeError:
        raise CredentialsError(
            f"credentials file {given!a}: there is no such home folder; "
            "set HOME, or give sharedCredentialsFile without a tilde"
        ) from None


def _from_json(path: Path, text: str, name: str | None) -> Profile:
    try:
        config = json.loads(text)
        profiles = {str(entry["name"]): entry for entry in config.get("profiles") or []}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise CredentialsError(f"credentials file {path}: not the aliyun CLI's JSON, and not INI") from None
    return _json_profile(path, profiles, name or str(config.get("current") or "default"), ())


def _json_profile(path: Path, profiles: Mapping[str, dict[str, Any]], name: str, chain: tuple[str, ...]) -> Profile:
    entry = _entry(path, profiles, name)
    if name in chain:
        raise CredentialsError(f"credentials file {path}: profile {name!r} is its own source_profile")
    mode = str(entry.get("mode") or "AK")

    def text(key: str) -> str | None:
        value = entry.get(key)
        return str(value).strip() or None if value is not None else None

    common: dict[str, Any] = {"name": name, "file": path, "region": text("region_id")}
    if mode in _LIBRARY_MODES:
        return Profile(**common)
    if mode == "EcsRamRole":
        return Profile(**common, ecs_role_name=text("ram_role_name") or "")
    if mode == "CredentialsURI":
        return Profile(**common, credentials_uri=_required(path, name, text, "credentials_uri"))
    if mode == "OIDC":
        return Profile(**common, oidc=_json_oidc(path, name, text))
    if mode not in _MODES:
        raise CredentialsError(
            f"credentials file {path}: profile {name!r} has mode {mode!r}; accepted are {', '.join(_MODES)}"
        )
    role = None
    if mode in ("RamRoleArn", "ChainableRamRoleArn"):
        role = AssumeRole(
            role_arn=_required(path, name, text, "ram_role_arn"),
            session_name=text("ram_session_name"),
            policy=text("policy"),
            session_expiration=whole(text("expired_seconds")),
            external_id=text("external_id"),
        )
    if mode == "ChainableRamRoleArn":
        source = _json_profile(path, profiles, _required(path, name, text, "source_profile"), (*chain, name))
        return Profile(**common, role=role, source=source)
    keys = Credentials(
        _required(path, name, text, "access_key_id"),
        _required(path, name, text, "access_key_secret"),
        _required(path, name, text, "sts_token") if mode == "StsToken" else None,
    )
    if role is None:
        return Profile(**common, keys=keys)
    return Profile(**common, role=role, source=Profile(name, path, keys=keys))


def _json_oidc(path: Path, name: str, text: Any) -> AssumeRoleWithOidc:
    return AssumeRoleWithOidc(
        oidc_provider_arn=_required(path, name, text, "oidc_provider_arn"),
        oidc_token_file=_required(path, name, text, "oidc_token_file"),
        role_arn=_required(path, name, text, "ram_role_arn"),
        role_session_name=text("role_session_name") or text("ram_session_name"),
    )


def _from_ini(path: Path, text: str, name: str | None) -> Profile:
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#",))
    try:
        parser.read_string(text)
    except configparser.Error:
        # Not the parser's message: it quotes the line, which may be a key.
        raise CredentialsError(f"credentials file {path}: neither INI nor the aliyun CLI's JSON") from None
    sections = {section: dict(parser[section]) for section in parser.sections()}
    name = name or "default"
    entry = _entry(path, sections, name)
    kind = entry.get("type", "access_key")

    def value(key: str) -> str | None:
        return entry.get(key, "").strip() or None

    common: dict[str, Any] = {"name": name, "file": path, "is_ini": True, "region": value("region_id")}
    if kind in ("access_key", "sts"):
        keys = Credentials(
            _required(path, name, value, "access_key_id"),
            _required(path, name, value, "access_key_secret"),
            value("security_token"),
        )
        return Profile(**common, keys=keys)
    if kind == "ecs_ram_role":
        return Profile(**common, ecs_role_name=value("role_name") or "")
    if kind not in _INI_LIBRARY_TYPES:
        accepted = ("access_key", "sts", "ecs_ram_role", *_INI_LIBRARY_TYPES)
        raise CredentialsError(
            f"credentials file {path}: section {name!r} has type {kind!r}; accepted are {', '.join(accepted)}"
        )
    return Profile(**common)


def _entry(path: Path, entries: Mapping[str, dict[str, Any]], name: str) -> dict[str, Any]:
    if name not in entries:
        there = ", ".join(sorted(entries)) or "none"
        raise CredentialsError(f"credentials file {path}: no profile {name!r}; there are: {there}")
    return entries[name]


def _required(path: Path, name: str, text: Any, key: str) -> str:
    value = text(key)
    if value is None:
        raise CredentialsError(f"credentials file {path}: profile {name!r} has no {key}")
    return str(value)
