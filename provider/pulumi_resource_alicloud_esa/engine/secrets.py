"""What a program marked secret: marked again in what goes back to the engine, and left out of every text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .values import Secret, secret_names

_HIDDEN = "[secret]"
_UNSEEN = "the text given"
# Errors quote only this much of a long value.
_QUOTED = 76
_SURE = 8


def marked(values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """The values, with those of these names marked secret."""
    return {name: Secret(value) if name in names else value for name, value in values.items()}


def without_secrets(text: str, values: Mapping[str, Any]) -> str:
    """A text for people, such as an error, without what is secret among the values that it may be about."""
    forms = {form for name in secret_names(values) for leaf in _leaves(values[name]) for form in _forms(leaf)}
    if not forms:
        return text
    pattern = "|".join(map(_pattern, sorted(forms, key=len, reverse=True)))
    return re.sub(pattern, _HIDDEN, text, flags=re.IGNORECASE)


def without_texts(text: str, values: Mapping[str, Any]) -> str:
    """A text without the texts among the values that it quotes: Pulumi's SDKs do not say which of them are secret."""
    quoted = {quote + form for leaf in _leaves(dict(values)) for form in _forms(leaf) for quote in "'\""}
    if not quoted:
        return text
    pattern = "|".join(re.escape(form) for form in sorted(quoted, key=len, reverse=True))
    return re.sub(rf"(?:{pattern})(?:'|\"|\.\.\.)", _UNSEEN, text, flags=re.IGNORECASE)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = [*value, *value.values()]
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)


def _forms(leaf: str) -> Iterator[str]:
    """How errors quote a value: as it is, as a Python text, on one line, cut, and its last part, as of SITE:JOB."""
    for text in (leaf, leaf.strip(), repr(leaf)[1:-1], " ".join(leaf.split()), leaf.rsplit(":", 1)[-1].strip()):
        if text:
            yield text
        if len(text) > _QUOTED:
            yield text[:_QUOTED]


def _pattern(form: str) -> str:
    # A short secret may be part of an ordinary word.
    return re.escape(form) if len(form) >= _SURE else rf"(?<!\w){re.escape(form)}(?!\w)"
