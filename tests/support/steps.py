"""What a `sh` block of a document finds when it is run."""

from __future__ import annotations

import shutil

from emulator import EXAMPLE_JOB_ID, Emulator
from tests.support.archives import VERSION
from tests.support.engine import PLUGIN, ROOT, SITE_ID, Engine
from tests.support.examples import EXAMPLES


def change_by_hand(emulator: Emulator) -> None:
    """Make the changes that docs/drift.md describes."""
    emulator.store.add(int(SITE_ID), Name="added-by-hand")
    emulator.store.executions.change("c22f8497e0cb0994c748db68", StartTime="2024-07-26T01:10:03.270+08:00")
    emulator.store.delete(int(SITE_ID), EXAMPLE_JOB_ID)


def nothing(engine: Engine, emulator: Emulator) -> None:
    """No preparation."""


def tools(engine: Engine, emulator: Emulator) -> None:
    """The folder is a checkout as `make build` leaves it."""
    (engine.folder / ".venv").symlink_to(ROOT / ".venv")


def program(engine: Engine, emulator: Emulator) -> None:
    """A project with a stack."""
    engine.copy(EXAMPLES / "yaml")
    engine.stack()


def without_keys(engine: Engine, emulator: Emulator) -> None:
    """A project with a stack; the block itself has to say where the service is."""
    for name in emulator.environment():
        del engine.environment[name]
    program(engine, emulator)


def off_path(engine: Engine, emulator: Emulator) -> None:
    """No plugin on PATH: the engine finds an installed one or none."""
    engine.environment["PATH"] = engine.environment["PATH"].replace(f"{ROOT / '.venv' / 'bin'}:", "")


def installed(engine: Engine, emulator: Emulator) -> None:
    """The plugin is installed as the documents say, and not on PATH."""
    off_path(engine, emulator)
    done = engine.run("plugin", "install", "resource", "alicloud-esa", f"v{VERSION}", "--file", str(PLUGIN))
    assert done.code == 0, done.text


def beside_a_clone(engine: Engine, emulator: Emulator) -> None:
    """A program's folder beside a clone as `make build` leaves it."""
    off_path(engine, emulator)
    clone = engine.folder.parent / "pulumi-alicloud-esa"
    shutil.copytree(ROOT / "sdk" / "python", clone / "sdk" / "python")
    (clone / ".venv").symlink_to(ROOT / ".venv")
    program(engine, emulator)


def checkout(engine: Engine, emulator: Emulator) -> None:
    """A checkout with the example, and the plugin installed."""
    installed(engine, emulator)
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "PULUMI_CONFIG_PASSPHRASE"):
        del engine.environment[name]
    target = engine.folder / "examples" / "yaml"
    target.mkdir(parents=True)
    (target / "Pulumi.yaml").write_bytes((EXAMPLES / "yaml" / "Pulumi.yaml").read_bytes())


def git(engine: Engine, emulator: Emulator) -> None:
    """An empty git repo."""
    assert engine.command("git", "init", "--quiet").code == 0


def recorded(engine: Engine, emulator: Emulator) -> None:
    """A baseline that is no longer what the service has."""
    record = ("alicloud-esa", "drift", "record", "--executions", "--site-id", SITE_ID, "-o", "preload-jobs.json")
    assert engine.command(*record).code == 0
    change_by_hand(emulator)
