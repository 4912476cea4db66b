"""A program with one baseline of the emulator's first site."""

from __future__ import annotations

import json

from tests.support.engine import SITE_ID

PROGRAM = """
name: baseline
runtime: yaml
resources:
  jobs:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: PROPERTIES
    options: OPTIONS
"""


def program(options: str = "{}", **properties: object) -> str:
    """The program, with these properties beside the site, and these options as YAML."""
    given = json.dumps({"siteId": SITE_ID, **properties})
    return PROGRAM.replace("PROPERTIES", given).replace("OPTIONS", options)
