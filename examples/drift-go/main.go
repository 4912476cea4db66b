// Fails the preview when the image jobs of a site are not the ones declared here, and records them all.
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

		// The expectation stands in the program: a difference fails `pulumi preview`, and the message names the jobs.
		drift := alicloudesa.GetScheduledPreloadJobsDriftOutput(ctx, alicloudesa.GetScheduledPreloadJobsDriftOutputArgs{
			SiteId:      siteID,
			NameRegex:   pulumi.String("^image-sprites-"),
			FailOnDrift: pulumi.Bool(true),
			Expected: alicloudesa.ExpectedScheduledPreloadJobArray{
				expected("image-sprites-v8", "www.example.com", "preload"),
				expected("image-sprites-v18", "docs.example.org,static.example.com", "refresh"),
				expected("image-sprites-v28", "video.example.net", "preload"),
				expected("image-sprites-v38", "static.example.com", "refresh"),
			},
		})

		// The expectation is what was found first: `pulumi refresh --preview-only --expect-no-changes --diff` exits 7
		// when any job of the site was changed by hand.
		_, err := alicloudesa.NewScheduledPreloadJobsBaseline(ctx, "allJobs",
			&alicloudesa.ScheduledPreloadJobsBaselineArgs{SiteId: siteID, RecordExecutions: pulumi.Bool(true)})
		if err != nil {
			return err
		}

		ctx.Export("summary", drift.Summary())
		ctx.Export("jobsWithErrors", drift.Failed())
		return nil
	})
}

func expected(name, domains, taskType string) alicloudesa.ExpectedScheduledPreloadJobArgs {
	return alicloudesa.ExpectedScheduledPreloadJobArgs{
		Name:     pulumi.String(name),
		Domains:  pulumi.String(domains),
		TaskType: pulumi.String(taskType),
	}
}
