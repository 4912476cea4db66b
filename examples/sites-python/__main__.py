"""The sites of a team, found by their tags, with a baseline of the preload jobs of each."""

import pulumi
import pulumi_alicloud_esa as esa

team = pulumi.Config().get("teamName") or "shop"

# Read while the program runs: a loop over resources needs to know how many there are.
found = esa.get_sites(tags={"team": team})

recorded = {}
for site in found.sites:
    name = site.site_name or site.site_id
    # From the second run on, a preview fails when somebody changed the jobs; `pulumi refresh` accepts the change.
    baseline = esa.ScheduledPreloadJobsBaseline(name, site_id=site.site_id, fail_on_drift=True)
    recorded[name] = baseline.job_count

pulumi.export("sites", found.names)
pulumi.export("recorded", recorded)
