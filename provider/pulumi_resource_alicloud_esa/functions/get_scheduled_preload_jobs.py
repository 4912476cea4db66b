"""alicloud-esa:index:getScheduledPreloadJobs"""

from __future__ import annotations

from typing import Any

from ..context import CallContext
from ..esa.query import read_job_query


def invoke(inputs: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """The scheduled preload jobs of a site: requestId, totalCount, jobs, ids, names.

    Raises InvalidInput before anything is sent, and what reading can raise.
    """
    query = read_job_query(inputs)
    listing = context.service().jobs(query, context.deadline, context.progress, context.arrived)
    return {
        "requestId": listing.request_id,
        "totalCount": listing.total_count,
        "jobs": listing.rows,
        "ids": [job.id for job in listing.rows],
        "names": [job.name for job in listing.rows if job.name is not None],
    }
