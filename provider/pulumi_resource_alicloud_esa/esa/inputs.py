"""Reads plain input values (str, float, int, bool, list, dict, None) and collects every fault with its path.

Numbers may arrive as doubles: an integral one below 2**53 is accepted where digits are expected and printed
exactly; anything else is refused rather than rounded.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from .errors import Fault, InvalidInput, one_line
from .moments import parse_rfc3339
from .pattern import ACCEPTED, Pattern, compile_pattern

MAX_EXACT = 2**53
MAX_INT64 = 2**63 - 1
_OBJECT_ID = re.compile(r"[0-9a-f]{24}")
_TIME_ACCEPTED = "give RFC 3339 (2024-06-01T00:00:00Z) or milliseconds since 1970 (1717200000000)"


def whole(value: object) -> int | None:
    """The exact whole number that a string of digits, an int or an integral double stands for; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < MAX_EXACT else None
    if isinstance(value, str):
        text = value.strip()
        digits = text[1:] if text.startswith("-") else text
        return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 19 else None
    return None


def shown(value: object) -> str:
    """A value as an error message quotes it: short, on one line, numbers without `.0`."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        return "a map" if isinstance(value, dict) else "a list"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


class Inputs:
    """One set of inputs being read; `finish` raises InvalidInput with all faults found."""

    def __init__(self, values: Mapping[str, Any], prefix: str = "", faults: list[Fault] | None = None) -> None:
        # The keys of nested objects come as the caller's language spells them.
        self.values = _camel_keys(values) if prefix else values
        self.faults = [] if faults is None else faults
        self._prefix = prefix
        self._read: list[str] = []

    def get(self, name: str) -> Any:
        """The raw value, None where it is not given."""
        self._read.append(name)
        return self.values.get(name)

    def fault(self, name: str, reason: str) -> None:
        """Note what is wrong with one property."""
        self.faults.append(Fault(f"{self._prefix}{name}", reason))

    def within(self, path: str, values: Mapping[str, Any]) -> Inputs:
        """The inputs of an object at this path (`executions[0].`); its faults are among these."""
        return Inputs(values, f"{self._prefix}{path}", self.faults)

    def finish(self) -> None:
        """Refuse unknown properties, then raise if there was any fault."""
        self.refuse_unread()
        if self.faults:
            raise InvalidInput(self.faults)

    def refuse_unread(self) -> None:
        """Note each property that was given but never read: otherwise a typing error would be ignored silently."""
        for name, value in self.values.items():
            if name not in self._read and value is not None and not name.startswith("__"):
                # A key may hold anything, line ends too; the error must stay on one line.
                path = name if name.isprintable() and name.strip() and len(name) <= 80 else shown(name)
                self.fault(path, f"no such input; accepted are {', '.join(self._read)}")

    def site_id(self, name: str = "siteId") -> str:
        """Digits, as the service prints a site's id; "" when it is missing or wrong."""
        value = self.get(name)
        if value is None or value == "":
            self.fault(name, "missing; give the site's id, such as 190007158391808")
            return ""
        number = whole(value)
        if number is None or not 1 <= number <= MAX_INT64:
            self.fault(name, f"{shown(value)} is not a site id; give its digits, such as 190007158391808")
            return ""
        return str(number)

    def job_id(self, name: str = "jobId") -> str:
        """24 hex digits; `SITEID:JOBID` is accepted too. "" when it is missing or wrong."""
        value = self.get(name)
        if value is None or value == "":
            self.fault(name, "missing; give the job's id, 24 hex digits")
            return ""
        return self._job_id(name, value, "")

    def job_ids(self, name: str, site_id: str) -> frozenset[str] | None:
        """A list of such ids; a SITEID in one must be `site_id`. None for an empty list, which filters nothing."""
        items = enumerate(self._list(name) or ())
        return frozenset(self._job_id(f"{name}[{index}]", item, site_id) for index, item in items) or None

    def _job_id(self, path: str, value: Any, site_id: str) -> str:
        of_site, _, job_id = value.strip().lower().rpartition(":") if isinstance(value, str) else ("", "", "")
        if not _OBJECT_ID.fullmatch(job_id):
            self.fault(path, f"InvalidParameter.ObjectId: {shown(value)} is not a job id; give its 24 hex digits")
            return ""
        if site_id and of_site and of_site.strip() != site_id:
            self.fault(path, f"{shown(value)} is a job of another site than {site_id}; give one of this site")
        return job_id

    def text(self, name: str, required: bool = False) -> str | None:
        """A non-empty string."""
        value = self.get(name)
        if value is None:
            if required:
                self.fault(name, "missing; give a string")
            return None
        if not isinstance(value, str) or not value.strip():
            self.fault(name, f"{shown(value)} is not accepted; give a non-empty string, or leave it out")
            return None
        return value.strip()

    def integer(self, name: str, minimum: int, maximum: int = 2**31 - 1) -> int | None:
        """A whole number within bounds."""
        value = self.get(name)
        if value is None:
            return None
        number = whole(value)
        if number is None or not minimum <= number <= maximum:
            self.fault(name, f"{shown(value)} is not accepted; give a whole number from {minimum} to {maximum}")
            return None
        return number

    def boolean(self, name: str) -> bool | None:
        """true or false."""
        value = self.get(name)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
        self.fault(name, f"{shown(value)} is not accepted; give true or false")
        return None

    def choices(self, name: str, accepted: Collection[str], what: str) -> tuple[str, ...] | None:
        """A list of texts, each one of those accepted; `what` says what they are."""
        items = self._list(name)
        if items is None:
            return None
        chosen = []
        for index, item in enumerate(items):
            if not isinstance(item, str) or not item.strip():
                self.fault(f"{name}[{index}]", f"{shown(item)} is not accepted; give a non-empty string")
            elif item.strip() not in accepted:
                self.fault(f"{name}[{index}]", f"{item.strip()!r} is not a {what}; accepted are {', '.join(accepted)}")
            else:
                chosen.append(item.strip())
        return tuple(chosen)

    def _list(self, name: str) -> list[Any] | None:
        value = self.get(name)
        if value is None or isinstance(value, list):
            return value
        self.fault(name, f"{shown(value)} is not accepted; give a list of strings")
        return None

    def objects(self, name: str, wanted: str, each: str, required: bool = False) -> Iterator[Inputs]:
        """The inputs of each object in a list; `wanted` and `each` say what is accepted, {} in them what was given."""
        values = self.get(name)
        if not isinstance(values, list):
            if required or values is not None:
                self.fault(name, wanted.replace("{}", shown(values)))
            return
        for index, value in enumerate(values):
            if isinstance(value, dict):
                yield self.within(f"{name}[{index}].", value)
            else:
                self.fault(f"{name}[{index}]", each.replace("{}", shown(value)))

    def text_map(self, name: str) -> dict[str, str] | None:
        """A map of strings; a whole number or a boolean, which YAML makes of `1` and `true`, becomes text."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.fault(name, f"{shown(value)} is not accepted; give a map of strings")
            return None
        for key, item in value.items():
            if not isinstance(item, (str, bool)) and whole(item) is None:
                path = key if key.isprintable() and key.strip() and len(key) <= 80 else shown(key)
                self.fault(f"{name}.{path}", f"{shown(item)} is not accepted; give a string")
        return {key: item if isinstance(item, str) else shown(item) for key, item in value.items()}

    def regex(self, name: str) -> Pattern | None:
        """A regular expression in RE2's syntax; white space at its ends is a part of it."""
        if self.text(name) is None:
            return None
        text: str = self.values[name]
        try:
            return compile_pattern(text)
        except ValueError as error:
            self.fault(name, f"{shown(text)} does not compile: {one_line(str(error))[:200]}; {ACCEPTED}")
            return None

    def milliseconds(self, name: str) -> int | None:
        """A moment as milliseconds since 1970, from RFC 3339 or from such milliseconds."""
        value = self.get(name)
        if value is None:
            return None
        number = whole(value)
        if number is None and isinstance(value, str):
            number = parse_rfc3339(value.strip())
        if number is None or not 0 <= number <= MAX_INT64:
            self.fault(name, f"{shown(value)} is not a time; {_TIME_ACCEPTED}")
            return None
        return number


def _camel_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """`role_arn` as `roleArn`; where both are given, `role_arn` is kept, to be reported as an unknown property."""
    camel = {name: re.sub(r"_([a-z])", lambda found: found[1].upper(), name) for name in values}
    return {name if camel[name] in values else camel[name]: value for name, value in values.items()}
