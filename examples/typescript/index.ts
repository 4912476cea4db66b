// The scheduled preload jobs of an ESA site, and a baseline of the nightly ones.
import * as pulumi from "@pulumi/pulumi";
import * as esa from "pulumi-alicloud-esa";

const siteId = new pulumi.Config().get("siteId") ?? "190007158391808";

// Without pageNumber every page is read: the answer is complete, or it is an error.
const all = esa.getScheduledPreloadJobsOutput({ siteId });
const nightly = esa.getScheduledPreloadJobsOutput({
    siteId,
    startTime: "2024-06-01T00:00:00Z",
    endTime: "2024-07-01T00:00:00Z",
    nameRegex: "^nightly-",
});
const failed = esa.getScheduledPreloadJobsOutput({ siteId, hasError: true });

// These jobs are recorded with their plans, whatever their month, and `pulumi refresh` tells when they change.
new esa.ScheduledPreloadJobsBaseline("nightlyJobs", { siteId, nameRegex: "^nightly-", recordExecutions: true });

export const jobCount = all.totalCount;
export const nightlyNames = nightly.names;
export const failedNames = failed.names;
