"""The scheduled preload jobs of an ESA site, and a baseline of the nightly ones."""

import pulumi
import pulumi_alicloud_esa as esa

site_id = pulumi.Config().get("siteId") or "190007158391808"

# Without page_number every page is read: the answer is complete, or it is an error.
all_jobs = esa.get_scheduled_preload_jobs_output(site_id=site_id)
nightly = esa.get_scheduled_preload_jobs_output(
    site_id=site_id,
    start_time="2024-06-01T00:00:00Z",
    end_time="2024-07-01T00:00:00Z",
    name_regex="^nightly-",
)
failed = esa.get_scheduled_preload_jobs_output(site_id=site_id, has_error=True)

# These jobs are recorded with their plans, whatever their month, and `pulumi refresh` tells when they change.
esa.ScheduledPreloadJobsBaseline("nightlyJobs", site_id=site_id, name_regex="^nightly-", record_executions=True)

pulumi.export("jobCount", all_jobs.total_count)
pulumi.export("nightlyNames", nightly.names)
pulumi.export("failedNames", failed.names)
