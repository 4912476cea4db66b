"""Every `sh` block of every document runs here as it stands, or is named below with what runs it instead."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emulator import EXAMPLE_JOB_ID, Emulator
from tests.docs import test_outputs, test_programs
from tests.docs.blocks import block, blocks
from tests.docs.shell import at, run, run_example
from tests.docs.test_outputs import change_by_hand, lines
from tests.engine.examples import EXAMPLES
from tests.engine.harness import PLUGIN, ROOT, SITE_ID, Engine, Result
from tests.engine.test_examples import outputs_section

SITE = int(SITE_ID)
Step = Callable[[Engine, Emulator], None]
DIST = "needs dist/, which tests/dist builds and installs"
MAKE = "make itself: these targets are what runs this test"
# Document and beginning of the block: why it cannot run here. Its words are still looked up by test_shell.py.
NOT_HERE = {
    ("CONTRIBUTING.md", "make build"): MAKE,
    ("README.md", "make demo"): MAKE,
    ("docs/testing-with-the-emulator.md", "make emulator"): "never ends; `python -m emulator` runs below",
    ("docs/air-gapped.md", "(cd dist"): DIST,
    ("docs/air-gapped.md", "export PULUMI_SKIP"): DIST,
    ("docs/installation-configuration.md", "(cd dist"): DIST,
    ("docs/installation-configuration.md", "pulumi package add"): "needs GitHub; tests/sdk/test_source_plugin.py",
}
# These need more than a folder and an exit code: a test of their own below, or one in test_outputs.py.
BY_NAME = {
    ("CONTRIBUTING.md", ".venv/bin/pulumi-resource"): "test_attaching_a_debugger",
    ("emulator/README.md", ".venv/bin/python -m emulator"): "test_starting_the_emulator",
    ("docs/testing-with-the-emulator.md", "esa="): "test_the_typescript_test_of_another_repository_passes",
    ("docs/drift.md", "pulumi refresh"): "test_the_drift_of_the_resource",
    ("docs/drift.md", "alicloud-esa drift record --site-id"): "test_the_drift_of_the_command",
}


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


def checkout(engine: Engine, emulator: Emulator) -> None:
    """A checkout with the example and a stack for it."""
    tools(engine, emulator)
    for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
        del engine.environment[name]
    target = engine.folder / "examples" / "yaml"
    target.mkdir(parents=True)
    (target / "Pulumi.yaml").write_bytes((EXAMPLES / "yaml" / "Pulumi.yaml").read_bytes())
    assert engine.run("stack", "init", "dev", "--cwd", "examples/yaml").code == 0


def git(engine: Engine, emulator: Emulator) -> None:
    """An empty git repo."""
    assert engine.command("git", "init", "--quiet").code == 0


def recorded(engine: Engine, emulator: Emulator) -> None:
    """A baseline that is no longer what the service has."""
    assert engine.command("alicloud-esa", "drift", "record", "--site-id", SITE_ID, "-o", "preload-jobs.json").code == 0
    change_by_hand(emulator)


def jobs_listed(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert len(json.loads(result.stdout)["jobs"]) == 45


def one_listed(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert json.loads(result.stdout)["ids"] == [EXAMPLE_JOB_ID]


def no_drift(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "site 190007158391809: no drift in 1 scheduled preload job" in result.stdout


def secret_kept(result: Result, engine: Engine, emulator: Emulator) -> None:
    config = (engine.folder / "Pulumi.dev.yaml").read_text()
    assert "alicloud-esa:profile: dev" in config
    assert re.search(r"alicloud-esa:secretKey:\s+secure: ", config)
    assert "nobody-may-see-this" not in config + result.text


def spans_written(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "alicloud-esa" in (engine.folder / "traces.json").read_text()


def outputs_shown(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "jobCount" in result.stdout
    assert emulator.requests


def accepted(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "added-by-hand" in (engine.folder / "preload-jobs.json").read_text()


def staged(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert engine.command("git", "diff", "--cached", "--name-only").stdout.split() == ["preload-jobs.json"]


def reported(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "added-by-hand" in result.stdout
    for name in ("drift.md", "drift.xml", "drift.sarif", "drift.json"):
        assert "added-by-hand" in (engine.folder / name).read_text(), name


def changed(result: Result, engine: Engine, emulator: Emulator) -> None:
    jobs = emulator.store.jobs(SITE)
    assert "added-by-hand" in {job.fields["Name"] for job in jobs}
    assert EXAMPLE_JOB_ID not in {job.id for job in jobs}


def put_back(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert len(emulator.store.jobs(SITE)) == 45
    assert result.stdout.count("{") >= 2, "an answer a request"


@dataclass(frozen=True)
class Case:
    """How a block is run: what it finds, what differs on this machine, how it ends, what it leaves."""

    prepare: Step
    check: Callable[[Result, Engine, Emulator], None]
    replace: dict[str, str] = field(default_factory=dict)
    stdin: str = ""
    code: int = 0
    emulated: bool = False


CURL = {"curl ": "curl -sS --fail "}
KEYS = {
    "KEY_ID=...": "KEY_ID=testAccessKeyId",
    "KEY_SECRET=...": "KEY_SECRET=testAccessKeySecret",
    "make build ": f"test -x .venv/bin/{PLUGIN.name} ",
}
CASES = {
    ("CONTRIBUTING.md", "pulumi preview --otel"): Case(program, spans_written),
    ("README.md", "pulumi do"): Case(tools, jobs_listed),
    ("README.md", "echo 'ids"): Case(tools, one_listed),
    ("README.md", "export ALIBABA"): Case(checkout, outputs_shown, KEYS),
    ("docs/coming-from-pulumi-alicloud.md", "pulumi config set"): Case(
        program, secret_kept, stdin="nobody-may-see-this"
    ),
    ("docs/drift.md", "echo 'expected"): Case(nothing, no_drift, {"--package alicloud-esa": f"--package {PLUGIN}"}),
    ("docs/drift.md", "alicloud-esa drift record --again"): Case(recorded, accepted),
    ("docs/drift.md", "alicloud-esa drift check"): Case(recorded, reported, code=7),
    ("docs/testing-with-the-emulator.md", "export ALIBABA"): Case(
        without_keys, outputs_shown, {"pulumi up": "pulumi up --yes"}, emulated=True
    ),
    ("docs/testing-with-the-emulator.md", "curl -X POST http://127.0.0.1:8650/_emulator/sites"): Case(
        nothing, changed, CURL, emulated=True
    ),
    ("docs/testing-with-the-emulator.md", "curl -X POST http://127.0.0.1:8650/_emulator/faults"): Case(
        nothing, put_back, CURL, emulated=True
    ),
    ("emulator/README.md", "E="): Case(nothing, put_back, CURL, emulated=True),
    ("examples/drift-pipeline/README.md", "alicloud-esa drift record --site-id"): Case(git, staged),
    ("examples/drift-pipeline/README.md", "alicloud-esa drift record --again"): Case(recorded, accepted),
}
PROGRAMS = sorted(path.parent.name for path in EXAMPLES.glob("*/Pulumi.yaml"))


@pytest.mark.parametrize("key", CASES, ids=lambda key: f"{key[0]}: {key[1]}")
def test_it_does_what_the_document_says(key: tuple[str, str], engine: Engine, emulator: Emulator) -> None:
    case = CASES[key]
    case.prepare(engine, emulator)
    replace = {**case.replace, **(at(emulator) if case.emulated else {})}
    result = run(engine, block(key[0], "sh", key[1]), replace, case.stdin)
    assert result.code == case.code, result.text
    case.check(result, engine, emulator)


@pytest.mark.parametrize("name", PROGRAMS)
def test_an_examples_commands_print_what_its_readme_shows(name: str, engine: Engine) -> None:
    document = f"examples/{name}/README.md"
    result = run_example(engine, name, block(document, "sh", "pulumi stack init"))
    assert result.code == 0, result.text
    assert lines(outputs_section(result.text)) == lines(block(document, "text", "Outputs:").code)


def test_attaching_a_debugger(engine: Engine, emulator: Emulator) -> None:
    tools(engine, emulator)
    program(engine, emulator)
    # The engine finds no plugin but the one that it is told to attach to.
    engine.environment["PATH"] = engine.environment["PATH"].replace(f"{ROOT / '.venv' / 'bin'}:", "")
    start, attach = block("CONTRIBUTING.md", "sh", ".venv/bin/pulumi-resource").code.splitlines()
    command = ["bash", "-c", f"exec {start}"]
    with subprocess.Popen(
        command, cwd=engine.folder, env=engine.environment, stdout=subprocess.PIPE, text=True
    ) as plugin:
        try:
            assert plugin.stdout is not None
            port = plugin.stdout.readline().strip()
            assert "41235" in attach
            result = engine.command("bash", "-eu", "-c", attach.replace("41235", port))
        finally:
            plugin.terminate()
    assert result.code == 0, result.text
    assert emulator.requests


def test_starting_the_emulator(tmp_path: Path) -> None:
    for line in block("emulator/README.md", "sh", ".venv/bin/python").code.splitlines():
        # Whatever else runs on this machine may have the port.
        script = line.replace("-m emulator", "-m emulator --port 0").replace("/tmp/", f"{tmp_path}/")
        with subprocess.Popen(
            ["bash", "-c", f"exec {script}"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as emulator:
            try:
                assert emulator.stdout is not None
                printed = "".join(emulator.stdout.readline() for _ in range(6))
            finally:
                emulator.send_signal(signal.SIGINT)
                emulator.wait(timeout=20)
        assert "export ALIBABA_CLOUD_ENDPOINT_ESA=http://127.0.0.1:" in printed
    assert (tmp_path / "emulator.url").exists()


def test_every_block_is_in_one_list() -> None:
    keys = [*CASES, *NOT_HERE, *BY_NAME, *((f"examples/{name}/README.md", "pulumi stack init") for name in PROGRAMS)]
    listed = [block(document, "sh", starts) for document, starts in keys]
    assert len(set(listed)) == len(listed)
    assert [found.name for found in blocks("sh") if found not in listed] == []
    assert [
        name for name in BY_NAME.values() if name not in {**globals(), **vars(test_outputs), **vars(test_programs)}
    ] == []
