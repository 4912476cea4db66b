"""Secrets taken out of other people's texts, in the spellings in which an innocent echo shows them.

Found are a secret as it is and in any case, with any of its characters respelled as JSON, URLs and HTML do, twice
over too, its hexadecimal digits, and its Base64, also as a part of a longer text's. Who answers must not be able to
make the search slow: every repetition in a pattern is bounded, so that the cost grows with the text and no faster.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import lru_cache

# Real secrets have 30 characters and more; a short one of a test could be a part of an honest name, or of a code.
MIN_SECRET = 16
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos", "+": "plus", "/": "sol", "=": "equals"}
_RESPELLED = re.compile(
    r"%(?:25){0,3}([3-7][0-9a-f])"
    r"|\\{1,4}u00([3-7][0-9a-f])"
    r"|&(?:amp;){0,3}#(?:0{0,6}([0-9]{2,3})|x0{0,6}([3-7][0-9a-f]));",
    re.IGNORECASE,
)


class Mask:
    """Puts *** for each of the `secrets` that is long enough to be one, and for each of the `logins`, however short."""

    def __init__(self, secrets: Iterable[str | None] = (), logins: Iterable[str] = ()) -> None:
        hidden = [secret for secret in secrets if secret and len(secret) >= MIN_SECRET]
        self._forms = [form for text in (*hidden, *logins) for form in _forms(text)]

    def text(self, text: str) -> str:
        """The text without them."""
        if not self._forms:
            return text
        lowered = text.lower()
        if _RESPELLED.search(lowered):
            lowered = _RESPELLED.sub(_plain, lowered)
        for form in self._forms:
            # Only then by the pattern, which costs a hundred times as much: each page of a long listing comes by here.
            if _core(form) in lowered:
                text = _pattern(form).sub("***", text)
        return text

    def body(self, body: bytes) -> bytes:
        """The same for what may not be UTF-8."""
        # As text it costs little more than as bytes, and one way is enough.
        text = body.decode("utf-8", "surrogateescape")
        masked = self.text(text)
        return body if masked is text else masked.encode("utf-8", "surrogateescape")


@lru_cache(maxsize=64)
def _forms(secret: str) -> tuple[str, ...]:
    """As it is, in hexadecimal digits, and what its Base64 is within that of any text around it."""
    plain = secret.encode("utf-8", "replace")
    found = [secret, plain.hex()]
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain).decode()
        # The characters that hold bits of what stands before or behind are not the secret's alone.
        found.append(whole[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6])
    return tuple(dict.fromkeys([*found, *(one.replace("+", "-").replace("/", "_") for one in found[2:])]))


@lru_cache(maxsize=512)
def _core(form: str) -> str:
    """What each spelling of a form contains: letters and digits are respelled by nobody who means well."""
    parts: list[str] = re.findall("[0-9a-z]*", form.lower())
    return max(parts, key=len)


@lru_cache(maxsize=64)
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile("".join(_spellings(char) for char in form), re.IGNORECASE)


def _spellings(char: str) -> str:
    url = "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in char.encode("utf-8", "replace"))
    named = f"|{_ENTITIES[char]}" if char in _ENTITIES else ""
    entity = rf"&(?:amp;){{0,3}}(?:#0{{0,6}}{ord(char)}|#x0{{0,6}}{ord(char):x}{named});"
    plain = char if char.isascii() and char.isalnum() else rf"\\{{0,4}}{re.escape(char)}"
    return rf"(?:{plain}|{url}|\\{{1,4}}u{ord(char):04x}|{entity})"


def _plain(found: re.Match[str]) -> str:
    url, json, decimal, hexadecimal = found.groups()
    return chr(int(decimal) if decimal else int(url or json or hexadecimal, 16))
