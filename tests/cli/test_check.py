"""`alicloud-esa drift check`: the verdict, by exit code and in words, for everything that can happen to the jobs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from emulator import EXAMPLE_JOB_ID, SITE_ID, Emulator, Glitch, RawAnswer
from tests.support.command import BASELINE, SITE, Cli, line_of

ADDED = "preload, static.example.com, 1 URL, created 2024-08-01T00:00:59Z"
EXAMPLE = "preload, testurl.com, 2 URLs, created 2024-06-01T08:53:13Z"
ACCEPT = f"to accept this: alicloud-esa drift record --again -o {BASELINE}"


@dataclass
class Case:
    """What happens, and what the text says; a "" among the lines is left out."""

    happens: Callable[[Emulator], object]
    lines: list[str]


def counters(emulator: Emulator) -> None:
    for job in emulator.store.jobs(SITE_ID):
        emulator.store.change(
            SITE_ID, job.id, ExecutionCount=9, TaskSubmitted=9, UrlSubmitted=9, ErrorInfo="x", FailedFileOss="y"
        )


SAME = {
    "nothing": lambda emulator: None,
    "only counters": counters,
    "another order": lambda emulator: emulator.store.shuffle(SITE_ID, 3),
    "another order of domains": lambda emulator: [
        emulator.store.change(SITE_ID, job.id, Domains=", ".join(reversed(str(job.fields["Domains"]).split(","))))
        for job in emulator.store.jobs(SITE_ID)
    ],
    "numbers as text": lambda emulator: emulator.glitches.add(Glitch(numbers_as_text=True)),
    "smaller pages": lambda emulator: emulator.glitches.add(Glitch(clamp_page_size=7)),
    "a glitch that passes": lambda emulator: emulator.glitches.add(Glitch(code="ServiceUnavailable", times=1)),
}
DRIFT = {
    "change": Case(
        lambda emulator: emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Domains="evil.example.com", UrlCount=3),
        [
            f"site {SITE}: drift: 1 changed: example (domains, urlCount)",
            f"job example ({EXAMPLE_JOB_ID}): domains testurl.com => evil.example.com, urlCount 2 => 3",
        ],
    ),
    "rename": Case(
        lambda emulator: emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Name="renamed\x1b[31m"),
        [
            f"site {SITE}: drift: 1 changed: example (name)",
            f"job example ({EXAMPLE_JOB_ID}): name example => renamed\\x1b[31m",
        ],
    ),
    "value removed": Case(
        lambda emulator: emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, FileId=None),
        [
            f"site {SITE}: drift: 1 changed: example (fileId)",
            f"job example ({EXAMPLE_JOB_ID}): fileId 665d3b48621bccf3fe29e1a7 => nothing",
        ],
    ),
    "add": Case(
        lambda emulator: emulator.store.add(SITE_ID, Id="a" * 24, Name="added"),
        [f"site {SITE}: drift: 1 new: added", f"job added ({'a' * 24}) is new ({ADDED})"],
    ),
    "delete": Case(
        lambda emulator: emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID),
        [f"site {SITE}: drift: 1 gone: example", f"job example ({EXAMPLE_JOB_ID}) is gone ({EXAMPLE})"],
    ),
    "replaced by one of the same name": Case(
        lambda emulator: [
            emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID),
            emulator.store.add(SITE_ID, Id="a" * 24, Name="example"),
        ],
        [
            f"site {SITE}: drift: 1 gone: example; 1 new: example",
            f"job example ({EXAMPLE_JOB_ID}) is gone ({EXAMPLE})",
            f"job example ({'a' * 24}) is new ({ADDED})",
        ],
    ),
}
UNREADABLE = {
    "refused": (Glitch(code="InvalidUid.PermissionDenied"), "InvalidUid.PermissionDenied: "),
    "no JSON": (Glitch(raw=RawAnswer(body=b"<html>")), ""),
    "stalled": (Glitch(stall=True), "no complete answer within 1 seconds: raise --timeout-seconds"),
    "no count": (Glitch(total_count="missing"), "unexpected answer: TotalCount"),
    "a page missing": (Glitch(total_count="wrong"), ""),
}


@pytest.mark.parametrize("happens", SAME.values(), ids=SAME)
def test_what_is_no_drift_exits_with_0(cli: Cli, happens: Callable[[Emulator], object]) -> None:
    cli.recorded()
    happens(cli.emulator)
    ran = cli.check()
    assert (ran.code, ran.out, ran.err) == (0, f"site {SITE}: no drift in 45 scheduled preload jobs\n", "")
    assert cli.check("--detailed-exitcode").code == 0


@pytest.mark.parametrize("case", DRIFT.values(), ids=DRIFT)
def test_what_is_drift_exits_with_7(cli: Cli, case: Case) -> None:
    cli.recorded()
    case.happens(cli.emulator)
    ran = cli.check()
    assert (ran.code, ran.err) == (7, "")
    assert ran.out.splitlines() == [*case.lines, ACCEPT]
    assert cli.check("--detailed-exitcode").code == 2


@pytest.mark.parametrize(("glitch", "part"), UNREADABLE.values(), ids=UNREADABLE)
def test_jobs_that_cannot_be_read_exit_with_1(cli: Cli, glitch: Glitch, part: str) -> None:
    cli.recorded()
    cli.emulator.glitches.add(glitch)
    ran = cli.check("--timeout-seconds", "1")
    assert ran.code == 1
    assert ran.err.startswith(f"error: {part}")
    assert len(ran.err.splitlines()) == 1
    # The error is on stderr and is not repeated here.
    assert ran.out == f"site {SITE}: could not tell whether there is drift\n"
    assert cli.check("--timeout-seconds", "1", "--detailed-exitcode").code == 1


def test_the_service_out_of_reach_is_no_verdict(cli: Cli) -> None:
    cli.recorded()
    ran = cli.check("--endpoint", "http://127.0.0.1:1", "--timeout-seconds", "1")
    assert ran.code == 1
    assert "could not tell" in ran.out


def test_no_credentials_are_no_verdict(cli: Cli) -> None:
    cli.recorded()
    cli.extra = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
    ran = cli.check("--format", "json")
    assert ran.code == 1
    assert ran.json["verdict"] == "error"


def test_the_baseline_s_own_question_and_ignored_fields_are_used(cli: Cli) -> None:
    cli.record("--name-regex", "^example$", "--ignore-field", "domains")
    cli.emulator.store.add(SITE_ID, Name="other")
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Domains="other.example.com")
    assert cli.check().out == f"site {SITE}: no drift in 1 scheduled preload job\n"
    # Given fields take the place of the counters, which are compared then.
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, ExecutionCount=7)
    assert cli.check().out.splitlines()[1] == f"job example ({EXAMPLE_JOB_ID}): executionCount 1 => 7"


def test_recording_anew_accepts_the_drift(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    assert cli.check().code == 7
    cli.record()
    assert cli.check().code == 0


def test_a_line_edited_by_hand_in_the_baseline_is_drift(cli: Cli) -> None:
    text = cli.recorded()
    cli.write(BASELINE, text.replace('"domains": "testurl.com"', '"domains": "planned.example.com"'))
    ran = cli.check()
    assert ran.code == 7
    assert ran.out.splitlines()[1].endswith("domains planned.example.com => testurl.com")


def test_github_gets_annotations_on_the_baseline_s_lines(cli: Cli) -> None:
    text = cli.recorded()
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Domains="100%,evil\nx")
    ran = cli.check(env={"GITHUB_ACTIONS": "true"})
    place = f"file={BASELINE},line={line_of(text, 'testurl.com')},title=drift"
    assert ran.out.splitlines()[3:] == [
        f"::warning {place}::job example ({EXAMPLE_JOB_ID}): domains testurl.com => 100%25,evil,x"
    ]
    for job in cli.emulator.store.jobs(SITE_ID)[:20]:
        cli.emulator.store.delete(SITE_ID, job.id)
    lines = [line for line in cli.check(env={"GITHUB_ACTIONS": "true"}).out.splitlines() if line.startswith("::")]
    assert len(lines) == 11
    assert lines[-1].startswith("::notice title=drift::and 1")
    assert "::" not in cli.check().out


def test_files_only_leave_the_summary_on_stderr(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    ran = cli.check("--format", "text=out.txt", "--format", "json=out.json")
    assert (ran.code, ran.out) == (7, "")
    assert ran.err == f"site {SITE}: drift: 1 gone: example\n"
    assert cli.read("out.txt").splitlines()[0] + "\n" == ran.err


def test_a_report_that_cannot_be_written_is_an_error_and_the_others_are_written(cli: Cli) -> None:
    cli.recorded()
    ran = cli.check("--format", "json=/dev/full", "--format", "text=out.txt")
    assert ran.code == 1
    assert ran.err == "error: /dev/full: No space left on device\n"
    assert "no drift" in cli.read("out.txt")


def test_stdout_under_another_name_takes_one_report(cli: Cli) -> None:
    cli.recorded()
    assert cli.check("--format", "json=/dev/stdout").json["verdict"] == "clean"
    ran = cli.check("--format", "json=/dev/stdout", "--format", "text")
    assert (ran.code, ran.err) == (1, "error: --format: text: stdout is taken by json; give each report its own file\n")


def test_health_is_told_when_asked_for_and_is_no_drift(cli: Cli) -> None:
    cli.recorded()
    plain = cli.check()
    told = cli.check("--health", "--format", "text", "--format", "json=d.json", "--format", "markdown=d.md")
    assert plain.code == told.code == 0
    assert "health" not in plain.out
    first, *lines = told.out.splitlines()
    assert "; health: " in first
    found = json.loads(cli.read("d.json"))["health"]
    broken = [row for row in found if row["failed"] or row["stopped"]]
    assert broken
    # A line for each job, not a line for each run.
    assert len(lines) == min(len(broken), 20) + (len(broken) > 20) + 1
    assert lines[0].startswith(f"{broken[0]['name']}: ")
    assert "#### Health" in cli.read("d.md")
    assert broken[0]["name"] in cli.read("d.md")


def test_health_that_cannot_be_read_leaves_no_verdict(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.glitches.add(Glitch(code="Forbidden.RAM", action="ListScheduledPreloadExecutions"))
    ran = cli.check("--health")
    assert ran.code == 1
    assert "esa:ListScheduledPreloadExecutions" in ran.out + ran.err
