"""What the real engine's display shows while many pages are read."""

from __future__ import annotations

import re

from emulator import Emulator, Glitch
from tests.support.engine import SITE_ID, Engine

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


def test_debug_shows_where_the_keys_came_from_and_what_was_tried_again(engine: Engine, emulator: Emulator) -> None:
    engine.write(PROGRAM.replace("pageSize: 1", "pageSize: 50"))
    engine.stack()
    for arguments, shown in (((), False), (("--debug",), True)):
        emulator.glitches.add(Glitch(code="ServiceUnavailable", times=1))
        preview = engine.run("preview", *arguments)
        assert preview.code == 0, preview.text
        assert ("keys from accessKey of the environment" in preview.text) is shown
        assert ("attempt 1 of 5, again in" in preview.text) is shown
        assert "testAccessKeySecret" not in preview.text


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
