"""What the service lists: the fields of each kind of entry with their types, each declared once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Generic, TypedDict, TypeVar, get_type_hints

import msgspec

from .inputs import MAX_EXACT, whole
from .json_text import ExactPage


class WrongType(Exception):
    """A value is not of the documented type, which is the text."""


def _string(value: Any) -> str:
    # Numbers arrive where strings are documented (account ids); nothing else does.
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or whole(value) is None:
        raise WrongType("a string")
    return str(whole(value))


def _trimmed(value: Any) -> str:
    # The documented example's Id ends in a newline.
    return (value if type(value) is str else _string(value)).strip()


def _integer(value: Any) -> int:
    if type(value) is int and -MAX_EXACT < value < MAX_EXACT:
        return value
    number = whole(value)
    if number is None or abs(number) >= MAX_EXACT:
        raise WrongType("an integer")
    return number


def _digits(value: Any) -> str:
    number = whole(value)
    if number is None:
        raise WrongType("an integer")
    return str(number)


def _listed(value: Any) -> list[str]:
    # Documented as one text with commas.
    return [part.strip() for part in _string(value).split(",") if part.strip()]


def _tags(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        raise WrongType("an object of strings")
    return {key: "" if item is None else _string(item) for key, item in value.items()}


_Text = Annotated[str | None, _string]
_Trimmed = Annotated[str | None, _trimmed]
_Integer = Annotated[int | None, _integer]
_Digits = Annotated[str | None, _digits]


class Job(TypedDict):
    """A scheduled preload job: every documented field, None where the service gives no value."""

    aliUid: _Trimmed
    createdAt: _Trimmed
    domains: _Text
    errorInfo: _Text
    executionCount: _Integer
    failedFileOss: _Text
    fileId: _Trimmed
    id: Annotated[str, _trimmed]
    insertWay: _Trimmed
    name: _Text
    siteId: _Digits
    taskSubmitted: _Integer
    taskType: _Trimmed
    urlCount: _Integer
    urlSubmitted: _Integer


class Execution(TypedDict):
    """One planned run of a job, likewise."""

    aliUid: _Trimmed
    endTime: _Trimmed
    id: Annotated[str, _trimmed]
    interval: _Integer
    jobId: _Trimmed
    sliceLen: _Integer
    startTime: _Trimmed
    status: _Trimmed


class Site(TypedDict):
    """A site of the account, likewise."""

    accessType: _Trimmed
    cnameZone: _Trimmed
    coverage: _Trimmed
    createTime: _Trimmed
    instanceId: _Trimmed
    nameServerList: Annotated[list[str] | None, _listed]
    offlineReason: _Trimmed
    planName: _Trimmed
    planSpecName: _Trimmed
    resourceGroupId: _Trimmed
    siteId: Annotated[str, _digits]
    siteName: _Trimmed
    status: _Trimmed
    tags: Annotated[dict[str, str] | None, _tags]
    updateTime: _Trimmed
    verifyCode: _Trimmed
    visitTime: _Trimmed


E = TypeVar("E", bound=Mapping[str, object])


class Field(msgspec.Struct, frozen=True):
    """One documented field: its name here, the API's key (with a large first letter), how its value is read."""

    name: str
    key: str
    read: Callable[[Any], Any]


# The type of a value that each reader keeps, or only trims or respells.
_EXACT_TYPES: dict[Callable[[Any], Any], Any] = {
    _string: str,
    _trimmed: str,
    _integer: Annotated[int, msgspec.Meta(gt=-MAX_EXACT, lt=MAX_EXACT)],
    _digits: int,
    _listed: str,
    _tags: dict[str, str],
}


class Shape(Generic[E]):
    """How a kind of entry is read: `fields` are those it declares, by name, and `id` is the one that identifies it."""

    def __init__(self, kind: type[E], id_name: str = "id") -> None:
        self.id = id_name
        hints = get_type_hints(kind, include_extras=True)
        self.fields = tuple(Field(name, key_of(name), hints[name].__metadata__[0]) for name in sorted(hints))
        # For a value of exactly the type these do what the readers do, in half the time.
        finish: dict[Any, Callable[[Any], Any]] = {_trimmed: str.strip, _digits: str, _listed: _listed}
        self.to_finish = [(field.name, finish[field.read]) for field in self.fields if field.read in finish]
        # Used once here, by one thread: msgspec makes a type ready at its first use, and crashes the process where two
        # threads are the first at once.
        self.exact_rows: Any = list[self._struct(None)]  # type: ignore[misc]  # made at run time
        msgspec.convert([], self.exact_rows)

    @functools.cache  # noqa: B019  # there are three shapes, for ever
    def page(self, key: str) -> ExactPage:
        """A page as nearly all are: each entry with each field, of exactly the documented type or null."""
        fields = [("RequestId", str), ("TotalCount", str | int), (key, list[self._struct()])]  # type: ignore[misc]
        return ExactPage(msgspec.json.Decoder(msgspec.defstruct("Page", fields)), key, len(fields), len(self.fields))

    def _struct(self, *default: None) -> type[msgspec.Struct]:
        # gc=False: no row can be a part of itself.
        return msgspec.defstruct(
            "ExactRow",
            [(field.name, _EXACT_TYPES[field.read] | None, *default) for field in self.fields],
            rename={field.name: field.key for field in self.fields},
            gc=False,
        )

    def id_of(self, row: E) -> str:
        """The id of an entry."""
        return str(row[self.id])


def key_of(name: str) -> str:
    """The API's key of a name."""
    return name[0].upper() + name[1:]


JOB = Shape(Job)
EXECUTION = Shape(Execution)
SITE = Shape(Site, "siteId")
