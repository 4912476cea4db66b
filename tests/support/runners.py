"""What the runners of GitHub and Azure take for a command in a line of a log, according to their source."""

from __future__ import annotations

import re
import unicodedata

# .NET compares texts by language: it skips these.
_SKIPPED = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")


def commands_in(line: str) -> list[str]:
    """Every marker in a line, `::name::` even where today's GitHub runner would not look for it."""
    seen = "".join(char for char in _SKIPPED.sub("", line) if unicodedata.category(char) not in ("Cf", "Cc"))
    found = [mark for mark in ("##[", "##vso") if mark in seen.lower()]
    return [*found, *re.findall(r"::.*::", seen), *(["::"] if seen.lstrip().startswith("::") else [])]
