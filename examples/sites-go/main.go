// The sites of a team, found by their tags, with a baseline of the preload jobs of each.
package main

import (
	"github.com/alicloud-esa/pulumi-alicloud-esa/sdk/go/alicloudesa"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		team := config.Get(ctx, "teamName")
		if team == "" {
			team = "shop"
		}

		found, err := alicloudesa.GetSites(ctx, &alicloudesa.GetSitesArgs{Tags: map[string]string{"team": team}})
		if err != nil {
			return err
		}

		recorded := pulumi.IntMap{}
		for _, site := range found.Sites {
			name := site.SiteId
			if site.SiteName != nil {
				name = *site.SiteName
			}
			// From the second run on, a preview fails when somebody changed the jobs; `pulumi refresh` accepts the change.
			baseline, err := alicloudesa.NewScheduledPreloadJobsBaseline(ctx, name,
				&alicloudesa.ScheduledPreloadJobsBaselineArgs{
					SiteId: pulumi.String(site.SiteId), FailOnDrift: pulumi.Bool(true)})
			if err != nil {
				return err
			}
			recorded[name] = baseline.JobCount
		}

		ctx.Export("sites", pulumi.ToStringArray(found.Names))
		ctx.Export("recorded", recorded)
		return nil
	})
}
