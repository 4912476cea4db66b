"""`pulumi preview` of a program with one call, and of an empty one: what the provider adds to a preview."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from benchmarks.plugin import PLUGIN
from benchmarks.rows import Row, in_turns, timed
from benchmarks.service import Service
from tests.support.engine import SITE_ID, Engine

EMPTY_PROGRAM = "name: empty\nruntime: yaml\noutputs:\n  count: 0\n"
ONE_CALL = f"""name: one
runtime: yaml
variables:
  jobs:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{SITE_ID}"}}
outputs:
  count: ${{jobs.totalCount}}
"""


def preview(service: Service, repeats: int, start: float) -> Row:
    """Both previews; `start` is what one start of the plugin takes, for the note."""
    folder = Path(tempfile.mkdtemp(prefix="esa-preview-"))
    try:
        empty, one = _project(folder / "empty", EMPTY_PROGRAM, service), _project(folder / "one", ONE_CALL, service)
        starts = _starts(one, folder / "counted")
        ours, peer = in_turns(repeats, lambda: timed(lambda: _run(one)), lambda: timed(lambda: _run(empty)))
    finally:
        shutil.rmtree(folder)
    note = f"adds {ours - peer:.2f} s: {starts} starts of the plugin ({start:.2f} s each alone), its schema, the call"
    # The least that a preview can take: the starts of the plugin, one after the other, and a tenth for the rest.
    target = (peer + starts * start) / peer * 1.1
    return Row("`pulumi preview` of a one-call YAML program", "an empty YAML program", ours, peer, target, note=note)


def _project(folder: Path, program: str, service: Service) -> Engine:
    engine = Engine(folder / "project", service.environment())
    engine.write(program)
    engine.stack()
    _run(engine)
    return engine


def _run(engine: Engine) -> None:
    result = engine.run("preview")
    if result.code != 0:
        raise RuntimeError(result.text)


def _starts(engine: Engine, folder: Path) -> int:
    """How often the engine starts the plugin in one preview, counted by a script that takes the plugin's place."""
    folder.mkdir()
    log, script = folder / "log", folder / PLUGIN.name
    script.write_text(f'#!/bin/sh\necho start >> "{log}"\nexec "{PLUGIN}" "$@"\n')
    script.chmod(0o755)
    result = engine.run("preview", PATH=f"{folder}:{engine.environment['PATH']}")
    if result.code != 0 or not log.exists():
        raise RuntimeError(result.text)
    return len(log.read_text().splitlines())
