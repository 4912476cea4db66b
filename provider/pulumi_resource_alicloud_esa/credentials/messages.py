"""What may be shown of an error of the credentials library, which quotes answers, outputs and addresses."""

from __future__ import annotations

import re

_LONGEST = 2000
# What follows these words is an answer, an output or an address, which can hold keys.
_QUOTED = re.compile(r"\b(?:result|response|stderr|stdout|output|OAuth token)\b\s?:")
# Each run of letters is searched from its start only, so that the time is linear in the length of the text.
_ADDRESS = re.compile(r"((?<!\w)\w+://)(?:[^/?#\s'\"]*@)?([^/?#\s,'\"]*)[^\s,'\"]*")
_RUN = re.compile(r"[^\s'\"]+")
_POOL = re.compile(r"(?<!\w)\w+Pool\(host='([^']*)', port=\d+\): Max retries exceeded\s?")
_NOISE = re.compile(
    r"with url: \S*|\(Caused by \w+\((?:\w+\(\d+, )?['\"]?|\s?\(_ssl\.c:\d+|"
    r"(?<!\w)\w+\(host='[^']*', port=\d+\):\s?|<[^<>]*object at 0x\w+>[:,]?\s?"
)


def safe_text(error: Exception) -> str:
    """Its message on one line, without answers and outputs, of addresses only the host: the rest can hold keys."""
    text = " ".join(str(error)[:_LONGEST].split())
    quoted = _QUOTED.search(text)
    if quoted:
        text = text[: quoted.start()].rstrip(" ,:")
    text = _RUN.sub(_without_login, _ADDRESS.sub(r"\1\2", text))
    text = _NOISE.sub("", _POOL.sub(r"\1: ", text))
    return _whole(text[:200]) or type(error).__name__


def _whole(text: str) -> str:
    """The text without the brackets and quotes whose other half was taken out or cut off."""
    torn: list[int] = []
    opened: list[int] = []
    for place, char in enumerate(text):
        if char == "(":
            opened.append(place)
        elif char == ")" and not (opened and opened.pop() >= 0):
            torn.append(place)
    torn += opened
    for quote in "'\"":
        # A single quote between two letters is an apostrophe.
        places = [found.start() for found in re.finditer(rf"(?<!\w){quote}|{quote}(?!\w)", text)]
        torn += places[-1:] if len(places) % 2 else []
    kept = "".join(char for place, char in enumerate(text) if place not in torn)
    return kept.replace("()", "").replace("''", "").replace('""', "").strip(" ,:")


def _without_login(found: re.Match[str]) -> str:
    run = found.group()
    at = run.rfind("@")
    colon = run.find(":", 0, max(at, 0))
    return run if colon < 0 else run[: run.rfind("/", 0, colon) + 1] + run[at + 1 :]
