"""What the service lists: the fields of each kind of entry with their types, each declared once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Generic, TypeVar, get_type_hints

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


def key_of(name: str) -> str:
    """The API's key of a name."""
    return name[0].upper() + name[1:]


class Entry(msgspec.Struct, rename=key_of, gc=False):
    """What a list of the service consists of: the documented fields, None where the service gives no value."""

    # gc=False: no entry can be a part of itself.
    answered: ClassVar[bool] = True
    """That it may be shown and answered, which other structs, such as keys, must not be."""


# Each type with what reads a value that is not exactly of it.
_Text = Annotated[str | None, _string]
_Trimmed = Annotated[str | None, _trimmed]
_Id = Annotated[str, _trimmed]
_Integer = Annotated[Annotated[int, msgspec.Meta(gt=-MAX_EXACT, lt=MAX_EXACT)] | None, _integer]
_Tags = Annotated[dict[str, str] | None, _tags]
if TYPE_CHECKING:
    _Digits = str | None
    _SiteId = str
    _List = list[str] | None
else:
    # What the service writes; `Shape.to_finish` makes it what it is here.
    _Digits = Annotated[int | None, _digits]
    _SiteId = Annotated[int, _digits]
    _List = Annotated[str | None, _listed]


class Job(Entry):
    """A scheduled preload job."""

    aliUid: _Trimmed
    createdAt: _Trimmed
    domains: _Text
    errorInfo: _Text
    executionCount: _Integer
    failedFileOss: _Text
    fileId: _Trimmed
    id: _Id
    insertWay: _Trimmed
    name: _Text
    siteId: _Digits
    taskSubmitted: _Integer
    taskType: _Trimmed
    urlCount: _Integer
    urlSubmitted: _Integer


class Execution(Entry):
    """One planned run of a job."""

    aliUid: _Trimmed
    endTime: _Trimmed
    id: _Id
    interval: _Integer
    jobId: _Trimmed
    sliceLen: _Integer
    startTime: _Trimmed
    status: _Trimmed


class Site(Entry):
    """A site of the account."""

    accessType: _Trimmed
    cnameZone: _Trimmed
    coverage: _Trimmed
    createTime: _Trimmed
    instanceId: _Trimmed
    nameServerList: _List
    offlineReason: _Trimmed
    planName: _Trimmed
    planSpecName: _Trimmed
    resourceGroupId: _Trimmed
    siteId: _SiteId
    siteName: _Trimmed
    status: _Trimmed
    tags: _Tags
    updateTime: _Trimmed
    verifyCode: _Trimmed
    visitTime: _Trimmed


E = TypeVar("E", bound=Entry)


class Field(msgspec.Struct, frozen=True):
    """One documented field: its name here, the API's key (with a large first letter), how its value is read."""

    name: str
    key: str
    read: Callable[[Any], Any]


class Shape(Generic[E]):
    """How a kind of entry is read: `fields` are those it declares, by name, and `id` is the one that identifies it."""

    def __init__(self, kind: type[E], id_name: str = "id") -> None:
        self.kind, self.id = kind, id_name
        self.id_of: Callable[[E], str] = attrgetter(id_name)
        hints = get_type_hints(kind, include_extras=True)
        names = sorted(kind.__struct_fields__)
        self.fields = tuple(Field(name, key_of(name), hints[name].__metadata__[0]) for name in names)
        self.blank = {field.key: None for field in self.fields}
        # For a value of exactly the type these do what the readers do, in half the time.
        finish: dict[Any, Callable[[Any], Any]] = {_trimmed: str.strip, _digits: str, _listed: _listed}
        self.to_finish = [(field.name, finish[field.read]) for field in self.fields if field.read in finish]
        # Used once here, by one thread: msgspec makes a type ready at its first use, and crashes the process where two
        # threads are the first at once.
        msgspec.convert([], list[kind])  # type: ignore[valid-type]

    @functools.cache  # noqa: B019  # there are three shapes, for ever
    def page(self, key: str) -> ExactPage:
        """A page as nearly all are: each entry with each field, of exactly the documented type or null."""
        fields = [("RequestId", str), ("TotalCount", str | int), (key, list[self.kind])]  # type: ignore[name-defined]
        return ExactPage(msgspec.json.Decoder(msgspec.defstruct("Page", fields)), key, len(fields), len(self.fields))


JOB = Shape(Job)
EXECUTION = Shape(Execution)
SITE = Shape(Site, "siteId")
