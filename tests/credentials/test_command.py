"""An `External` profile's command: keys of its output, bounded in time and size, with nothing of it left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pulumi_resource_alicloud_esa.config import read_settings
from pulumi_resource_alicloud_esa.credentials import command as command_module
from pulumi_resource_alicloud_esa.credentials.sources import choose_source
from pulumi_resource_alicloud_esa.esa.deadline import Deadline
from pulumi_resource_alicloud_esa.esa.errors import Cancelled, CredentialsError, DeadlineExceeded
from pulumi_resource_alicloud_esa.esa.keys import Credentials, CredentialSource

from emulator import SITE_ID, Emulator

ANSWER = {"mode": "StsToken", "access_key_id": "x", "access_key_secret": "hunter2", "sts_token": "t"}
KEYS = Credentials("x", "hunter2", "t")


def source(tmp_path: Path, command: str) -> CredentialSource:
    file = tmp_path / "config.json"
    file.write_text(json.dumps({"profiles": [{"name": "default", "mode": "External", "process_command": command}]}))
    return choose_source(read_settings({"sharedCredentialsFile": str(file)}, {}), {}, pytest.fail)


def printing(tmp_path: Path, output: str | bytes) -> CredentialSource:
    (tmp_path / "output").write_bytes(output if isinstance(output, bytes) else output.encode())
    return source(tmp_path, f"cat {tmp_path}/output")


def failure(keys: CredentialSource, seconds: float = 10) -> str:
    with pytest.raises(CredentialsError) as caught:
        keys.get(Deadline(seconds))
    line = str(caught.value)
    assert line.isprintable()
    assert "hunter2" not in line
    name, _, reason = line.partition("config.json: process_command: ")
    assert name.startswith("profile 'default' of ")
    return reason


def eventually(condition: Callable[[], bool], seconds: float = 5) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.01)
    return False


def is_gone(pid_file: Path) -> bool:
    """Whether the process whose id that file holds has ended; one that is not waited for has too."""
    status = Path(f"/proc/{int(pid_file.read_text())}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def both_end(tmp_path: Path) -> None:
    """The stubborn command and its child do, within a second."""
    assert eventually(lambda: is_gone(tmp_path / "own") and is_gone(tmp_path / "child"), 1)


PROGRAM = """
import resource, sys
from pulumi_resource_alicloud_esa.config import read_settings
from pulumi_resource_alicloud_esa.credentials.sources import choose_source
from pulumi_resource_alicloud_esa.esa.deadline import Deadline

