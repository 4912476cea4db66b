// The sites of a team, found by their tags, with a baseline of the preload jobs of each.
import * as pulumi from "@pulumi/pulumi";
import * as esa from "pulumi-alicloud-esa";

const team = new pulumi.Config().get("teamName") ?? "shop";

export = async () => {
    // Awaited: a loop over resources needs to know how many there are.
    const found = await esa.getSites({ tags: { team } });

    const recorded: Record<string, pulumi.Output<number>> = {};
    for (const site of found.sites) {
        const name = site.siteName ?? site.siteId;
        // From the second run on, a preview fails when somebody changed the jobs; `pulumi refresh` accepts the change.
        const baseline = new esa.ScheduledPreloadJobsBaseline(name, { siteId: site.siteId, failOnDrift: true });
        recorded[name] = baseline.jobCount;
    }

    return { sites: found.names, recorded };
};
