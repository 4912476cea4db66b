"""The plugin `pulumi-resource-alicloud-esa`: reads the scheduled preload jobs of Alibaba Cloud ESA sites."""
