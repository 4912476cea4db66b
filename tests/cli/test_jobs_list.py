"""`alicloud-esa jobs list`: the function's answer for people and for machines."""

from __future__ import annotations

import pytest

from emulator import EMPTY_SITE_ID, EXAMPLE_JOB_ID, SITE_ID
from tests.support.command import SITE, Cli


def test_the_json_is_the_function_s_answer(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site-id", SITE, "--format", "json")
    answer = ran.json
    assert ran.code == 0
    assert ran.err == ""
    assert list(answer) == ["requestId", "totalCount", "jobs", "ids", "names"]
    expected = cli.emulator.store.jobs(SITE_ID)
    assert answer["totalCount"] == len(expected) == 45
    assert answer["ids"] == [job["id"] for job in answer["jobs"]] == [job.id for job in expected]
    assert answer["names"] == [job.fields["Name"] for job in expected]
    assert answer["requestId"]


def test_a_pipe_gets_a_plain_table_with_nothing_cut(cli: Cli) -> None:
    name, domains = "预取任务-" * 20, ",".join(f"host{number}.example.com" for number in range(30))
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Name=name, Domains=domains)
    ran = cli("jobs", "list", "--site-id", SITE)
    lines = ran.out.splitlines()
    assert len(lines) == 46
    assert lines[0].split() == ["ID", "NAME", "TYPE", "WAY", "DOMAINS", "URLS", "RUNS", "CREATED", "ERROR"]
    row = next(line for line in lines if line.startswith(EXAMPLE_JOB_ID))
    assert name in row
    assert domains in row
    assert "\x1b" not in ran.out + ran.err
    assert ran.err == f"site {SITE}: 45 of 45 jobs\n"


@pytest.mark.parametrize(
    ("options", "accepts"),
    [
        (["--id", EXAMPLE_JOB_ID.upper(), "--id", "0" * 24], lambda job: job["Id"] == EXAMPLE_JOB_ID),
        (["--name-regex", "^nightly-"], lambda job: job["Name"].startswith("nightly-")),
        (["--domain", "docs.example.org"], lambda job: "docs.example.org" in job["Domains"].split(",")),
        (["--task-type", "refresh"], lambda job: job["TaskType"] == "refresh"),
        (["--insert-way", "textBox"], lambda job: job["InsertWay"] == "textBox"),
        (["--has-error"], lambda job: job["ErrorInfo"] != ""),
        (["--no-error"], lambda job: job["ErrorInfo"] == ""),
        (["--start-time", "2024-06-01T00:00:00Z"], lambda job: job["CreatedAt"] >= "2024-06-01"),
        (["--end-time", "1717200000000"], lambda job: job["CreatedAt"] <= "2024-06-01T00:00:00Z"),
        (["--page-size", "7"], lambda job: True),
    ],
)
def test_each_filter_of_the_function_is_an_option(cli: Cli, options: list[str], accepts: object) -> None:
    assert callable(accepts)
    ids = cli("jobs", "list", "--site-id", SITE, "--format", "json", *options).json["ids"]
    wanted = [job.id for job in cli.emulator.store.jobs(SITE_ID) if accepts(job.fields)]
    assert ids == wanted
    assert wanted


def test_a_page_number_lists_that_page_alone(cli: Cli) -> None:
    options = ["--page-number", "2", "--page-size", "10"]
    ran = cli("jobs", "list", "--site-id", SITE, "--format", "json", *options)
    assert ran.json["ids"] == [job.id for job in cli.emulator.store.jobs(SITE_ID)[10:20]]
    assert len(cli.emulator.requests) == 1


def test_a_site_without_jobs_is_an_empty_table(cli: Cli) -> None:
    ran = cli("jobs", "list", "--site-id", str(EMPTY_SITE_ID))
    assert (ran.code, len(ran.out.splitlines())) == (0, 1)
    assert ran.err == f"site {EMPTY_SITE_ID}: 0 of 0 jobs\n"