source = choose_source(read_settings({"sharedCredentialsFile": sys.argv[1]}, {}), {}, print)
"""


def in_a_process(tmp_path: Path, program: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """What a program does with the source of the file, which it has as `source`."""
    command = [sys.executable, "-c", PROGRAM + program, str(tmp_path / "config.json")]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)


# --- what it prints ---


def test_the_keys_are_those_that_it_prints(tmp_path: Path) -> None:
    assert printing(tmp_path, json.dumps(ANSWER)).get(Deadline(10)) == KEYS
    assert printing(tmp_path, "\ufeff" + json.dumps(ANSWER)).get(Deadline(10)) == KEYS
    bare = {name: ANSWER[name] for name in ("access_key_id", "access_key_secret")}
    assert printing(tmp_path, json.dumps(bare)).get(Deadline(10)) == Credentials("x", "hunter2")


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("hunter2", "its output is not the JSON of keys"),
        ("", "its output is not the JSON of keys"),
        ("[1]", "its output is not the JSON of keys"),
        (b"\xff\xfehunter2", "its output is not the JSON of keys"),
        ("[" * 200_000, "its output is not the JSON of keys"),
        ('{"access_key_secret": "hunter2"}', "its output is not the JSON of keys"),
        ('{"mode": "StsToken", "access_key_id": "x", "access_key_secret": "hunter2"}', "but no sts_token"),
        ('{"access_key_id": "x", "access_key_secret": {"hunter2": 1}}', "access_key_secret of its output is not text"),
        ('{"access_key_id": "x", "access_key_secret": "hunter2 "}', "holds white space (character 8 of 8)"),
        (json.dumps({**ANSWER, "expiration": "hunter2"}), "expiration of its output is not a moment"),
        (json.dumps({**ANSWER, "expiration": 5}), "expiration of its output is not a moment"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_an_output_that_is_no_keys_is_one_line_that_quotes_nothing(
    tmp_path: Path, output: str | bytes, reason: str
) -> None:
    assert reason in failure(printing(tmp_path, output))


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("sh {0}/fail.sh", "ended with exit status 3"),
        ("sh -c 'kill -9 $$'", "ended with signal 9"),
        ("{0}/hunter2", "No such file or directory"),
        ("{0}", "Permission denied"),
        ("'hunter2", "cannot be read as a command line"),
    ],
)
def test_a_command_that_fails_is_one_line_without_its_words(tmp_path: Path, command: str, reason: str) -> None:
    (tmp_path / "fail.sh").write_text("echo hunter2; echo hunter2 >&2; exit 3\n")
    assert failure(source(tmp_path, command.format(tmp_path))) == reason


@pytest.mark.parametrize(("seconds", "runs"), [(None, 1), (3600, 1), (600, 3)])
def test_it_runs_again_only_for_keys_that_come_to_their_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: int | None, runs: int
) -> None:
    monkeypatch.setattr("pulumi_resource_alicloud_esa.credentials.renewal._RECHECK_SECONDS", 0.0)
    ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + (seconds or 0)))
    answer = {**ANSWER, **({"expiration": ends} if seconds else {})}
    (tmp_path / "keys.sh").write_text(f"echo >> {tmp_path}/runs\necho '{json.dumps(answer)}'\n")
    keys = source(tmp_path, f"sh {tmp_path}/keys.sh")
    assert [keys.get(Deadline(10)) for _ in range(3)] == [KEYS] * 3
    assert len((tmp_path / "runs").read_text()) == runs


def test_it_sees_nothing_of_the_streams_that_the_plugin_speaks_over(tmp_path: Path) -> None:
    (tmp_path / "keys.sh").write_text(f"cat > {tmp_path}/stdin\necho hunter2 >&2\necho '{json.dumps(ANSWER)}'\n")
    source(tmp_path, f"sh {tmp_path}/keys.sh")
    done = in_a_process(tmp_path, "print(source.get(Deadline(10)).access_key_id)", input="the engine's")
    assert (done.stdout, done.stderr) == ("x\n", "")
    assert (tmp_path / "stdin").read_text() == ""


# --- nothing is written ---


def test_nothing_is_written_to_the_credentials_file_or_beside_it(tmp_path: Path) -> None:
    keys = printing(tmp_path, json.dumps({**ANSWER, "expiration": "2099-01-01T00:00:00Z"}))
    before = {path: (path.read_bytes(), path.stat()) for path in tmp_path.rglob("*") if path.is_file()}
    assert keys.get(Deadline(10)) == KEYS
    assert keys.refresh(KEYS, Deadline(10)) is False
    after = {path: (path.read_bytes(), path.stat()) for path in tmp_path.rglob("*") if path.is_file()}
    for path, (content, status) in before.items():
        assert after[path][0] == content
        assert (after[path][1].st_mtime_ns, after[path][1].st_ino) == (status.st_mtime_ns, status.st_ino)
    assert set(after) == set(before)


# --- bounds ---


def stubborn(tmp_path: Path) -> str:
    """A command that cannot be asked to end, with a child of its own; both leave their ids."""
    script = tmp_path / "stubborn.sh"
    script.write_text(
        f"trap '' TERM INT HUP PIPE\nsh -c 'trap \"\" TERM INT HUP; echo $$ > {tmp_path}/child; sleep 60; sleep 60' &\n"
        f"echo $$ > {tmp_path}/own\nwhile :; do sleep 1; done\n"
    )
    return f"sh {script}"


def once_it_runs(tmp_path: Path, end: str = "expire") -> Deadline:
    """A deadline that ends when the stubborn command and its child run, however long that takes on a busy machine."""
    deadline = Deadline(30)
    files = [tmp_path / "own", tmp_path / "child"]

    def stop() -> None:
        assert eventually(lambda: all(file.exists() and file.read_text() for file in files), 20)
        getattr(deadline, end)()

    threading.Thread(target=stop).start()
    return deadline


@pytest.mark.parametrize(("end", "kind"), [("expire", DeadlineExceeded), ("cancel", Cancelled)])
def test_the_command_and_its_children_end_with_the_call(tmp_path: Path, end: str, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        source(tmp_path, stubborn(tmp_path)).get(once_it_runs(tmp_path, end))
    both_end(tmp_path)


def test_a_call_whose_time_is_up_ends_the_command(tmp_path: Path) -> None:
    keys = source(tmp_path, stubborn(tmp_path))
    began = time.monotonic()
    with pytest.raises(DeadlineExceeded, match=r"config\.json: gave no keys within the 3 seconds of the call$"):
        keys.get(Deadline(3))
    assert time.monotonic() - began < 5
    both_end(tmp_path)


def test_the_command_below_a_role_ends_with_the_call_too(tmp_path: Path) -> None:
    file = tmp_path / "config.json"
    entries = [
        {"name": "default", "mode": "ChainableRamRoleArn", "source_profile": "b", "ram_role_arn": "r"},
        {"name": "b", "mode": "External", "process_command": stubborn(tmp_path)},
    ]
    file.write_text(json.dumps({"profiles": entries}))
    keys = choose_source(read_settings({"sharedCredentialsFile": str(file)}, {}), {}, pytest.fail)
    with pytest.raises(DeadlineExceeded):
        keys.get(once_it_runs(tmp_path))
    both_end(tmp_path)


def test_what_a_command_leaves_behind_holds_up_nothing_and_ends(tmp_path: Path) -> None:
    script = tmp_path / "keys.sh"
    script.write_text(f"sleep 60 &\necho $! > {tmp_path}/child\necho '{json.dumps(ANSWER)}'\n")
    began = time.monotonic()
    assert source(tmp_path, f"sh {script}").get(Deadline(30)) == KEYS
    assert time.monotonic() - began < 5
    assert eventually(lambda: is_gone(tmp_path / "child"), 1)


ENDLESS = """
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    source.get(Deadline(30))
except Exception as error:
    print(error)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024 < 50)
