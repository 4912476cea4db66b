// The preload jobs of a month, and those of them that have no run ahead.
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

		jobs := alicloudesa.GetScheduledPreloadJobsOutput(ctx, alicloudesa.GetScheduledPreloadJobsOutputArgs{
			SiteId:    siteID,
			StartTime: pulumi.String("2024-06-01T00:00:00Z"),
			EndTime:   pulumi.String("2024-07-01T00:00:00Z"),
		})
		idle := jobs.Jobs().ApplyT(func(found []alicloudesa.ScheduledPreloadJob) ([]string, error) {
			return namesOfIdle(ctx, found)
		})

		ctx.Export("jobCount", jobs.TotalCount())
		ctx.Export("withoutRunAhead", idle)
		return nil
	})
}

// namesOfIdle returns the names of the jobs none of whose runs is waiting or running.
func namesOfIdle(ctx *pulumi.Context, found []alicloudesa.ScheduledPreloadJob) ([]string, error) {
	names := []string{}
	for _, job := range found {
		runs, err := alicloudesa.GetScheduledPreloadExecutions(ctx,
			&alicloudesa.GetScheduledPreloadExecutionsArgs{JobId: job.Id})
		if err != nil {
			return nil, err
		}
		if !anyAhead(runs.Executions) && job.Name != nil {
			names = append(names, *job.Name)
		}
	}
	return names, nil
}

func anyAhead(runs []alicloudesa.ScheduledPreloadExecution) bool {
	for _, run := range runs {
		if run.Status != nil && (*run.Status == "waiting" || *run.Status == "running") {
			return true
		}
	}
	return false
}
