"""The preload jobs of a month, and those of them that have no run ahead."""

from collections.abc import Sequence

import pulumi
import pulumi_alicloud_esa as esa
from pulumi_alicloud_esa.outputs import ScheduledPreloadJob

site_id = pulumi.Config().get("siteId") or "190007158391808"

jobs = esa.get_scheduled_preload_jobs_output(
    site_id=site_id,
    start_time="2024-06-01T00:00:00Z",
    end_time="2024-07-01T00:00:00Z",
)


def name_if_idle(job: ScheduledPreloadJob) -> pulumi.Output[str | None]:
    """The job's name when none of its runs is waiting or running."""
    runs = esa.get_scheduled_preload_executions_output(job_id=job.id).executions
    return runs.apply(lambda found: None if {run.status for run in found} & {"waiting", "running"} else job.name)


def names_of_idle(found: Sequence[ScheduledPreloadJob]) -> pulumi.Output[list[str]]:
    """The names of the jobs that have no run ahead."""
    return pulumi.Output.all(*map(name_if_idle, found)).apply(lambda names: [name for name in names if name])


pulumi.export("jobCount", jobs.total_count)
pulumi.export("withoutRunAhead", jobs.jobs.apply(names_of_idle))
