"""Regular expressions in RE2's syntax, as Go and Terraform have them: matching takes linear time."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from msgspec import Struct

ACCEPTED = (
    "give a regular expression that RE2 knows (github.com/google/re2/wiki/Syntax): no look-around, no back-reference"
)


class Pattern(Struct, frozen=True, dict=True):
    """A regular expression; two of the same text are equal. Made by `compile_pattern`."""

    text: str

    def found_in(self, text: str) -> bool:
        """Whether some part of a text matches."""
        return self._compiled.search(text) is not None

    @cached_property
    def _compiled(self) -> Any:
        # Not imported at the top: few queries have a pattern.
        import re2

        options = re2.Options()
        # By default the library logs errors to stderr.
        options.log_errors = False
        return re2.compile(self.text, options)


def compile_pattern(text: str) -> Pattern:
    """The pattern; raises ValueError with RE2's reason."""
    import re2

    pattern = Pattern(text)
    try:
        pattern.found_in("")
    except re2.error as error:
        # RE2 gives its reason as bytes.
        (reason,) = error.args
        raise ValueError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from None
    except UnicodeError as error:
        raise ValueError(str(error)) from None
    return pattern
