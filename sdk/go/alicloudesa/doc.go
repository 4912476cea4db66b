// Reads the scheduled preload (prefetch) jobs of Alibaba Cloud ESA sites, all of them and typed, and tells a deployment pipeline when somebody changed them by hand.
package alicloudesa
