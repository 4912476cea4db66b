"""alicloud-esa:index:getScheduledPreloadExecutions"""

from __future__ import annotations

from typing import Any

from ..context import CallContext
from ..esa.inputs import Inputs


def invoke(inputs: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """The executions of a job: requestId, totalCount (before the filter), executions, ids."""
    reader = Inputs(inputs)
    job_id, status = reader.job_id(), reader.text("status")
    reader.finish()
    found = context.service().executions(job_id, context.deadline)
    rows = [row for row in found.rows if status is None or row.status == status]
    return {
        "requestId": found.request_id,
        "totalCount": found.total_count,
        "executions": rows,
        "ids": [row.id for row in rows],
    }
