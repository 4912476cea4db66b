"""A stack with one baseline: recorded, checked and read, as the drift tests of the engine need it."""

from __future__ import annotations

import json
from typing import Any

from tests.support.engine import SITE_ID, Engine, Result

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
    """The program, with these properties (the site is the emulator's first one), and these options as YAML."""
    given = json.dumps({"siteId": SITE_ID, **properties})
    return PROGRAM.replace("PROPERTIES", given).replace("OPTIONS", options)


# By program: what it has recorded of the service that every test finds, or every test of one module.
_STATES: dict[str, str] = {}


def record(engine: Engine, text: str) -> Engine:
    """The engine, after the program has recorded its site; a second test finds the state that a first one got."""
    engine.write(text)
    file = engine.stack()
    if text in _STATES:
        file.write_text(_STATES[text], encoding="utf-8")
        return engine
    update = engine.run("up", "--yes", "--skip-preview")
    assert update.code == 0, update.text
    _STATES[text] = file.read_text(encoding="utf-8")
    return engine


def check(engine: Engine) -> Result:
    """The drift check."""
    result = engine.run("refresh", "--preview-only", "--expect-no-changes", "--diff")
    assert "Traceback" not in result.text
    return result


def state(engine: Engine) -> dict[str, Any]:
    """What the stack has recorded; inputs and outputs are the same."""
    exported = engine.run("stack", "export").json()
    (resource,) = (r for r in exported["deployment"]["resources"] if "Baseline" in r["type"])
    assert resource["inputs"] == resource["outputs"]
    outputs: dict[str, Any] = resource["outputs"]
    return outputs
