"""The process: what it imports, how it is stopped, and what it does when its output is not read."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pulumi_resource_alicloud_esa.cli.session import call
from pulumi_resource_alicloud_esa.config import Settings
from pulumi_resource_alicloud_esa.esa.errors import DeadlineExceeded

from emulator import EXAMPLE_JOB_ID, SITE_ID, Glitch
from tests.support.command import BASELINE, COMMAND, SITE, Cli
from tests.support.interrupt import interrupted, start

HEAVY = ("grpc", "pulumi", "google.protobuf", "alibabacloud_credentials")


def modules_after(code: str, *arguments: str) -> set[str]:
    """The modules that a fresh interpreter holds after some code."""
    script = (
        f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines())


def test_the_plugin_s_start_pays_nothing_for_the_command() -> None:
    package = "pulumi_resource_alicloud_esa"
    loaded = modules_after(f"import {package}.__main__, {package}.process, {package}.server")
    assert "grpc" in loaded
    assert not {name for name in loaded if name.split(".")[0] in ("click", "rich") or "esa.cli." in f"{name}."}


@pytest.mark.parametrize("arguments", [["--help"], ["drift", "check", "--help"], ["--version"]])
def test_help_needs_neither_the_engine_s_packages_nor_urllib3(arguments: list[str]) -> None:
    loaded = modules_after("from pulumi_resource_alicloud_esa.cli.main import main; main()", *arguments)
    assert "click" in loaded
    assert not {name for name in loaded if name in (*HEAVY, "rich", "urllib3")}


def test_a_check_needs_none_of_the_engine_s_packages(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.recorded()
    for name, value in cli.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(cli.folder)
    main = "from pulumi_resource_alicloud_esa.cli.main import main; main()"
    loaded = modules_after(main, "drift", "check", "--baseline", BASELINE, "--format", "junit=r.xml")
    assert "urllib3" in loaded
    # Only sources of keys that are fetched need these, a quarter of what a first call would import.
    fetching = ("requests", "pulumi_resource_alicloud_esa.credentials.library")
    assert not {name for name in loaded if name in (*HEAVY, *fetching, "rich")}


def wait_for_a_request(cli: Cli) -> None:
    ends = time.monotonic() + 20
    while cli.emulator.max_in_flight == 0:
        assert time.monotonic() < ends
        time.sleep(0.02)
    time.sleep(0.1)


@pytest.mark.parametrize(
    "glitch", [Glitch(stall=True), Glitch(stall=True, from_request=3), Glitch(code="TooManyRequests")]
)
def test_ctrl_c_ends_it_within_a_second_and_writes_nothing(cli: Cli, glitch: Glitch) -> None:
    before = cli.recorded()
    cli.emulator.log.clear()
    cli.emulator.glitches.add(glitch)
    cli.write(BASELINE, before.replace('"query": {}', '"query": {"pageSize": 5}'))
    process = start(cli, "drift", "check", "--baseline", BASELINE, "--format", "json=r.json")
    wait_for_a_request(cli)
    assert interrupted(process) == ("", "\nerror: interrupted\n")
    assert [path.name for path in cli.folder.iterdir()] == [BASELINE]


def test_ctrl_c_while_a_connection_is_being_made(cli: Cli) -> None:
    # A listener whose queue is full answers no SYN.
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for blocker in (first, second):
            blocker.setblocking(False)
            blocker.connect_ex(full.getsockname())
        process = start(
            cli, "jobs", "list", "--site-id", SITE, "--endpoint", f"http://127.0.0.1:{full.getsockname()[1]}"
        )
        time.sleep(1.5)
        assert process.poll() is None
        assert interrupted(process) == ("", "\nerror: interrupted\n")


def test_work_that_does_not_notice_its_deadline_is_not_waited_for() -> None:
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        call(Settings(timeout_seconds=1), "site", lambda context: time.sleep(8))
    assert time.monotonic() - started < 4


def test_a_name_that_takes_forever_to_look_up_ends_with_the_deadline_and_with_ctrl_c(cli: Cli, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text("import socket, time\nsocket.getaddrinfo = lambda *a, **k: time.sleep(60)\n")
    cli.extra = {"PYTHONPATH": str(site)}
    started = time.monotonic()
    ran = cli("jobs", "list", "--site-id", SITE, "--endpoint", "https://slow.example.com", "--timeout-seconds", "1")
    assert ran.code == 1
    assert ran.err.startswith("error: no complete answer within 1 seconds")
    assert time.monotonic() - started < 5
    process = start(cli, "jobs", "list", "--site-id", SITE, "--endpoint", "https://slow.example.com")
    time.sleep(1.5)
    interrupted(process)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_goes_away_is_no_traceback(cli: Cli, unbuffered: str) -> None:
    cli.extra = {"PYTHONUNBUFFERED": unbuffered}
    cli.emulator.store.generate(SITE_ID, 1500)
    command = f"{COMMAND} jobs list --site-id {SITE} --page-size 1000 | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], env=cli.environment(), capture_output=True, text=True, check=True)
    heading, code = done.stdout.splitlines()
    assert heading.split()[0] == "ID"
    assert code == "141"
    assert done.stderr == ""


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_slow_reader_gets_everything(cli: Cli, unbuffered: str) -> None:
    cli.extra = {"PYTHONUNBUFFERED": unbuffered}
    cli.emulator.store.generate(SITE_ID, 1500)
    process = start(cli, "jobs", "list", "--site-id", SITE, "--page-size", "1000")
    time.sleep(1.5)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, len(out.splitlines())) == (0, 1501)


def test_a_reader_that_goes_away_does_not_change_the_verdict(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    for arguments in (["--format", "junit"], []):
        command = f"{COMMAND} drift check --baseline {BASELINE} {' '.join(arguments)} | true; echo ${{PIPESTATUS[0]}}"
        shell = ["bash", "-c", command]
        done = subprocess.run(shell, cwd=cli.folder, env=cli.environment(), capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("7\n", "")


@pytest.mark.parametrize(
    "arguments", [["jobs", "list", "--site-id", SITE], ["drift", "record", "--site-id", SITE, "-o", "-"]]
)
def test_a_full_disk_behind_stdout_is_an_error(cli: Cli, arguments: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        process = start(cli, *arguments, stdout=full.fileno())
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.decode() == "error: stdout: No space left on device\n"


def test_closed_streams_do_not_change_the_verdict(cli: Cli) -> None:
    cli.recorded()
    command = f"exec {COMMAND} drift check --baseline {BASELINE} --format json=r.json >&- 2>&-"
    done = subprocess.run(["sh", "-c", command], cwd=cli.folder, env=cli.environment(), check=False)
    assert done.returncode == 0
    assert os.path.exists(cli.folder / "r.json")


def test_a_defect_is_one_line_and_no_verdict(cli: Cli, tmp_path: Path) -> None:
    cli.recorded()
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import pulumi_resource_alicloud_esa.esa.client as c\n"
        "def call(*a, **k): raise ZeroDivisionError('secret inside')\nc.EsaClient.call = call\n"
    )
    cli.extra = {"PYTHONPATH": str(site)}
    ran = cli.check("--format", "json")
    assert ran.code == 1
    assert ran.json["verdict"] == "error"
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("error: a defect in alicloud-esa ")
    assert "ZeroDivisionError" in ran.err
    assert "secret inside" not in ran.err
    assert "Traceback" in cli.check("--debug").err
