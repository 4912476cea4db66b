"""The names of settings in errors: an error advises to change a setting, and each caller has its own name for it.

A text holds the setting's key between two marks; the code that shows the error supplies the names. No text from
outside can hold a mark: it is not a printable character.
"""

from __future__ import annotations

from collections.abc import Mapping

_MARK = "\x1f"

NEUTRAL: Mapping[str, str] = {
    "access key": "the access key's id",
    "secret key": "the access key's secret",
    "security token": "the security token",
    "site": "SiteId",
    "start": "StartTime",
    "end": "EndTime",
    "page size": "PageSize",
    "time limit": "the time limit",
    "concurrency": "the number of requests at once",
    "expired keys": "Get new ones.",
}
"""The default name of each setting; parameters have the API's names."""


def term(key: str) -> str:
    """A setting in a text."""
    return f"{_MARK}{key}{_MARK}"


def spelled(text: str, names: Mapping[str, str] = NEUTRAL) -> str:
    """The text with the name of each setting in place of its key."""
    parts = text.split(_MARK)
    parts[1::2] = [names.get(key) or NEUTRAL[key] for key in parts[1::2]]
    return "".join(parts)
