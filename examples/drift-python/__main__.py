"""Fails the preview when the image jobs of a site are not the ones declared here, and records them all."""

import pulumi
import pulumi_alicloud_esa as esa

site_id = pulumi.Config().get("siteId") or "190007158391808"


def expected(name: str, domains: str, task_type: str) -> esa.ExpectedScheduledPreloadJob:
    """A job that should be there; fields that are not given are not compared."""
    return esa.ExpectedScheduledPreloadJob(name=name, domains=domains, task_type=task_type)


# The expectation stands in the program: a difference fails `pulumi preview`, and the message names the jobs.
drift = esa.get_scheduled_preload_jobs_drift_output(
    site_id=site_id,
    name_regex="^image-sprites-",
    fail_on_drift=True,
    expected=[
        expected("image-sprites-v8", "www.example.com", "preload"),
        expected("image-sprites-v18", "docs.example.org,static.example.com", "refresh"),
        expected("image-sprites-v28", "video.example.net", "preload"),
        expected("image-sprites-v38", "static.example.com", "refresh"),
    ],
)

# The expectation is what was found first: `pulumi refresh --preview-only --expect-no-changes --diff` exits 7 when any
# job of the site was changed by hand.
esa.ScheduledPreloadJobsBaseline("allJobs", site_id=site_id, record_executions=True)

pulumi.export("summary", drift.summary)
pulumi.export("jobsWithErrors", drift.failed)
