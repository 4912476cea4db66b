// One scheduled preload job by its id, and what its executions do.
import * as pulumi from "@pulumi/pulumi";
import * as esa from "pulumi-alicloud-esa";

const config = new pulumi.Config();
const jobId = config.get("jobId") ?? "665d3af3621bccf3fe29e1a4";
const siteId = config.get("siteId") ?? "190007158391808";

export = async () => {
    // With allowMissing a job that is gone is an answer, not an error; a job of another site is an error all the same.
    const { found, job } = await esa.getScheduledPreloadJob({ jobId, siteId, allowMissing: true });
    if (!job) {
        return { found };
    }
    const { executions } = await esa.getScheduledPreloadExecutions({ jobId });

    return { found, name: job.name, domains: job.domains, executions: executions.map((one) => one.status) };
};
