"""A site: its own fields, its jobs, and the filters of ListSites."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from emulator.errors import invalid
from emulator.jobs import Job

Span = tuple[int | None, int | None]
Fields = dict[str, object]

# The order is that of the documented example.
_TEXTS = (
    "SiteName",
    "Status",
    "AccessType",
    "Coverage",
    "PlanName",
    "PlanSpecName",
    "InstanceId",
    "ResourceGroupId",
    "NameServerList",
    "CnameZone",
    "VerifyCode",
    "OfflineReason",
    "CreateTime",
    "UpdateTime",
    "VisitTime",
)
_FIELDS = frozenset({*_TEXTS, "Tags"})


@dataclass
class Site:
    """One site: its fields, its jobs, newest first, and whether the caller owns it."""

    fields: Fields
    jobs: list[Job] = field(default_factory=list)
    foreign: bool = False
    _span: Span = (None, None)
    _within: list[Job] | None = None
    _by_id: dict[str, Job] | None = None

    def edit(self) -> list[Job]:
        """The jobs, to be changed in place."""
        self._within = self._by_id = None
        return self.jobs

    def job(self, job_id: str) -> Job | None:
        """The job with this id."""
        if self._by_id is None:
            self._by_id = {job.id: job for job in self.jobs}
        return self._by_id.get(job_id)

    def created_within(self, span: Span) -> list[Job]:
        """The jobs created in a span, kept for the next page of the same listing."""
        if span == (None, None):
            return self.jobs
        if self._within is None or span != self._span:
            start, end = span
            self._span = span
            self._within = [
                job
                for job in self.jobs
                if (start is None or job.created_ms >= start) and (end is None or job.created_ms <= end)
            ]
        return self._within


def check_fields(fields: Mapping[str, object]) -> None:
    """Raises ValueError, in one line, if a field is not one of a site's or has the wrong type."""
    unknown = sorted(set(fields).difference(_FIELDS))
    if unknown:
        raise ValueError(f"unknown site field {', '.join(unknown)}; known are {', '.join(sorted(_FIELDS))}")
    for name, value in fields.items():
        if name == "Tags":
            if value is not None and (
                not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values())
            ):
                raise ValueError(f"Tags must be an object of texts, not {value!r}")
        elif value is not None and not isinstance(value, str):
            raise ValueError(f"{name} must be a text, not {value!r}")


_NAME_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "exact": str.__eq__,
    "prefix": str.startswith,
    "suffix": str.endswith,
    "fuzzy": str.__contains__,
}
_EQUAL = ("Status", "AccessType", "Coverage", "ResourceGroupId")


def matches(params: Mapping[str, str], tags: list[tuple[str, str | None]]) -> Callable[[Fields], bool]:
    """Whether a site is one of those that a call of ListSites asks for; ApiError if it asks in no known way."""
    search = params.get("SiteSearchType") or "exact"
    if search not in _NAME_MATCHES:
        raise invalid("SiteSearchType")
    name = params.get("SiteName", "")
    plan = "enterpriseplan" if params.get("OnlyEnterprise") == "true" else params.get("PlanSubscribeType", "")
    equal = {key: params[key] for key in _EQUAL if params.get(key)}

    def matching(fields: Fields) -> bool:
        own = fields.get("Tags")
        labels = own if isinstance(own, dict) else {}
        return (
            all(fields.get(key) == value for key, value in equal.items())
            and (not name or _NAME_MATCHES[search](str(fields.get("SiteName", "")), name))
            and (not plan or f"{fields.get('PlanSpecName')}plan" == plan)
            and all(key in labels and value in (None, "", labels[key]) for key, value in tags)
        )

    return matching
