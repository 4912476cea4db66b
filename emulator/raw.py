"""Answers byte by byte: the service's own, and those that it would never give."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class RawAnswer:
    """An answer sent exactly as given: `body` repeated `repeat` times, streamed when that is more than once."""

    status: int = 200
    content_type: str = "application/json;charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    repeat: int = 1

    def __post_init__(self) -> None:
        if not 200 <= self.status <= 599:
            raise ValueError("status must be from 200 to 599")
        if self.repeat < 1:
            raise ValueError("repeat must be 1 or more")

    @classmethod
    def html(cls, status: int = 502) -> RawAnswer:
        """The page of a proxy that cannot reach the service."""
        page = f"<html><head><title>{status}</title></head><body><h1>Bad Gateway</h1></body></html>"
        return cls(status=status, content_type="text/html", body=page.encode())

    @classmethod
    def redirect(cls, location: str, status: int = 302) -> RawAnswer:
        """A redirect to another address."""
        return cls(status=status, content_type="text/html", headers={"location": location})

    @classmethod
    def gzip_bomb(cls, megabytes: int = 64) -> RawAnswer:
        """A small gzip body that unpacks to so many MiB of JSON white space."""
        # One compressed MiB, many times over: gzip members may follow one another (RFC 1952, section 2.2).
        member = gzip.compress(b" " * 2**20, mtime=0)
        return cls(headers={"content-encoding": "gzip"}, body=member, repeat=megabytes)

    @classmethod
    def huge(cls, megabytes: int = 64) -> RawAnswer:
        """A body of so many MiB, streamed without a content-length."""
        return cls(body=b" " * 2**20, repeat=megabytes)
