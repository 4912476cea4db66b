"""`alicloud-esa sites list`: the sites of the account, for people and for machines."""

from __future__ import annotations

import json

import pytest

from emulator import SITE_ID, Glitch
from tests.support.command import Cli

pytestmark = pytest.mark.usefixtures("sixty_more")


def test_the_json_is_the_function_s_answer(cli: Cli) -> None:
    ran = cli("sites", "list", "--json", "--page-size", "25")
    assert (ran.code, ran.err) == (0, "")
    assert list(ran.json) == ["requestId", "totalCount", "sites", "ids", "names"]
    assert ran.json["totalCount"] == len(ran.json["sites"]) == len(set(ran.json["ids"])) == 64
    assert {"example.com", "site-001.example.com", "site-060.example.com"} < set(ran.json["names"])
    assert "somebody-else.example" not in ran.out
    assert [request.params["PageSize"] for request in cli.emulator.requests] == ["25"] * 3


def test_a_pipe_gets_a_plain_table_of_all_sites(cli: Cli) -> None:
    ran = cli("sites", "list")
    heading, *lines = ran.out.splitlines()
    assert heading.split() == ["ID", "NAME", "STATUS", "ACCESS", "COVERAGE", "PLAN", "TAGS", "CREATED"]
    assert len(lines) == 64
    assert next(line.split() for line in lines if line.startswith(str(SITE_ID))) == (
        f"{SITE_ID} example.com active NS global standard env=prod,team=shop 2023-03-02T02:00:00Z".split()
    )
    assert ran.err == "64 of 64 sites\n"


@pytest.mark.parametrize(
    ("options", "note"),
    [
        (["--site-name", "example.com"], "1 of 1 site"),
        (["--site-name", "site-00", "--site-search-type", "prefix"], "9 of 9 sites"),
        (["--status", "offline"], "1 of 1 site"),
        (["--access-type", "CNAME"], "1 of 1 site"),
        (["--coverage", "domestic"], "0 of 0 sites"),
        (["--plan-subscribe-type", "enterpriseplan"], "1 of 1 site"),
        (["--only-enterprise"], "1 of 1 site"),
        (["--resource-group-id", "rg-none"], "0 of 0 sites"),
        (["--tag", "env=prod", "--tag", "team=shop", "--site-name", "example.com"], "1 of 1 site"),
        (["--tag", "team", "--site-name", "example.", "--site-search-type", "prefix"], "2 of 2 sites"),
        (["--name-regex", r"^site-0[0-2]"], "29 of 64 sites"),
    ],
)
def test_each_filter_of_the_function_is_an_option(cli: Cli, options: list[str], note: str) -> None:
    ran = cli("sites", "list", *options)
    assert (ran.code, ran.err) == (0, f"{note}\n")
    assert len(ran.out.splitlines()) == 1 + int(note.split()[0])


def test_a_misspelled_value_is_told_by_its_option(cli: Cli) -> None:
    ran = cli("sites", "list", "--status", "actve")
    assert ran.code == 0
    assert ran.err.startswith("warning: --status: no site has 'actve', and the service is not known to; known are")


def test_all_faults_at_once_and_nothing_is_sent(cli: Cli) -> None:
    wrong = ["--site-search-type", "prefix", "--tag", "=x", "--tag", "a=1", "--tag", "a=2", "--page-size", "501"]
    ran = cli("sites", "list", *wrong, "--name-regex", "(", "--format", "xml", "--timeout-seconds", "0")
    assert (ran.code, ran.out) == (1, "")
    options = [line.split(": ")[1] for line in ran.err.splitlines()]
    assert sorted(options) == sorted(
        ["--site-search-type", "--tag", "--tag", "--page-size", "--name-regex", "--format", "--timeout-seconds"]
    )
    assert cli.emulator.requests == []


def test_names_and_tags_cannot_write_to_the_terminal_or_break_a_row(cli: Cli) -> None:
    name, tags = "a\x1b[31m\nb\u202e", {"k\x9b": "v\n::add-mask::w"}
    cli.emulator.store.change_site(SITE_ID, SiteName=name, Tags=tags)
    ran = cli("sites", "list", env={"GITHUB_ACTIONS": "true"})
    assert r"a\x1b[31m\nb\u202e" in ran.out
    assert len(ran.out.splitlines()) == 65
    machine = cli("sites", "list", "--json")
    assert name in machine.json["names"]
    assert not {"\x1b", "\u202e", "\x9b"} & set(ran.out + machine.out)


def test_a_page_that_is_refused_is_an_error_and_never_a_part(cli: Cli) -> None:
    cli.emulator.glitches.add(Glitch(code="Forbidden.RAM", action="ListSites", page=2))
    ran = cli("sites", "list", "--page-size", "30")
    assert (ran.code, ran.out) == (1, "")
    assert "esa:ListSites" in ran.err
    assert json.dumps(ran.err).count("error: ") == 1
