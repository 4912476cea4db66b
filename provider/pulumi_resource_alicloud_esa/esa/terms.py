"""What an error advises to change is a setting of the caller's, and each caller has a name of its own for it.

A text holds the setting's key between two marks; who shows the error gives the names. No text of others can hold a
mark: it is no printable character.
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
"""What a setting is called where nobody says otherwise; parameters by the API's own names."""


def term(key: str) -> str:
    """A setting in a text."""
    return f"{_MARK}{key}{_MARK}"


def spelled(text: str, names: Mapping[str, str] = NEUTRAL) -> str:
    """The text with each setting by its name."""
    parts = text.split(_MARK)
    parts[1::2] = [names.get(key) or NEUTRAL[key] for key in parts[1::2]]
    return "".join(parts)
