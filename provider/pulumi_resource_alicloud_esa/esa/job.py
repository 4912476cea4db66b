"""One job by its id, and its executions: the actions beside the listing; neither has pages."""

from __future__ import annotations

from dataclasses import dataclass

from .deadline import Deadline
from .errors import ApiError, PartialAnswer
from .listing import Caller
from .models import EXECUTION_FIELDS, JOB_FIELDS, Row, read_request_id, read_row, read_rows, read_total

GET_JOB = "GetScheduledPreloadJob"
LIST_EXECUTIONS = "ListScheduledPreloadExecutions"
NOT_FOUND = "InvalidJob.NotFound"


@dataclass(frozen=True)
class Executions:
    """All executions of a job, in the service's order."""

    request_id: str
    rows: list[Row]


def get_job(client: Caller, job_id: str, deadline: Deadline) -> tuple[str, Row]:
    """The request id and the job; raises ApiError `InvalidJob.NotFound` where there is none.

    The service does not answer ExecutionCount here: that field is None.
    """
    body = client.call(GET_JOB, {"Id": job_id}, deadline)
    return read_request_id(body), read_row(body, JOB_FIELDS, body)


def find_job(client: Caller, job_id: str, deadline: Deadline) -> tuple[str, Row | None]:
    """Like `get_job`, with None for a job that does not exist; every other error is raised."""
    try:
        return get_job(client, job_id, deadline)
    except ApiError as error:
        # By code: other things answer 404 as well, an unknown access key among them.
        if error.code != NOT_FOUND:
            raise
        return error.request_id, None


def list_executions(client: Caller, job_id: str, deadline: Deadline) -> Executions:
    """The executions of a job; raises PartialAnswer when they are fewer or more than TotalCount."""
    body = client.call(LIST_EXECUTIONS, {"Id": job_id}, deadline)
    rows, total = read_rows(body, "Executions", EXECUTION_FIELDS), read_total(body)
    if len(rows) != total:
        raise PartialAnswer(f"{LIST_EXECUTIONS}: {len(rows)} rows, but TotalCount is {total}; try again")
    return Executions(read_request_id(body), rows)