def test_names_cannot_write_to_the_terminal_or_break_a_row(cli: Cli) -> None:
    name = "[bold]x[/bold]\x1b[31m\nsecond\u202e\x9b"
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Name=name)
    table = cli("jobs", "list", "--site-id", SITE, "--id", EXAMPLE_JOB_ID)
    assert r"[bold]x[/bold]\x1b[31m\nsecond\u202e\x9b" in table.out
    assert len(table.out.splitlines()) == 2
    machine = cli("jobs", "list", "--site-id", SITE, "--id", EXAMPLE_JOB_ID, "--format", "json")
    assert machine.json["names"] == [name]
    assert not {"\x1b", "\u202e", "\x9b"} & set(machine.out)


def test_one_huge_name_among_many_jobs_is_written_once(cli: Cli) -> None:
    cli.emulator.store.generate(SITE_ID, 200)
    last = cli.emulator.store.jobs(SITE_ID)[-1].id
    cli.emulator.store.change(SITE_ID, last, Name="x" * 1_000_000)
    ran = cli("jobs", "list", "--site-id", SITE, "--page-size", "500")
    assert "x" * 1_000_000 in ran.out
    assert len(ran.out) < 1_200_000


def test_json_has_its_usual_short_form(cli: Cli) -> None:
    for command in (["list", "--site-id", SITE], ["show", EXAMPLE_JOB_ID], ["runs", EXAMPLE_JOB_ID]):
        short, long = cli("jobs", *command, "--json").json, cli("jobs", *command, "--format", "json").json
        assert {**short, "requestId": ""} == {**long, "requestId": ""}


def test_a_date_alone_is_its_first_moment(cli: Cli) -> None:
    for option in ("--start-time", "--end-time"):
        ids = [
            cli("jobs", "list", "--site-id", SITE, "--json", option, moment).json["ids"]
            for moment in ("2024-06-01", "2024-06-01T00:00:00Z")
        ]
        assert ids[0] == ids[1]
        assert 0 < len(ids[0]) < 45
    assert "'2024-6-1' is not a time" in cli("jobs", "list", "--site-id", SITE, "--start-time", "2024-6-1").err


def test_show_prints_everything_of_one_job(cli: Cli) -> None:
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Name="a\x1b[31m")
    ran = cli("jobs", "show", EXAMPLE_JOB_ID)
    fields = dict(line.split(maxsplit=1) for line in ran.out.splitlines())
    assert (ran.code, ran.err) == (0, "")
    assert (fields["id"], fields["name"], fields["domains"]) == (EXAMPLE_JOB_ID, r"a\x1b[31m", "testurl.com")
    assert cli("jobs", "show", EXAMPLE_JOB_ID, "--json").json["job"]["id"] == EXAMPLE_JOB_ID
    assert cli("jobs", "show", f"{SITE}:{EXAMPLE_JOB_ID.upper()}").out == ran.out
    missing = cli("jobs", "show", "a" * 24)
    assert (missing.code, missing.out) == (1, "")
    assert missing.err.startswith("error: InvalidJob.NotFound: ")
    wrong = cli("jobs", "show", "abc", "--format", "xml")
    assert [line.split(": ")[1] for line in wrong.err.splitlines()] == ["--format", "ID"]


def test_runs_lists_the_executions_of_one_job(cli: Cli) -> None:
    answer = cli("jobs", "runs", EXAMPLE_JOB_ID, "--json").json
    ran = cli("jobs", "runs", EXAMPLE_JOB_ID)
    heading, *lines = ran.out.splitlines()
    assert heading.split() == ["ID", "STATUS", "START", "END", "INTERVAL", "SLICE"]
    assert [line.split()[:3] for line in lines] == [
        [run["id"], run["status"], run["startTime"]] for run in answer["executions"]
    ]
    assert ran.err == f"job {EXAMPLE_JOB_ID}: 1 execution\n"


def test_github_s_runner_takes_no_commands_from_names(cli: Cli) -> None:
    cli.emulator.store.change(SITE_ID, EXAMPLE_JOB_ID, Name="##[add-mask]a")
    ran = cli("jobs", "list", "--site-id", SITE, env={"GITHUB_ACTIONS": "true"})
    assert "##[" not in ran.out
    assert "add-mask" in ran.out
