"""Access keys, and where a client asks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .deadline import Deadline


@dataclass(frozen=True)
class Credentials:
    """One set of keys; nothing of it but the id ever shows in a `repr`."""

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None

    def __repr__(self) -> str:
        return f"Credentials(access_key_id={self.access_key_id!r}, access_key_secret=***, security_token=***)"


class CredentialSource(Protocol):
    """Where a client gets its keys from, anew for every attempt."""

    def get(self, deadline: Deadline) -> Credentials:
        """The current keys; raises CredentialsError, and what the deadline raises."""
        ...

    def refresh(self, rejected: Credentials, deadline: Deadline) -> bool:
        """Fetch new keys because the service called these expired; False if this source has no others."""
        ...
