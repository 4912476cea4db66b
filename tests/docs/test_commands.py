"""Every `sh` block of every document runs here as it stands, or is named below with what runs it instead."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from emulator import EXAMPLE_JOB_ID, Emulator
from tests.support.blocks import NOT_HERE, block, blocks
from tests.support.engine import PLUGIN, ROOT, SITE_ID, Engine, Result
from tests.support.examples import EXAMPLES
from tests.support.shell import at, run
from tests.support.steps import (
    beside_a_clone,
    checkout,
    git,
    installed,
    nothing,
    off_path,
    program,
    recorded,
    without_keys,
)

SITE = int(SITE_ID)
KEY_ID, KEY_SECRET = "testAccessKeyId", "testAccessKeySecret"
Step = Callable[[Engine, Emulator], None]
# These need more than a folder and an exit code: a test of their own in another file here.
BY_NAME = {
    ("CONTRIBUTING.md", ".venv/bin/pulumi-resource"): "test_a_debugger_attaches_as_the_guide_says",
    ("emulator/README.md", ".venv/bin/python -m emulator"): "test_the_emulator_starts_as_its_readme_says",
    ("docs/testing-with-the-emulator.md", "esa="): "test_the_typescript_test_of_another_repository_passes",
    ("docs/air-gapped.md", "python -m pip download"): "test_the_python_sdk_goes_inside_as_wheels",
    ("docs/air-gapped.md", "python -m pip install"): "test_the_python_sdk_goes_inside_as_wheels",
    ("docs/drift.md", "pulumi refresh"): "test_drift_of_the_resource_prints_this",
    ("docs/drift.md", "alicloud-esa drift record --executions"): "test_drift_of_the_command_prints_this",
    (
        "docs/drift.md",
        "alicloud-esa drift record --all-sites",
    ): "test_all_sites_print_this_and_again_accepts_it",
    ("docs/drift.md", "alicloud-esa drift record --again -o baselines"): (
        "test_all_sites_print_this_and_again_accepts_it"
    ),
    ("docs/drift.md", "rm -f drift.json"): "test_the_message_for_a_chat_is_this",
}


def jobs_listed(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert len(json.loads(result.stdout)["jobs"]) == 45


def one_listed(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert json.loads(result.stdout)["ids"] == ["b9b5a3010d90ea9c87fc4327"]


def no_drift(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "site 190007158391809: no drift in 1 scheduled preload job" in result.stdout


def secret_kept(result: Result, engine: Engine, emulator: Emulator) -> None:
    config = (engine.folder / "Pulumi.dev.yaml").read_text()
    assert "alicloud-esa:profile: dev" in config
    assert re.search(r"alicloud-esa:secretKey:\s+secure: ", config)
    assert KEY_SECRET not in config + result.text
    # Nothing else is needed: the access key is the profile's, its secret the one that was set.
    file = engine.folder / "home" / ".aliyun" / "config.json"
    file.parent.mkdir(parents=True)
    profile = {"name": "dev", "mode": "AK", "access_key_id": KEY_ID, "region_id": "cn-hangzhou"}
    file.write_text(json.dumps({"current": "other", "profiles": [profile]}))
    for keys in ({}, {"ALIBABA_CLOUD_ACCESS_KEY_ID": "another", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "pair"}):
        for name in ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"):
            engine.environment.pop(name, None)
        engine.environment.update({**keys, "HOME": str(file.parents[1])})
        preview = engine.run("preview")
        assert preview.code == 0, preview.text
    assert {request.access_key_id for request in emulator.requests} == {KEY_ID}


def shapes_written(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert result.stdout.count("nothing is wrong") == 2
    assert list(json.loads((engine.folder / "shapes.json").read_text())) == ["version", "answers"]


def spans_written(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "alicloud-esa" in (engine.folder / "traces.json").read_text()


def outputs_shown(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "jobCount" in result.stdout
    assert emulator.requests


def found(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert engine.command("on-path/alicloud-esa", "--version").code == 0
    (listed,) = engine.run("plugin", "ls", "--json").json()
    assert (listed["name"], listed["version"]) == ("alicloud-esa", "0.1.0")
    program(engine, emulator)
    without_a_warning(engine.run("preview"), engine, emulator)


def without_a_warning(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "jobCount    : 45" in result.stdout
    assert "warning" not in result.text.lower()


def cloned(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert (engine.folder / "pulumi-alicloud-esa" / "Makefile").is_file()


def importable(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert (engine.folder / "site" / "pulumi_alicloud_esa" / "pulumi-plugin.json").is_file()


def noted(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "alicloud-esa: alicloud-esa@0.1.0" in (engine.folder / "Pulumi.yaml").read_text()
    without_a_warning(engine.run("preview"), engine, emulator)


def all_as_recorded(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "no drift in 45 scheduled preload jobs" in result.stdout


def accepted(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "added-by-hand" in (engine.folder / "preload-jobs.json").read_text()


def adoptable(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert [one["name"] for one in json.loads((engine.folder / "import.json").read_text())["resources"]] == [
        "added_by_hand",
        "added_by_hand__1",
    ]


def staged(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert engine.command("git", "diff", "--cached", "--name-only").stdout.split() == ["preload-jobs.json"]


def every_site_staged(result: Result, engine: Engine, emulator: Emulator) -> None:
    staged = engine.command("git", "diff", "--cached", "--name-only").stdout.split()
    assert staged == [
        "baselines/example.com-190007158391808.json",
        "baselines/example.net-190007158391809.json",
        "baselines/example.org-190007158391810.json",
        "baselines/old.example.com-190007158391812.json",
    ]


def reported(result: Result, engine: Engine, emulator: Emulator) -> None:
    assert "added-by-hand" in result.stdout
    for name in ("drift.md", "drift.xml", "drift.sarif", "drift.json"):
        assert "added-by-hand" in (engine.folder / name).read_text(), name


def changed(result: Result, engine: Engine, emulator: Emulator) -> None:
    jobs = emulator.store.jobs(SITE)
    assert "added-by-hand" in {job.fields["Name"] for job in jobs}
    assert EXAMPLE_JOB_ID not in {job.id for job in jobs}
    # The one that the guides show as moved; by another job's deletion it would be gone.
    assert emulator.store.executions.find("c22f8497e0cb0994c748db68")["StartTime"] == "2024-07-26T01:10:03.270+08:00"


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
FROM_NOTHING = {
    "PASSPHRASE=...": "PASSPHRASE=chosen",
    "KEY_ID=...": "KEY_ID=testAccessKeyId",
    "KEY_SECRET=...": "KEY_SECRET=testAccessKeySecret",
    "YOUR_SITE_ID": SITE_ID,
}
CLONE = {"git clone https://github.com/alicloud-esa/pulumi-alicloud-esa": f"ln -s {ROOT} pulumi-alicloud-esa"}
# Nothing is fetched from a registry here; what the SDK needs is in .venv.
OFFLINE = {"python -m pip install": f"{sys.executable} -m pip install --no-deps --no-build-isolation --target site"}
CASES = {
    ("CONTRIBUTING.md", "pulumi preview --otel"): Case(program, spans_written),
    ("README.md", "git clone"): Case(
        off_path,
        found,
        {**CLONE, "make build": f"test -x .venv/bin/{PLUGIN.name}", "~/.local/bin": "$OLDPWD/on-path"},
    ),
    ("README.md", "export ALIBABA"): Case(checkout, outputs_shown, {"pulumi up": "pulumi up --yes"}, emulated=True),
    ("README.md", "alicloud-esa drift record"): Case(nothing, all_as_recorded),
    ("README.md", "pulumi login"): Case(checkout, outputs_shown, FROM_NOTHING),
    ("docs/command.md", "pulumi do"): Case(installed, jobs_listed),
    ("docs/command.md", "echo 'ids"): Case(installed, one_listed),
    ("docs/installation-configuration.md", "git clone"): Case(
        nothing, cloned, {**CLONE, "make -C pulumi-alicloud-esa build": ":"}
    ),
    ("docs/installation-configuration.md", "pulumi preview"): Case(beside_a_clone, without_a_warning),
    ("docs/installation-configuration.md", "python -m pip"): Case(beside_a_clone, importable, OFFLINE),
    ("docs/installation-configuration.md", "pulumi package add alicloud-esa"): Case(beside_a_clone, noted),
    ("docs/coming-from-pulumi-alicloud.md", "pulumi config set"): Case(program, secret_kept, stdin=KEY_SECRET),
    ("docs/doctor.md", "alicloud-esa doctor"): Case(nothing, shapes_written),
    ("docs/drift.md", "echo 'expected"): Case(nothing, no_drift, {"--package alicloud-esa": f"--package {PLUGIN}"}),
    ("docs/drift.md", "alicloud-esa drift record --again -o preload"): Case(recorded, accepted),
    ("docs/drift.md", "alicloud-esa drift check --baseline preload-jobs.json \\"): Case(recorded, reported, code=7),
    ("docs/drift.md", "alicloud-esa drift check --baseline preload-jobs.json --adopt"): Case(
        recorded, adoptable, code=7
    ),
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
    ("examples/drift-pipeline/README.md", "alicloud-esa drift record --executions --site-id"): Case(git, staged),
    ("examples/drift-pipeline/README.md", "alicloud-esa drift record --executions --all-sites"): Case(
        git, every_site_staged
    ),
    ("examples/drift-pipeline/README.md", "alicloud-esa drift record --again"): Case(recorded, accepted),
}
# tests/engine/test_examples.py runs these.
PROGRAMS = [
    (f"examples/{path.parent.name}/README.md", "pulumi stack select") for path in EXAMPLES.glob("*/Pulumi.yaml")
]


@pytest.mark.parametrize("key", CASES, ids=lambda key: f"{key[0]}: {key[1]}")
def test_a_block_does_what_its_document_says(key: tuple[str, str], engine: Engine, emulator: Emulator) -> None:
    case = CASES[key]
    case.prepare(engine, emulator)
    replace = {**case.replace, **(at(emulator) if case.emulated else {})}
    result = run(engine, block(key[0], "sh", key[1]), replace, case.stdin)
    assert result.code == case.code, result.text
    case.check(result, engine, emulator)


def test_every_block_is_in_one_list() -> None:
    keys = [*CASES, *NOT_HERE, *BY_NAME, *PROGRAMS]
    listed = [block(document, "sh", starts) for document, starts in keys]
    assert len(set(listed)) == len(listed)
    assert [found.name for found in blocks("sh") if found not in listed] == []
    beside = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in BY_NAME.values() if f"\ndef {name}(" not in beside] == []
