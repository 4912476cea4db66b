"""The peer of the command over a whole account: what people write with the official SDK, started anew each time.

It lists the sites, then page after page the jobs of one site after the other, with `--executions` also those of each
job, and prints everything as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any

from alibabacloud_esa20240910 import models
from alibabacloud_esa20240910.client import Client
from alibabacloud_tea_openapi.models import Config


def main() -> None:
    """The whole account on standard output."""
    endpoint = os.environ["ALIBABA_CLOUD_ENDPOINT_ESA"].removeprefix("http://")
    key, secret = os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"], os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    client = Client(Config(endpoint=endpoint, protocol="http", access_key_id=key, access_key_secret=secret))
    jobs = [job for site in _sites(client) for job in _jobs(client, site.site_id)]
    if "--executions" in sys.argv:
        for job in jobs:
            request = models.ListScheduledPreloadExecutionsRequest(id=job.id)
            job.executions = client.list_scheduled_preload_executions(request).body.executions
    rows = [{**job.to_map(), "Executions": [one.to_map() for one in getattr(job, "executions", ())]} for job in jobs]
    json.dump({"jobs": rows}, sys.stdout, ensure_ascii=False, indent=2)


def _sites(client: Client) -> list[Any]:
    sites: list[Any] = []
    while True:
        request = models.ListSitesRequest(page_number=len(sites) // 500 + 1, page_size=500)
        body = client.list_sites(request).body
        sites += body.sites
        if not body.sites or len(sites) >= body.total_count:
            return sites


def _jobs(client: Client, site: int) -> list[Any]:
    jobs: list[Any] = []
    page = 1
    while True:
        request = models.ListScheduledPreloadJobsRequest(site_id=site, page_number=page, page_size=50)
        body = client.list_scheduled_preload_jobs(request).body
        jobs += body.jobs
        if not body.jobs or len(jobs) >= int(body.total_count):
            return jobs
        page += 1


if __name__ == "__main__":
    main()
