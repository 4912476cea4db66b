"""Secrets taken out of other people's texts, in every spelling in which a harmless echo may repeat them.

Found are a secret as it is and in any case, with any of its characters respelled as JSON, URLs and HTML do, twice
over too, its hexadecimal digits, and its Base64, also as a part of a longer text's. An answer must
not be able to make the search slow: every repetition in a pattern is bounded, so that the time is linear in its length.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from functools import lru_cache

# Real secrets have 30 characters or more; a short one, as in tests, could be part of an ordinary name or code.
MIN_SECRET = 16
# Of a proxy's USER:PASSWORD together.
MIN_LOGIN = 8
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos", "+": "plus", "/": "sol", "=": "equals"}
# How a letter or digit is respelled, in lower case, and a mark that every text with such a spelling contains.
_ALNUM = rb"3[0-9]|[46][1-9a-f]|[57][0-9a]"
_RESPELLED = (
    (b"%", re.compile(rb"%(?:25){0,3}(" + _ALNUM + rb")")),
    (b"\\u00", re.compile(rb"\\{1,4}u00(" + _ALNUM + rb")")),
    (b"&", re.compile(rb"&(?:amp;){0,3}#x0{0,6}(" + _ALNUM + rb");")),
)
_WORD = re.compile(b"[0-9a-z]*")
_DECIMAL = re.compile(rb"&(?:amp;){0,3}#0{0,6}([0-9]{2,3});")


class Mask:
    """Puts *** for each of the `secrets` and of the `logins`, USER:PASSWORD, that is long enough to be one."""

    def __init__(self, secrets: Iterable[str | None] = (), logins: Iterable[str] = ()) -> None:
        logins = [login for login in logins if len(login) >= MIN_LOGIN]
        secrets = [*secrets, *(login.partition(":")[2] for login in logins)]
        self._hidden = [*(secret for secret in secrets if secret and len(secret) >= MIN_SECRET), *logins]

    def body(self, body: bytes) -> bytes:
        """The bytes without them."""
        lowered = _plainly(body) if self._hidden else b""
        for secret in self._hidden:
            for core, forms in _forms(secret):
                # A quick look first: the pattern takes a hundred times as long, on every page of a listing.
                if core in lowered:
                    text = _pattern(forms).sub("***", body.decode("utf-8", "surrogateescape"))
                    body = text.encode("utf-8", "surrogateescape")
        return body

    def text(self, text: str) -> str:
        """The text without them."""
        return self.body(text.encode("utf-8", "surrogateescape")).decode("utf-8", "surrogateescape")


def _plainly(body: bytes) -> bytes:
    """The text in lower case, with letters and digits spelled plainly."""
    body = body.lower()
    for mark, pattern in _RESPELLED:
        if mark in body:
            body = pattern.sub(lambda found: bytes([int(found[1], 16)]).lower(), body)
    return _DECIMAL.sub(lambda found: bytes([int(found[1]) % 256]).lower(), body) if b"&" in body else body


@lru_cache(maxsize=64)
def _forms(secret: str) -> tuple[tuple[bytes, tuple[str, ...]], ...]:
    """The secret as it is, in hexadecimal digits, and its Base64 at any place within a longer Base64 text.

    Each comes after its core: a part of letters and digits only, which every spelling contains.
    """
    plain = secret.encode("utf-8", "replace")
    forms: list[tuple[str, ...]] = [(secret,), (plain.hex(),)]
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + plain).decode()
        # The first and last characters may also hold bits of the text around the secret: they are left out.
        alone = whole[-(-before * 8 // 6) : (before + len(plain)) * 8 // 6]
        # In URLs Base64 has two other characters.
        forms.append((alone, alone.replace("+", "-").replace("/", "_")))
    return tuple((_core(form), (form, *others)) for form, *others in forms)


def _core(form: str) -> bytes:
    # No longer than this: a search for a long text first scans all of that text.
    lowered = form.lower().encode()
    return lowered[:24] if lowered.isalnum() else max(_WORD.findall(lowered), key=len)[:24]


@lru_cache(maxsize=64)
def _pattern(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join("".join(map(_spellings, form)) for form in dict.fromkeys(forms)), re.IGNORECASE)


def _spellings(char: str) -> str:
    url = "".join(f"%(?:25){{0,3}}{byte:02x}" for byte in char.encode("utf-8", "replace"))
    named = f"|{_ENTITIES[char]}" if char in _ENTITIES else ""
    entity = rf"&(?:amp;){{0,3}}(?:#0{{0,6}}{ord(char)}|#x0{{0,6}}{ord(char):x}{named});"
    plain = char if char.isascii() and char.isalnum() else rf"\\{{0,4}}{re.escape(char)}"
    return rf"(?:{plain}|{url}|\\{{1,4}}u{ord(char):04x}|{entity})"
