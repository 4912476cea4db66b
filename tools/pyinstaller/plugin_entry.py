"""Where the packed plugin starts: PyInstaller wants a script, not a module."""

from pulumi_resource_alicloud_esa.__main__ import main

main()
