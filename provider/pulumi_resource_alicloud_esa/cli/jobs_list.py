"""`alicloud-esa jobs list`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..esa.errors import Fault
from ..esa.inputs import Inputs, shown
from ..esa.query import read_query_from
from ..functions import get_scheduled_preload_jobs
from . import say
from .files import write_stdout
from .json_text import json_output
from .session import call, read_all
from .table import job_table

_FORMATS = ("table", "json")


def run(values: dict[str, Any], connection: Mapping[str, Any], form: str) -> int:
    """The function's answer, as a table or as it is."""

    def read(inputs: Inputs) -> str:
        if form not in _FORMATS:
            inputs.faults.append(Fault("--format", f"{shown(form)} is not accepted; give {' or '.join(_FORMATS)}"))
        return read_query_from(inputs, paged=True).site_id

    site_id, settings = read_all(values, connection, read)
    answer = call(settings, f"site {site_id}", lambda context: get_scheduled_preload_jobs.invoke(values, context))
    if form == "json":
        write_stdout(json_output(answer))
        return 0
    write_stdout(job_table(answer["jobs"]))
    found, total = len(answer["jobs"]), answer["totalCount"]
    say.note(f"site {site_id}: {found} of {total} {'job' if total == 1 else 'jobs'}")
    return 0
