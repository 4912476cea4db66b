"""Errors in the words of the command: inputs and settings are named as the options that the user typed."""

from __future__ import annotations

import re

from ..environment import VARIABLES
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


def error_lines(error: Exception) -> list[str]:
    """What a user reads of an error, one line for each fault: whatever it quotes, a file's name too, makes no other."""
    return [printable(line) for line in _lines(explained(error))]


def _lines(error: Exception) -> list[str]:
    if isinstance(error, InvalidInput):
        return [fault_line(fault) for fault in error.faults]
    if isinstance(error, CredentialsError):
        # Not imported at the top: it is already loaded when such an error was raised, and slow to load otherwise.
        from ..credentials.sources import NO_CREDENTIALS

        if str(error) == NO_CREDENTIALS:
            return [_no_credentials()]
    if isinstance(error, EsaError):
        return error.told(TERMS).splitlines()
    if isinstance(error, BaselineError):
        return [str(error)]
    if isinstance(error, OSError) and error.strerror:
        return [f"{error.filename}: {error.strerror}" if error.filename else error.strerror]
    # The text is not shown: it could hold anything, a secret too.
    return [f"a defect in alicloud-esa {VERSION}: {type(error).__name__}; please report it with the output of --debug"]


def is_defect(error: Exception) -> bool:
    """Whether an error is a defect, which no user can mend: then its origin is worth showing."""
    known = isinstance(explained(error), (EsaError, BaselineError)) or (
        isinstance(error, OSError) and bool(error.strerror)
    )
    return not known


def fault_line(fault: Fault) -> str:
    """A fault of an input, by the option that gave it."""
    # Other paths are an option's or a variable's own name.
    name = _INPUT.fullmatch(fault.path)
    return f"{option_of(name[1]) if name else fault.path}: {fault.reason}"


def doubt_line(fault: Fault) -> str:
    """A warning; one about a site names it, by whichever option it was given."""
    return fault.reason if fault.path == "siteId" else fault_line(fault)


def _no_credentials() -> str:
    def first(*settings: str) -> str:
        return " and ".join(VARIABLES[setting][1 if setting == "profile" else 0] for setting in settings)

    return (
        "no credentials found; give one of: ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET "
        f"(or {first('accessKey', 'secretKey')}) in the environment; --profile (or {first('profile')}) of "
        f"~/.aliyun/config.json or of {first('sharedCredentialsFile')}; {first('credentialsUri')}; "
        f"{first('ecsRoleName')}; "
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN with ALIBABA_CLOUD_OIDC_TOKEN_FILE and ALIBABA_CLOUD_ROLE_ARN"
    )
