"""The reports of a check, one file a format; each turns an Outcome into text."""

from __future__ import annotations

from collections.abc import Callable

from ..outcome import Outcome
from . import json_report, junit, markdown, sarif, text

FORMATS: dict[str, Callable[[Outcome], str]] = {
    "text": text.render,
    "json": json_report.render,
    "markdown": markdown.render,
    "junit": junit.render,
    "sarif": sarif.render,
}
