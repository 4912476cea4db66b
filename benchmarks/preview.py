"""What one call adds to `pulumi preview` of an empty program, in YAML and in Python.

Beside it stands the same plugin with the imports that it had before: all of `pulumi`, and `requests`; in the same run.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.plugin import PLUGIN
from benchmarks.rows import Row, in_turns, timed
from benchmarks.service import Service
from tests.support.engine import SITE_ID, Engine, Result

EMPTY_YAML = "name: preload-jobs\nruntime: yaml\noutputs:\n  count: 0\n"
ONE_CALL_YAML = f"""name: preload-jobs
runtime: yaml
variables:
  jobs:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{SITE_ID}"}}
outputs:
  count: ${{jobs.totalCount}}
"""
# Both import the same, so that the difference is the call.
EMPTY_PYTHON = "import pulumi\nimport pulumi_alicloud_esa as esa\n\npulumi.export('count', 0)\n"
ONE_CALL_PYTHON = (
    "import pulumi\nimport pulumi_alicloud_esa as esa\n\n"
    f"pulumi.export('count', esa.get_scheduled_preload_jobs_output(site_id='{SITE_ID}').total_count)\n"
)
EAGER = f"""#!/bin/sh
exec "{sys.executable}" -c 'import pulumi, requests
from pulumi_resource_alicloud_esa.__main__ import main
main()' "$@"
"""
COUNTED = f'''#!/bin/sh
echo start >> "$STARTS"
exec "{PLUGIN}" "$@"
'''
WHY = (
    "The starts of the plugin are only a part of what a call adds; the rest is the call, most of it the import of what "
    "it needs (urllib3, msgspec, credentials), and what the engine and the program do for it."
)


def previews(service: Service, repeats: int) -> list[Row]:
    """A row for YAML, and one for Python as an inline program, which needs no language host."""
    with tempfile.TemporaryDirectory(prefix="esa-preview-") as name:
        folder = Path(name)
        yaml = [_Program(folder / "yaml", service, text, "Pulumi.yaml") for text in (EMPTY_YAML, ONE_CALL_YAML)]
        python = [_Program(folder / "python", service, text, "main.py") for text in (EMPTY_PYTHON, ONE_CALL_PYTHON)]
        return [_row("YAML", folder, repeats, *yaml), _row("Python", folder, repeats, *python)]


class _Program:
    """A program in a project of its own, with the stack `dev`."""

    def __init__(self, folder: Path, service: Service, text: str, file: str) -> None:
        self._engine = Engine(Path(tempfile.mkdtemp(dir=_made(folder))) / "project", service.environment())
        self._engine.write(text, file)
        self._run: Callable[..., Result]
        if file == "Pulumi.yaml":
            self._engine.stack()
            self._run = lambda **environment: self._engine.run("preview", **environment)
        else:
            main = self._engine.folder / file
            self._run = lambda **environment: self._engine.inline(main, "preview", **environment)
        self.preview()

    def preview(self, plugins: Path | None = None, **environment: str) -> None:
        """Run it, with the plugin of this folder in the place of ours."""
        if plugins is not None:
            environment["PATH"] = f"{plugins}:{self._engine.environment['PATH']}"
        result = self._run(**environment)
        if result.code != 0:
            raise RuntimeError(result.text)


def _row(language: str, folder: Path, repeats: int, empty: _Program, one: _Program) -> Row:
    eager = _plugin(folder / f"{language}-eager", EAGER)
    log = folder / f"{language}-starts"
    one.preview(_plugin(folder / f"{language}-counted", COUNTED), STARTS=str(log))
    starts = len(log.read_text().splitlines())
    nothing, ours, before = in_turns(
        repeats,
        lambda: timed(empty.preview),
        lambda: timed(one.preview),
        lambda: timed(lambda: one.preview(eager)),
    )
    note = f"{nothing:.2f} s without the call; {starts} start{'s' if starts > 1 else ''} of the plugin"
    text = f"what one call adds to `pulumi preview` in {language}"
    against = "what it adds where the plugin imports what it did before, all of `pulumi`, and `requests`"
    return Row(text, against, ours - nothing, before - nothing, 0.7, note=note, why=WHY)


def _plugin(folder: Path, script: str) -> Path:
    path = _made(folder) / PLUGIN.name
    path.write_text(script)
    path.chmod(0o755)
    return folder


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder
