"""Errors in the words of the command: inputs and settings are named as the options that the user typed."""

from __future__ import annotations

import re

from ..esa.errors import CredentialsError, EsaError, Fault, InvalidInput, explained
from ..esa.printable import printable
from ..schema import VERSION
from .baseline import BaselineError

_INPUT = re.compile(r"([a-z][A-Za-z]*)(\[.*)?", re.DOTALL)
_OTHERWISE = {"jobId": "ID", "ids": "--id", "ignoreFields": "--ignore-field", "tags": "--tag"}


def option_of(name: str) -> str:
    """The option that gives this input of a function or this setting: `siteId` is typed as `--site-id`."""
    return _OTHERWISE.get(name) or f"--{re.sub('[A-Z]', lambda found: f'-{found[0].lower()}', name)}"


TERMS = {
    "site": option_of("siteId"),
    "start": option_of("startTime"),
    "end": option_of("endTime"),
    "page size": option_of("pageSize"),
    "time limit": option_of("timeoutSeconds"),
    "concurrency": option_of("maxConcurrency"),
    "expired keys": "Get new ones, and put them where the old ones came from.",
}
"""What the settings in an error are called here (the keys are those of esa/terms.py); access keys have no option."""
_NO_CREDENTIALS = (
    "no credentials found; give one of: ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET "
    "(or ALICLOUD_ACCESS_KEY and ALICLOUD_SECRET_KEY) in the environment; --profile (or ALIBABA_CLOUD_PROFILE) of "
    "~/.aliyun/config.json or of ALICLOUD_SHARED_CREDENTIALS_FILE; ALICLOUD_CREDENTIALS_URI; ALICLOUD_ECS_ROLE_NAME; "
    "ALIBABA_CLOUD_OIDC_PROVIDER_ARN with ALIBABA_CLOUD_OIDC_TOKEN_FILE and ALIBABA_CLOUD_ROLE_ARN"
)


def error_lines(error: Exception) -> list[str]:
    """What a user reads of an error, one line for each fault: whatever it quotes, a file's name too, makes no other."""
    # The text of a defect is not shown: it could hold anything, a secret too.
    defect = f"a defect in alicloud-esa {VERSION}: {type(error).__name__}; please report it with the output of --debug"
    lines = _lines(explained(error))
    return [printable(line) for line in ([defect] if lines is None else lines)]


def is_defect(error: Exception) -> bool:
    """Whether an error is a defect, which no user can mend: then its origin is worth showing."""
    return _lines(explained(error)) is None


def _lines(error: Exception) -> list[str] | None:
    if isinstance(error, InvalidInput):
        return [fault_line(fault) for fault in error.faults]
    if isinstance(error, CredentialsError):
        # Not imported at the top: it is already loaded when such an error was raised, and slow to load otherwise.
        from ..credentials.sources import NO_CREDENTIALS

        if str(error) == NO_CREDENTIALS:
            return [_NO_CREDENTIALS]
    if isinstance(error, EsaError):
        return error.told(TERMS).splitlines()
    if isinstance(error, BaselineError):
        return [str(error)]
    if isinstance(error, OSError) and error.strerror:
        return [f"{error.filename}: {error.strerror}" if error.filename else error.strerror]
    return None


def fault_line(fault: Fault) -> str:
    """A fault of an input, by the option that gave it."""
    # Other paths are an option's or a variable's own name.
    name = _INPUT.fullmatch(fault.path)
    return f"{option_of(name[1]) if name else fault.path}: {fault.reason}"


def doubt_line(fault: Fault) -> str:
    """A warning; one about a site names it, by whichever option it was given."""
    return fault.reason if fault.path == "siteId" else fault_line(fault)
