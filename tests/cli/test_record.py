"""`alicloud-esa drift record`: the same jobs give the same bytes, and the file is whole or untouched."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_resource_alicloud_esa.cli.files import write_file

from emulator import EMPTY_SITE_ID, EXAMPLE_JOB_ID, SITE_ID, Glitch
from tests.support.command import BASELINE, COMMAND, SITE, Cli, line_of


def test_a_baseline_has_this_form(cli: Cli) -> None:
    text = cli.record("--id", EXAMPLE_JOB_ID)
    assert text == (
        "{\n"
        '  "format": "alicloud-esa scheduled preload jobs baseline",\n'
        '  "version": 1,\n'
        f'  "siteId": "{SITE}",\n'
        '  "query": {\n'
        '    "ids": [\n'
        f'      "{EXAMPLE_JOB_ID}"\n'
        "    ]\n"
        "  },\n"
        '  "ignoreFields": [\n'
        '    "errorInfo",\n'
        '    "executionCount",\n'
        '    "failedFileOss",\n'
        '    "taskSubmitted",\n'
        '    "urlSubmitted"\n'
        "  ],\n"
        '  "jobs": {\n'
        f'    "{EXAMPLE_JOB_ID}": {{\n'
        '      "aliUid": "15685865xxx14622",\n'
        '      "createdAt": "2024-06-01T08:53:13Z",\n'
        '      "domains": "testurl.com",\n'
        '      "fileId": "665d3b48621bccf3fe29e1a7",\n'
        '      "insertWay": "oss",\n'
        '      "name": "example",\n'
        '      "taskType": "preload",\n'
        '      "urlCount": 2\n'
        "    }\n"
        "  }\n"
        "}\n"
    )


def test_twice_without_a_change_gives_the_same_bytes(cli: Cli) -> None:
    before = cli.record()
    cli.emulator.store.shuffle(SITE_ID, 1)
    for job in cli.emulator.store.jobs(SITE_ID):
        cli.emulator.store.change(SITE_ID, job.id, ExecutionCount=9, TaskSubmitted=9, UrlSubmitted=9, ErrorInfo="x")
    assert cli.record("--page-size", "50").replace('{\n    "pageSize": 50\n  }', "{}") == before
    assert cli.record() == before
    assert len(json.loads(before)["jobs"]) == 45
    assert list(json.loads(before)["jobs"]) == sorted(json.loads(before)["jobs"])


def test_a_change_of_one_field_is_a_change_of_one_line(cli: Cli) -> None:
    before = cli.record().splitlines()
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Domains="b.example.com, a.example.com")
    after = cli.record().splitlines()
    changed = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    assert changed == [('      "domains": "testurl.com",', '      "domains": "a.example.com,b.example.com",')]


def test_the_question_and_the_ignored_fields_are_kept_as_given(cli: Cli) -> None:
    options = ["--start-time", "2024-06-01T00:00:00+02:00", "--name-regex", "^n", "--no-error", "--ignore-field"]
    document = json.loads(cli.record(*options, "urlCount", "--ignore-field", "fileId"))
    assert document["query"] == {"hasError": False, "nameRegex": "^n", "startTime": "2024-06-01T00:00:00+02:00"}
    assert document["ignoreFields"] == ["fileId", "urlCount"]
    assert all("executionCount" in job and "fileId" not in job for job in document["jobs"].values())
    assert cli.check().code == 0


def test_with_ignore_none_every_field_is_recorded_and_compared(cli: Cli) -> None:
    document = json.loads(cli.record("--ignore-none"))
    assert document["ignoreFields"] == []
    assert "executionCount" in document["jobs"][EXAMPLE_JOB_ID]
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, ExecutionCount=77)
    assert cli.check().code == 7


def test_a_dash_writes_the_baseline_to_stdout(cli: Cli) -> None:
    ran = cli("drift", "record", "--site-id", SITE, "-o", "-")
    assert ran.out == cli.record()
    assert ran.err == ""


def test_a_site_without_jobs_is_an_empty_baseline_and_said_loudly(cli: Cli) -> None:
    ran = cli("drift", "record", "--site-id", str(EMPTY_SITE_ID), "-o", BASELINE)
    assert ran.err.splitlines() == [
        f"warning: site {EMPTY_SITE_ID} has no job that matches: an empty record is made",
        f"site {EMPTY_SITE_ID}: 0 jobs recorded in {BASELINE}",
    ]
    assert json.loads(cli.read(BASELINE))["jobs"] == {}
    assert cli.check().out == f"site {EMPTY_SITE_ID}: no drift in 0 scheduled preload jobs\n"


def test_an_id_that_matches_no_job_is_not_recorded(cli: Cli) -> None:
    absent = "0" * 24
    ran = cli("drift", "record", "--site-id", SITE, "--id", absent, "-o", BASELINE)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == f"error: --id: no job of site {SITE} has the id {absent}; check it, or leave it out\n"
    assert not (cli.folder / BASELINE).exists()


def test_an_id_in_any_spelling_is_recorded(cli: Cli) -> None:
    job = next(iter(json.loads(cli.record())["jobs"]))
    for spelling in (job.upper(), f"{SITE}:{job}"):
        assert cli("drift", "record", "--site-id", SITE, "--id", spelling, "-o", BASELINE).code == 0
        assert list(json.loads(cli.read(BASELINE))["jobs"]) == [job]


def test_a_filter_that_no_job_can_have_is_named_and_the_empty_record_too(cli: Cli) -> None:
    ran = cli("drift", "record", "--site-id", SITE, "--insert-way", "textbox", "-o", BASELINE)
    assert ran.err.splitlines() == [
        "warning: --insert-way: no job has 'textbox', and the service is not known to; known are oss, textBox",
        f"warning: site {SITE} has no job that matches: an empty record is made",
        f"site {SITE}: 0 jobs recorded in {BASELINE}",
    ]


def test_an_api_that_fails_leaves_the_file_as_it_was(cli: Cli) -> None:
    before = cli.record()
    cli.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied"))
    ran = cli("drift", "record", "--site-id", SITE, "-o", BASELINE)
    assert ran.code == 1
    assert cli.read(BASELINE) == before
    assert [path.name for path in cli.folder.iterdir()] == [BASELINE]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file that is there already, alone in its folder."""
    found = tmp_path / "alone" / "b.json"
    found.parent.mkdir()
    found.write_text("old content that is longer")
    return found


