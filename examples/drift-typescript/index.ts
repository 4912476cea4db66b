// Fails the preview when the image jobs of a site are not the ones declared here, and records them all.
import * as pulumi from "@pulumi/pulumi";
import * as esa from "pulumi-alicloud-esa";

const siteId = new pulumi.Config().get("siteId") ?? "190007158391808";

// The expectation stands in the program: a difference fails `pulumi preview`, and the message names the jobs.
const drift = esa.getScheduledPreloadJobsDriftOutput({
    siteId,
    nameRegex: "^image-sprites-",
    failOnDrift: true,
    expected: [
        { name: "image-sprites-v8", domains: "www.example.com", taskType: "preload" },
        { name: "image-sprites-v18", domains: "docs.example.org,static.example.com", taskType: "refresh" },
        { name: "image-sprites-v28", domains: "video.example.net", taskType: "preload" },
        { name: "image-sprites-v38", domains: "static.example.com", taskType: "refresh" },
    ],
});

// The expectation is what was found first: `pulumi refresh --preview-only --expect-no-changes --diff` exits 7 when any
// job of the site was changed by hand.
new esa.ScheduledPreloadJobsBaseline("allJobs", { siteId, recordExecutions: true });

export const summary = drift.summary;
export const jobsWithErrors = drift.failed;
