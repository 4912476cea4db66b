"""Access keys, and where a client asks for them."""

from __future__ import annotations

from typing import Any, Protocol

from msgspec import Struct

from .deadline import Deadline


class Discreet(Struct, frozen=True):
    """What no tool shows the fields of: rich, for one, asks a Struct for them past its `__repr__`."""

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []


class Credentials(Discreet, frozen=True):
    """One set of keys; nothing of it but the id ever shows in a `repr`."""

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None

    def __repr__(self) -> str:
        return f"Credentials(access_key_id={self.access_key_id!r}, access_key_secret=***, security_token=***)"


def misfit(text: str) -> str | None:
    """Which character, by its position, cannot be in a key, secret or token; never the text itself. None if all can."""
    for place, char in enumerate(text, 1):
        if not "!" <= char <= "~":
            kind = "a line break" if char in "\r\n" else "white space" if char.isspace() else "an unprintable character"
            kind = kind if not char.isprintable() or char.isspace() else "a character that is not ASCII"
            return f"holds {kind} (character {place} of {len(text)}); copy it again"
    return None


class CredentialSource(Protocol):
    """Where a client gets its keys from, anew for every attempt."""

    def get(self, deadline: Deadline) -> Credentials:
        """The current keys; raises CredentialsError, and what the deadline raises."""
        ...

    def refresh(self, rejected: Credentials, deadline: Deadline) -> bool:
        """Fetch new keys because the service called these expired; False if this source has no others."""
        ...
