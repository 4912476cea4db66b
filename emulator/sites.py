"""A site: its own fields, its jobs, the filters of ListSites; and the sites there are, the same at every start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from emulator import seed
from emulator.errors import invalid
from emulator.jobs import Job
from emulator.moments import format_time, parse_time

OFFLINE_SITE_ID = 190007158391812

_FIRST = parse_time("2023-03-01T02:00:00Z")
_FIRST_ID = 190007158400000
_DAY_MS = 86_400_000
_NAME_SERVERS = "male1-1.ialicdn.com,female1-1.ialicdn.com"

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


def seeded_sites() -> dict[int, Site]:
    """Four sites of the caller's, one of them offline, and one that belongs to another account."""
    offline = {"Status": "offline", "OfflineReason": "proactively_disabled", "Tags": {}}
    by_cname = {"AccessType": "CNAME", "CnameZone": "example.net.cname.example.cn", "NameServerList": ""}
    return {
        seed.SITE_ID: Site(
            site_fields(seed.SITE_ID, 1, SiteName="example.com", Tags={"env": "prod", "team": "shop"}),
            list(seed.seeded_jobs(seed.SITE_ID)),
        ),
        seed.EXAMPLE_SITE_ID: Site(
            site_fields(
                seed.EXAMPLE_SITE_ID, 2, SiteName="example.net", Tags={"env": "test", "team": "video"}, **by_cname
            ),
            [seed.example_job(seed.EXAMPLE_SITE_ID)],
        ),
        seed.EMPTY_SITE_ID: Site(
            site_fields(seed.EMPTY_SITE_ID, 3, SiteName="example.org", PlanSpecName="enterprise", Tags={"env": "prod"})
        ),
        seed.FOREIGN_SITE_ID: Site(
            site_fields(seed.FOREIGN_SITE_ID, 4, SiteName="somebody-else.example"),
            seed.generated_jobs(seed.FOREIGN_SITE_ID, 3),
            foreign=True,
        ),
        OFFLINE_SITE_ID: Site(
            site_fields(OFFLINE_SITE_ID, 5, SiteName="old.example.com", **offline),
            seed.generated_jobs(OFFLINE_SITE_ID, 3),
        ),
    }


def further_site(number: int, jobs: int) -> tuple[int, Site]:
    """The id of one more site, and the site with that many jobs."""
    site_id = _FIRST_ID + number
    tags = {"env": "prod" if number % 3 else "test", "team": ("shop", "video", "docs", "game")[number % 4]}
    fields = site_fields(site_id, 100 + number, SiteName=f"site-{number:03d}.example.com", Tags=tags)
    return site_id, Site(fields, seed.generated_jobs(site_id, jobs))


def site_fields(site_id: int, number: int, **fields: object) -> Fields:
    """Every documented field of a site, those given before those made up."""
    created = format_time(_FIRST + number * _DAY_MS)
    return {
        "SiteId": site_id,
        "SiteName": f"{site_id}.example.com",
        "Status": "active",
        "AccessType": "NS",
        "Coverage": "global",
        "PlanName": f"plan-{1686564980000 + number}",
        "PlanSpecName": "standard",
        "InstanceId": f"esa-site-{seed.object_id(site_id, 'instance', 0)[:12]}",
        "ResourceGroupId": "rg-aek26g6i6se6pna",
        "NameServerList": _NAME_SERVERS,
        "CnameZone": "",
        "VerifyCode": f"verify_{seed.object_id(site_id, 'verify', 0)}",
        "OfflineReason": "",
        "CreateTime": created,
        "UpdateTime": created,
        "VisitTime": created,
        "Tags": {},
        **fields,
    }
