"""On a terminal: progress while pages are read, and colours; neither where nobody wants them."""

from __future__ import annotations

import re

import pytest
from pulumi_resource_alicloud_esa.cli.progress import progress
from rich.cells import cell_len

from emulator import EXAMPLE_JOB_ID, SITE_ID, Glitch
from emulator.raw import RawAnswer
from tests.support.command import BASELINE, SITE, Cli
from tests.support.terminal import ESCAPE, on_terminal

COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def cli(cli: Cli) -> Cli:
    """The command on a machine that is never so busy that a run of a moment takes the second after which it says so."""
    cli.patches = {"pulumi_resource_alicloud_esa.cli.progress._SILENT_SECONDS": 60}
    return cli


def test_progress_while_many_pages_are_read_and_none_is_left(cli: Cli) -> None:
    cli.emulator.delay = 0.2
    code, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE, "--page-size", "2", "--max-concurrency", "2")
    assert code == 0
    assert f"site {SITE}" in sent
    counts = {int(done) for done in re.findall(r"(\d+)/45", ESCAPE.sub("", sent))}
    assert len(counts) > 3
    assert "\x1b[?25l" in sent  # the cursor is hidden
    assert sent.rindex("\x1b[?25h") > sent.rindex("\x1b[?25l")  # and shown again
    assert "\x1b[2K" in sent[sent.rindex("\x1b[?25h") - 20 :]  # and the line of the bar is erased


def test_a_report_after_the_end_starts_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_resource_alicloud_esa.cli.progress._can_show", lambda: True)
    with progress("site 1") as display:
        pass
    # A thread that was not waited for.
    display.report(1, 45)
    display.waiting("busy, again in 3 s")
    assert display._bar is None


def test_the_first_page_is_waited_for_visibly(cli: Cli) -> None:
    cli.patches.clear()
    cli.emulator.glitches.add(Glitch(delay=2.5, times=1))
    _, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE)
    assert f"site {SITE}" in sent[: sent.index("waiting for the first page")]
    assert "waiting" not in sent[sent.rindex("\x1b[?25h") :]


def test_a_pause_before_the_next_attempt_says_why_and_how_long(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(code="TooManyRequests", times=1, retry_after=2))
    code, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE)
    assert code == 0
    assert re.search(r"TooManyRequests, again in [\d.]+ s", ESCAPE.sub("", sent))


def test_a_pause_after_an_answer_that_cannot_be_read_says_so(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(raw=RawAnswer(status=503, body=b"<html>", headers={"Retry-After": "2"}), times=1))
    code, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE)
    assert code == 0
    assert "HTTP 503 with 6 bytes of application/json that is not JSON, again in 2.0 s" in ESCAPE.sub("", sent)


def test_an_answer_that_comes_at_once_shows_nothing_of_waiting(cli: Cli) -> None:
    _, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE)
    assert "waiting" not in sent
    assert "\x1b[?25l" not in sent


def test_no_progress_for_one_page(cli: Cli) -> None:
    cli.emulator.delay = 0.3
    _, sent = on_terminal(cli, "drift", "record", "--site-id", SITE, "-o", BASELINE)
    assert ESCAPE.sub("", sent) == f"site {SITE}: 45 jobs recorded in {BASELINE}\r\n"


def test_a_terminal_that_can_do_nothing_gets_plain_text(cli: Cli) -> None:
    cli.emulator.delay = 0.1
    cli.recorded()
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    for arguments in (
        ["jobs", "list", "--site-id", SITE, "--page-size", "5"],
        ["drift", "check", "--baseline", BASELINE],
    ):
        _, sent = on_terminal(cli, *arguments, TERM="dumb")
        assert "\x1b" not in sent


@pytest.mark.parametrize(("happens", "colour"), [(False, "\x1b[32m"), (True, "\x1b[31m")])
def test_the_verdict_has_a_colour_and_no_color_is_respected(cli: Cli, happens: bool, colour: str) -> None:
    cli.recorded()
    if happens:
        cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    code, sent = on_terminal(cli, "drift", "check", "--baseline", BASELINE)
    assert code == (7 if happens else 0)
    assert sent.startswith(f"{colour}site {SITE}: ")
    _, plain = on_terminal(cli, "drift", "check", "--baseline", BASELINE, NO_COLOR="1")
    assert plain == COLOUR.sub("", sent)


