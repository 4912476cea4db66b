"""alicloud-esa:index:getScheduledPreloadJob"""

from __future__ import annotations

from typing import Any

from ..context import CallContext
from ..esa.errors import Fault, InvalidInput
from ..esa.inputs import Inputs


def invoke(inputs: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """One job by its id: found, job, requestId.

    Raises ApiError `InvalidJob.NotFound` for a job that does not exist, unless `allowMissing` is true.
    """
    reader = Inputs(inputs)
    job_id = reader.job_id()
    site_id = reader.site_id() if reader.get("siteId") is not None else None
    allow_missing = reader.boolean("allowMissing") or False
    reader.finish()
    service = context.service()
    read = service.find_job if allow_missing else service.job
    request_id, job = read(job_id, context.deadline)
    if job is not None and site_id is not None and job.siteId not in (None, site_id):
        raise InvalidInput([Fault("siteId", f"job {job_id} belongs to site {job.siteId}, not to {site_id}")])
    return {"requestId": request_id, "found": job is not None, "job": job}
