"""Wrong inputs as the engine shows them well: on properties that it knows, and only where the value is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from ..esa.errors import Fault
from .property_path import split
from .secrets import without_secrets
from .values import UNKNOWN, contains_unknown

PROPERTIES = {
    "access key": "accessKey",
    "secret key": "secretKey",
    "security token": "securityToken",
    "site": "siteId",
    "start": "startTime",
    "end": "endTime",
    "page size": "pageSize",
    "time limit": "timeoutSeconds",
    "concurrency": "maxConcurrency",
    "expired keys": (
        "Given by a stack's configuration or by a provider in its program, refresh and destroy use those of the last "
        "update, from the state: run them with --run-program, or keep temporary keys in the environment."
    ),
}
"""What the settings in an error are called in a program (the keys are those of esa/terms.py)."""


def known_faults(faults: Iterable[Fault], values: Mapping[str, Any]) -> list[Fault]:
    """The faults, except those about values that are not known yet."""
    return [fault for fault in faults if not _is_unknown(split(fault.path), values)]


def shown_faults(faults: Iterable[Fault], values: Mapping[str, Any], unquotable: Collection[str] = ()) -> list[Fault]:
    """Each fault on its top-level property, with its path in the text: the engine prints no value below the top level.

    On no property at all where it is `unquotable`: the engine would print the value that the program gave it.
    """
    result = []
    for fault in faults:
        top = (split(fault.path) or [fault.path])[0]
        reason = without_secrets(fault.reason, values)
        if top not in unquotable and top == fault.path:
            result.append(Fault(top, reason))
        else:
            result.append(Fault("" if top in unquotable else top, f"{fault.path}: {reason}"))
    return result


def _is_unknown(path: list[str], values: Any) -> bool:
    """Whether the value at the path, or one above it, is not known yet."""
    for part in path:
        if isinstance(values, list):
            values = values[int(part)] if part.isdecimal() and int(part) < len(values) else None
        elif isinstance(values, dict):
            values = values.get(part)
        if values is UNKNOWN:
            return True
    return contains_unknown(values)