def failing(number: int, before: Callable[[], object] = lambda: None) -> Callable[..., None]:
    """A call of the system that fails with this error."""

    def fail(*_: object) -> None:
        before()
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_a_write_that_fails_half_way_leaves_the_old_file_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    old, seen = file.read_text(), []
    monkeypatch.setattr(f"os.{fails}", failing(errno.ENOSPC, lambda: seen.append(file.read_text())))
    with pytest.raises(OSError, match="No space left") as caught:
        write_file(str(file), "new")
    assert caught.value.filename == str(file)
    assert (seen, file.read_text()) == ([old], old)
    assert os.listdir(file.parent) == ["b.json"]


def test_a_file_that_a_container_mounts_is_written_into(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = file.stat().st_ino
    monkeypatch.setattr("os.replace", failing(errno.EBUSY))
    write_file(str(file), "new")
    assert (file.read_text(), file.stat().st_ino) == ("new", node)
    assert os.listdir(file.parent) == ["b.json"]


def test_a_symlink_stays_one_and_the_mode_is_kept(cli: Cli) -> None:
    real = cli.folder / "elsewhere" / "real.json"
    real.parent.mkdir()
    real.write_text("old")
    real.chmod(0o640)
    (cli.folder / BASELINE).symlink_to(real)
    cli.record()
    assert (cli.folder / BASELINE).is_symlink()
    assert json.loads(real.read_text())["siteId"] == SITE
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert os.listdir(real.parent) == ["real.json"]


def test_a_new_file_has_the_mode_that_the_umask_gives(cli: Cli) -> None:
    before = os.umask(0o027)
    try:
        cli.record()
    finally:
        os.umask(before)
    assert stat.S_IMODE((cli.folder / BASELINE).stat().st_mode) == 0o640


def test_a_pipe_or_a_device_is_written_into_and_stays(cli: Cli) -> None:
    fifo = cli.folder / BASELINE
    os.mkfifo(fifo)
    read: list[str] = []
    # A daemon: of a pipe that nobody opens at the other end it would never come back.
    reader = threading.Thread(target=lambda: read.append(fifo.read_text()), daemon=True)
    reader.start()
    ran = cli("drift", "record", "--site-id", SITE, "-o", BASELINE)
    reader.join(10)
    assert not reader.is_alive()
    assert ran.code == 0
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert json.loads(read[0])["siteId"] == SITE


@pytest.mark.parametrize("path", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"])
def test_stdout_under_another_name_is_stdout(cli: Cli, path: str) -> None:
    (cli.folder / "link").symlink_to("/dev/stdout")
    text = cli.record()
    assert cli("drift", "record", "--site-id", SITE, "-o", path).out == text
    assert sorted(os.listdir(cli.folder)) == ["baseline.json", "link"]


def test_what_a_shell_s_redirection_appends_to_is_appended_to(cli: Cli) -> None:
    text = cli.record()
    script = f"echo before; {COMMAND} drift record --site-id {SITE} -o $0; echo after"
    for path in ("/dev/stdout", "/dev/stderr"):
        with open(cli.folder / "log", "wb") as log:
            shell = ["sh", "-c", script, path]
            subprocess.run(shell, env=cli.environment(), cwd=cli.folder, stdout=log, stderr=log, check=True)
        lines = cli.read("log").replace(f"site {SITE}: 45 jobs recorded in {path}\n", "")
        assert lines == f"before\n{text}after\n"


def test_a_shell_s_process_substitution_is_written_into(cli: Cli) -> None:
    text = cli.record()
    record = f"{COMMAND} drift record --site-id {SITE} -o >(cat > copied; echo > done)"
    script = f"{record}; until [ -e done ]; do sleep 0.1; done"
    subprocess.run(["bash", "-c", script], env=cli.environment(), cwd=cli.folder, check=True, timeout=60)
    assert cli.read("copied") == text


def test_a_second_name_of_a_file_sees_the_new_content(file: Path) -> None:
    other = file.with_name("other")
    os.link(file, other)
    write_file(str(file), "new")
    assert (other.read_text(), file.stat().st_nlink) == ("new", 2)
    assert sorted(os.listdir(file.parent)) == ["b.json", "other"]


def test_the_owner_is_kept(file: Path) -> None:
    if os.getuid() == 0:
        os.chown(file, 12345, 54321)
        file.chmod(0o664)
    owner = (file.stat().st_uid, file.stat().st_gid, file.stat().st_mode)
    write_file(str(file), "new")
    assert (file.read_text(), file.stat().st_uid, file.stat().st_gid, file.stat().st_mode) == ("new", *owner)


def test_a_file_of_somebody_else_is_changed_in_its_place(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node, real = file.stat().st_ino, os.stat

    def others(path: object, *rest: object, **named: object) -> os.stat_result:
        found = real(path, *rest, **named)  # type: ignore[call-overload]
        return os.stat_result((*found[:4], found.st_uid + 1, *found[5:])) if path == str(file) else found

    monkeypatch.setattr("os.stat", others)
    monkeypatch.setattr("os.chown", failing(errno.EPERM))
    write_file(str(file), "new")
    monkeypatch.undo()
    assert (file.read_text(), file.stat().st_ino) == ("new", node)
    assert os.listdir(file.parent) == ["b.json"]


def test_a_folder_in_which_nothing_can_be_made_may_hold_the_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.open", failing(errno.EACCES))
    write_file(str(file), "new")
    with pytest.raises(OSError, match="Permission denied"):
        write_file(str(file.with_name("none.json")), "new")
    monkeypatch.undo()
    assert file.read_text() == "new"


def test_a_name_as_long_as_names_can_be_is_written(cli: Cli) -> None:
    name = "b" * 250 + ".json"
    ran = cli("drift", "record", "--site-id", SITE, "-o", name)
    assert (ran.code, os.listdir(cli.folder)) == (0, [name])
    assert cli("drift", "record", "--again", "-o", name).code == 0
    ran = cli("drift", "record", "--site-id", SITE, "-o", "b" * 256)
    assert (ran.code, ran.err) == (1, f"error: {'b' * 256}: File name too long\n")


def test_again_asks_what_the_file_asks(cli: Cli) -> None:
    cli.record("--name-regex", "^example", "--ignore-field", "urlCount", "--page-size", "5")
    cli.emulator.store.add(SITE_ID, Name="example 2")
    cli.emulator.store.add(SITE_ID, Name="other")
    assert cli.check().code == 7
    ran = cli("drift", "record", "--again", "-o", BASELINE)
    assert (ran.code, ran.err.splitlines()[:2]) == (
        0,
        [f"site {SITE}: 2 jobs recorded in {BASELINE}", "accepted: 1 new"],
    )
    assert ran.err.splitlines()[2].startswith("job example 2 (")
    document = json.loads(cli.read(BASELINE))
    assert document["query"] == {"nameRegex": "^example", "pageSize": 5}
    assert document["ignoreFields"] == ["urlCount"]
    assert cli.check().code == 0
    text = cli.record("--ignore-none")
    assert cli("drift", "record", "--again", "-o", BASELINE).code == 0
    assert cli.read(BASELINE) == text


@pytest.mark.parametrize(
    ("before", "after", "less"),
    [
        (["--executions"], [], "executions"),
        (
            ["--executions", "--ignore-none"],
            ["--executions"],
            "errorInfo, executionCount, failedFileOss, taskSubmitted",
        ),
        (["--ignore-none"], ["--ignore-field", "name", "--ignore-field", "urlCount"], "name, urlCount"),
    ],
)
def test_a_record_that_would_cover_less_than_the_file_is_refused(
    cli: Cli, before: list[str], after: list[str], less: str
) -> None:
    text = cli.record(*before)
    requests = len(cli.emulator.requests)
    record = ("drift", "record", "--site-id", SITE, "-o", BASELINE, *after)
    ran = cli(*record)
    assert ran.code == 1
    assert ran.err.startswith(f"error: --output: {BASELINE} also covers {less}")
    assert ran.err.endswith("; keep that with --again, or give --force to cover less\n")
    assert (cli.read(BASELINE), len(cli.emulator.requests)) == (text, requests)
    assert cli(*record, "--force").code == 0
    assert cli.read(BASELINE) != text


def test_a_filter_that_the_file_did_not_have_is_warned_of(cli: Cli) -> None:
    cli.record()
    ran = cli("drift", "record", "--site-id", SITE, "--name-regex", "^example", "-o", BASELINE)
    assert (ran.code, ran.err.splitlines()[0]) == (
        0,
        f"warning: --name-regex: may leave out jobs that {BASELINE} covered before",
    )
    again = cli("drift", "record", "--site-id", SITE, "--name-regex", "^nightly", "--page-size", "9", "-o", BASELINE)
    assert (again.code, again.err) == (0, f"site {SITE}: 4 jobs recorded in {BASELINE}\n")


def test_a_record_that_covers_as_much_or_another_window_is_made(cli: Cli) -> None:
    cli.record("--name-regex", "^example", "--start-time", "2024-05-01T00:00:00Z")
    cli.record("--name-regex", "^nightly-", "--start-time", "2024-06-01T00:00:00Z", "--page-size", "5")
    cli.record("--executions")
    cli.record("--executions", "--ignore-none")


@pytest.mark.parametrize("option", [["--site-id", SITE], ["--no-error"], ["--ignore-none"], ["--ignore-field", "name"]])
def test_again_takes_no_other_question(cli: Cli, option: list[str]) -> None:
    cli.record()
    ran = cli("drift", "record", "--again", "-o", BASELINE, *option)
    assert ran.code == 1
    assert ran.err.startswith(f"error: --again: takes everything from {BASELINE}; leave out --")


def test_again_needs_a_baseline(cli: Cli) -> None:
    ran = cli("drift", "record", "--again", "-o", BASELINE)
    assert (ran.code, ran.err) == (1, f"error: {BASELINE}: no such file; `alicloud-esa drift record` makes it\n")


def test_what_a_newer_version_wrote_is_not_overwritten(cli: Cli) -> None:
    newer = cli.record().replace('"version": 1', '"version": 3')
    cli.write(BASELINE, newer)
    ran = cli("drift", "record", "--site-id", SITE, "-o", BASELINE)
    assert ran.code == 1
    assert ran.err.startswith(f"error: {BASELINE}: a baseline of version 3, which alicloud-esa ")
    assert cli.read(BASELINE) == newer


def test_names_in_any_script_are_readable_and_hidden_characters_are_not_hidden(cli: Cli) -> None:
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Name="预取 \x1b[31m \u202e \x7f \u2028 end")
    text = cli.record()
    assert line_of(text, '"name": "预取 \\u001b[31m \\u202e \\u007f \\u2028 end",')
    assert cli.check().code == 0
