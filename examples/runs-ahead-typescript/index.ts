// The preload jobs of a month, and those of them that have no run ahead.
import * as pulumi from "@pulumi/pulumi";
import * as esa from "pulumi-alicloud-esa";

const siteId = new pulumi.Config().get("siteId") ?? "190007158391808";

const jobs = esa.getScheduledPreloadJobsOutput({
    siteId,
    startTime: "2024-06-01T00:00:00Z",
    endTime: "2024-07-01T00:00:00Z",
});

const idle = jobs.jobs.apply(found =>
    pulumi.all(
        found.map(job => {
            const runs = esa.getScheduledPreloadExecutionsOutput({ jobId: job.id }).executions;
            return runs.apply(all => {
                const ahead = all.some(run => run.status === "waiting" || run.status === "running");
                return ahead ? undefined : job.name;
            });
        }),
    ),
);

export const jobCount = jobs.totalCount;
export const withoutRunAhead = idle.apply(names => names.filter(name => name !== undefined));
