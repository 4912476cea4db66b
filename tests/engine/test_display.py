"""What the real engine's display shows while many pages are read."""

from __future__ import annotations

import re

from emulator import Emulator
from tests.engine.harness import SITE_ID, Engine

PROGRAM = f"""
name: slow
runtime: yaml
variables:
  jobs:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{SITE_ID}", pageSize: 1}}
outputs:
  count: ${{jobs.totalCount}}
"""


def test_a_preview_shows_how_far_a_long_listing_is(engine: Engine, emulator: Emulator) -> None:
    emulator.delay = 0.3
    engine.write(PROGRAM)
    engine.stack()
    preview = engine.run("preview")
    assert preview.code == 0, preview.text
    shown = re.findall(rf"getScheduledPreloadJobs: site {SITE_ID}: (\d+) of 45 read", preview.text)
    assert shown
    assert [int(number) for number in shown] == sorted({int(number) for number in shown})
    # Shown while it lasts, not kept among the diagnostics.
    assert "read" not in preview.text.partition("Diagnostics:")[2]
