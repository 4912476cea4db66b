"""The sites that a new emulator holds, and any number of further ones, the same at every start."""

from __future__ import annotations

from emulator import seed
from emulator.moments import format_time, parse_time
from emulator.sites import Fields, Site

OFFLINE_SITE_ID = 190007158391812

_FIRST = parse_time("2023-03-01T02:00:00Z")
_FIRST_ID = 190007158400000
_DAY_MS = 86_400_000
_NAME_SERVERS = "male1-1.ialicdn.com,female1-1.ialicdn.com"


def seeded_sites() -> dict[int, Site]:
    """Four sites of the caller's, one of them offline, and one that belongs to another account."""
    offline = {"Status": "offline", "OfflineReason": "proactively_disabled", "Tags": {}}
    by_cname = {"AccessType": "CNAME", "CnameZone": "example.net.cname.example.cn", "NameServerList": ""}
    return {
        seed.SITE_ID: Site(
            site_fields(seed.SITE_ID, 1, SiteName="example.com", Tags={"env": "prod", "team": "shop"}),
            seed.seeded_jobs(seed.SITE_ID),
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
