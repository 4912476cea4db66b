"""Where the packed `alicloud-esa` command starts."""

from pulumi_resource_alicloud_esa.cli.main import main

main()