"""


@pytest.mark.parametrize("command", ["head -c 600000000 /dev/zero", "yes hunter2"])
def test_output_without_end_costs_no_memory(tmp_path: Path, command: str) -> None:
    source(tmp_path, command)
    done = in_a_process(tmp_path, ENDLESS)
    assert done.stderr == ""
    line, small = done.stdout.splitlines()
    assert line.endswith("config.json: process_command: more than 1 MiB of output")
    assert small == "True"


def test_a_command_that_goes_on_printing_with_nobody_to_read_ends(tmp_path: Path) -> None:
    (tmp_path / "loud.sh").write_text(
        f"trap '' PIPE\necho $$ > {tmp_path}/own\nwhile :; do echo {'x' * 4000} || :; done\n"
    )
    began = time.monotonic()
    assert failure(source(tmp_path, f"sh {tmp_path}/loud.sh"), 30) == "more than 1 MiB of output"
    assert time.monotonic() - began < 10
    assert eventually(lambda: is_gone(tmp_path / "own"), 1)


def test_no_more_is_read_than_is_accepted_however_late_anybody_looks(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    output, ended = bytearray(), threading.Event()
    writer = subprocess.Popen(["head", "-c", "50000000", "/dev/zero"], stdout=writing)
    os.close(writing)
    command_module._drain(os.fdopen(reading, "rb"), output, ended)
    writer.wait(10)
    assert ended.is_set()
    assert command_module.MAX_OUTPUT_BYTES == 1024 * 1024
    assert command_module.MAX_OUTPUT_BYTES < len(output) <= command_module.MAX_OUTPUT_BYTES + 65536


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_the_command_ends_when_the_program_that_wanted_keys_is_stopped(
    tmp_path: Path, emulator: Emulator, ending: signal.Signals
) -> None:
    source(tmp_path, stubborn(tmp_path))
    started = subprocess.Popen(
        [
            *(sys.executable, "-c", "from pulumi_resource_alicloud_esa.cli.main import main; main()"),
            *("jobs", "list", "--site-id", str(SITE_ID), "--profile", "default", "--endpoint", emulator.url),
        ],
        env={**os.environ, "ALIBABA_CLOUD_CREDENTIALS_FILE": str(tmp_path / "config.json")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    files = [tmp_path / "own", tmp_path / "child"]
    assert eventually(lambda: all(file.exists() and file.read_text() for file in files), 20)
    started.send_signal(ending)
    started.communicate(timeout=20)
    assert eventually(lambda: all(map(is_gone, files)), 1)
