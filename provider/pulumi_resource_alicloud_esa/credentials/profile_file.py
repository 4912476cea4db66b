"""Profiles in a credentials file: the aliyun CLI's JSON, or the SDK's INI; the content decides which, not the name.

`ALIBABA_CLOUD_CREDENTIALS_FILE` means INI to the SDK and JSON to Terraform, so looking inside is the only way. This is
the one place that reads the file: nobody else gets its path, so that all read the same.
"""

from __future__ import annotations

import codecs
import configparser
import json
from collections.abc import Mapping
from pathlib import Path

from ..esa.errors import CredentialsError
from .profile import Override, Profile
from .profile_modes import INI_NAMES, Entry, ini_profile, json_profile

# The longer marks first: the mark of UTF-32 begins with that of UTF-16.
_FOREIGN = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def find_profile(
    name: str | None, file: str | None, env: Mapping[str, str], override: Override | None = None
) -> Profile:
    """The profile of that name, or the file's current one; raises CredentialsError that names the profiles there are.

    `override` replaces parts of the profile's key pair; a profile without a key pair is then an error.
    """
    path = _path(file, env)
    text = _text(path)
    read = _from_json if text.startswith("{") else _from_ini
    return read(path, text, name, override or Override())


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CredentialsError(f"credentials file {path}: {error.strerror}") from None
    except ValueError:
        # Quoted, not as it is: it holds a NUL or half a character.
        raise CredentialsError(f"credentials file {str(path)!a}: this cannot be a path") from None
    encoding = next((encoding for mark, encoding in _FOREIGN if data.startswith(mark)), None)
    if encoding is None and b"\0" in data[:4]:
        encoding = "UTF-16"
    if encoding is not None:
        raise CredentialsError(f"credentials file {path}: it is {encoding} text; save it as UTF-8")
    try:
        return data.decode("utf-8").lstrip("\ufeff \t\r\n")
    except UnicodeDecodeError:
        raise CredentialsError(f"credentials file {path}: it is not UTF-8 text; save it as UTF-8") from None


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


def _from_json(path: Path, text: str, name: str | None, override: Override) -> Profile:
    try:
        config = json.loads(text)
        entries = {str(entry["name"]): Entry(path, str(entry["name"]), entry) for entry in config.get("profiles") or []}
        current = str(config.get("current") or "default")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise CredentialsError(f"credentials file {path}: not the aliyun CLI's JSON, and not INI") from None
    return json_profile(path, entries, name or current, override)


def _from_ini(path: Path, text: str, name: str | None, override: Override) -> Profile:
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#",))
    try:
        parser.read_string(text)
    except configparser.Error:
        # Not the parser's message: it quotes the line, which may be a key.
        raise CredentialsError(f"credentials file {path}: neither INI nor the aliyun CLI's JSON") from None
    entries = {section: Entry(path, section, dict(parser[section]), INI_NAMES) for section in parser.sections()}
    return ini_profile(path, entries, name or "default", override)
