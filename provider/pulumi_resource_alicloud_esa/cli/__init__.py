"""The command `alicloud-esa`, for pipelines that have no stack; the plugin never imports anything of it."""
