// The scheduled preload jobs of an ESA site, and a baseline of the nightly ones.
package main

import (
	"github.com/alicloud-esa/pulumi-alicloud-esa/sdk/go/alicloudesa"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		siteID := pulumi.String("190007158391808")
		if configured := config.Get(ctx, "siteId"); configured != "" {
			siteID = pulumi.String(configured)
		}

		// Without PageNumber every page is read: the answer is complete, or it is an error.
		all := alicloudesa.GetScheduledPreloadJobsOutput(ctx, alicloudesa.GetScheduledPreloadJobsOutputArgs{
			SiteId: siteID,
		})
		nightly := alicloudesa.GetScheduledPreloadJobsOutput(ctx, alicloudesa.GetScheduledPreloadJobsOutputArgs{
			SiteId:    siteID,
			StartTime: pulumi.String("2024-06-01T00:00:00Z"),
			EndTime:   pulumi.String("2024-07-01T00:00:00Z"),
			NameRegex: pulumi.String("^nightly-"),
		})
		failed := alicloudesa.GetScheduledPreloadJobsOutput(ctx, alicloudesa.GetScheduledPreloadJobsOutputArgs{
			SiteId:   siteID,
			HasError: pulumi.Bool(true),
		})

		// These jobs are recorded with their plans, whatever their month, and `pulumi refresh` tells when they change.
		_, err := alicloudesa.NewScheduledPreloadJobsBaseline(ctx, "nightlyJobs",
			&alicloudesa.ScheduledPreloadJobsBaselineArgs{
				SiteId: siteID, NameRegex: pulumi.String("^nightly-"), RecordExecutions: pulumi.Bool(true)})
		if err != nil {
			return err
		}

		ctx.Export("jobCount", all.TotalCount())
		ctx.Export("nightlyNames", nightly.Names())
		ctx.Export("failedNames", failed.Names())
		return nil
	})
}