@pytest.mark.parametrize(("options", "env"), [([], {"NO_COLOR": "1"}), (["--no-color"], {})])
def test_no_color_keeps_the_progress_but_has_no_colour(cli: Cli, options: list[str], env: dict[str, str]) -> None:
    cli.emulator.delay = 0.2
    _, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE, "--page-size", "5", *options, **env)
    assert "/45" in sent
    assert not re.search(r"\x1b\[[0-9;]*(3|4|9)[0-7]m", sent)


def test_errors_are_marked(cli: Cli) -> None:
    code, sent = on_terminal(cli, "jobs", "list")
    assert code == 1
    assert sent.startswith("\x1b[31merror: \x1b[0m--site-id: missing")


COLUMNS = {
    60: ["ID", "NAME", "CREATED"],
    80: ["ID", "NAME", "CREATED", "ERROR"],
    120: ["ID", "NAME", "TYPE", "DOMAINS", "URLS", "RUNS", "CREATED", "ERROR"],
    200: ["ID", "NAME", "TYPE", "WAY", "DOMAINS", "URLS", "RUNS", "CREATED", "ERROR"],
}


@pytest.mark.parametrize("width", COLUMNS)
@pytest.mark.parametrize("count", [0, 1, 45, 2000])
def test_the_table_fits_and_folds_nothing(cli: Cli, width: int, count: int) -> None:
    cli.emulator.store.generate(SITE_ID, count)
    if count:
        last = cli.emulator.store.jobs(SITE_ID)[-1].id
        errors = "invalid domain:old.example.com " * 20
        cli.emulator.store.change(SITE_ID, last, Name="预取任务" * 40, ErrorInfo=errors, Domains="a.example.com," * 9)
    code, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE, "--page-size", "2000", width=width)
    *lines, note = ESCAPE.sub("", sent).splitlines()
    assert (code, len(lines)) == (0, count + 1)
    assert all(cell_len(line) <= width for line in lines)
    if count:
        # A table without rows may leave out any column.
        assert lines[0].split() == COLUMNS[width]
        for job, line in zip(cli.emulator.store.jobs(SITE_ID), lines[1:], strict=True):
            assert job.id in line
            assert str(job.fields["CreatedAt"]) in line
        assert "预取任务" in lines[-1]
        assert "…" in lines[-1]
    assert note.startswith(f"site {SITE}: {count} of {count} job")
    assert ("left out, --wide shows all" in note) == (count > 0 and width < 200)


def test_wide_shows_all(cli: Cli) -> None:
    name = "a-very-long-name-" * 20
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Name=name)
    _, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE, "--wide", width=60)
    lines = ESCAPE.sub("", sent).splitlines()
    assert lines[0].split() == COLUMNS[200]
    assert any(name in line for line in lines)
    assert "left out" not in lines[-1]


def test_numbers_stand_under_each_other(cli: Cli) -> None:
    _, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE, width=200)
    heading, *lines = ESCAPE.sub("", sent).splitlines()[:-1]
    end = heading.index("RUNS") + 4
    runs = {job.id: job.fields["ExecutionCount"] for job in cli.emulator.store.jobs(SITE_ID)}
    for line in lines:
        assert line[end - 4 : end].strip() == str(runs[line[:24]])
        assert line[end - 1] != " "


def test_names_are_no_markup_and_send_nothing_to_the_terminal(cli: Cli) -> None:
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Name="[red]x[/red]\x1b]0;title\x07")
    _, sent = on_terminal(cli, "jobs", "list", "--site-id", SITE, "--id", EXAMPLE_JOB_ID, width=200)
    assert COLOUR.search(sent)
    assert "\x1b]" not in sent
    assert r"[red]x[/red]\x1b]0;title\x07" in sent


@pytest.mark.parametrize("options", [["--no-color"], []])
def test_colours_can_be_forced_and_forbidden(cli: Cli, options: list[str]) -> None:
    for env in ({"FORCE_COLOR": "1"}, {"FORCE_COLOR": "1", "NO_COLOR": "1"}):
        ran = cli("jobs", "list", "--site-id", SITE, *options, env=env)
        assert ("\x1b[" in ran.out) == (not options and "NO_COLOR" not in env)


def test_a_report_on_a_terminal_s_stdout_is_the_report_alone(cli: Cli) -> None:
    cli.recorded()
    _, sent = on_terminal(cli, "drift", "check", "--baseline", BASELINE, "--format", "sarif")
    assert sent.startswith("{")
    assert "\x1b" not in sent
