"""A damaged, foreign or newer baseline: one clear line that says which file, where, and what is accepted."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_resource_alicloud_esa.cli.baseline import FORMAT, BaselineError
from pulumi_resource_alicloud_esa.cli.baseline_reader import parse_baseline
from pulumi_resource_alicloud_esa.cli.json_text import json_text, key_lines
from pulumi_resource_alicloud_esa.esa.printable import printable

from emulator import EXAMPLE_JOB_ID
from tests.support.command import BASELINE, COMMAND, SITE, Cli, line_of

JOB = {"domains": "a.com", "name": "n", "urlCount": 3}
ACCEPTED = "; `alicloud-esa drift record` writes what is accepted (version 1 to 2)"


def document(**changes: Any) -> dict[str, Any]:
    base = {"format": FORMAT, "version": 1, "siteId": "5", "query": {}, "ignoreFields": [], "jobs": {"j": dict(JOB)}}
    return {name: value for name, value in {**base, **changes}.items() if value is not ...}


def refused(text: str) -> str:
    with pytest.raises(BaselineError) as caught:
        parse_baseline("f.json", text.encode())
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_what_was_written_is_read_back() -> None:
    text = json_text(document())
    read = parse_baseline("f.json", text.encode())
    assert read.text() == text
    assert {key: record.plain() for key, record in read.jobs.items()} == {"j": JOB}
    assert parse_baseline("f.json", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()).text() == text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other"}, f'f.json: not a baseline, it has no "format": "{FORMAT}"'),
        ({"format": ...}, "f.json: not a baseline"),
        ({"version": "1"}, "f.json: line 3: version '1' is not accepted"),
        ({"version": 0}, "f.json: line 3: version 0 is not accepted"),
        ({"version": True}, "f.json: line 3: version true is not accepted"),
        ({"version": ...}, "f.json: version is missing"),
        ({"jobs": ...}, "f.json: jobs is missing"),
        ({"more": 1}, "f.json: line 14: 'more' is not known"),
        ({"__x": 1}, "f.json: line 14: '__x' is not known"),
        ({"jobs": {"j": {"__x": "x"}}}, "f.json: line 9: job j has a field '__x', which is not known"),
        ({"ignoreFields": ["__x"]}, "f.json: line 6: ignoreFields[0]: '__x' is not a field"),
        ({"siteId": "abc"}, "f.json: line 4: siteId: 'abc' is not a site id"),
        ({"query": []}, "f.json: line 5: query is a list where an object is expected"),
        ({"query": {"siteId": "6"}}, "f.json: line 6: 'siteId' does not belong in query"),
        ({"query": {"__x": 1}}, "f.json: line 6: '__x' does not belong in query"),
        ({"query": {"nameRegex": "("}}, "f.json: line 6: nameRegex: '(' does not compile"),
        ({"query": {"pageNumber": 1}}, "f.json: line 6: pageNumber: no such input"),
        ({"ignoreFields": None}, "f.json: line 6: ignoreFields is null where a list is expected"),
        ({"ignoreFields": ["naem"]}, "f.json: line 6: ignoreFields[0]: 'naem' is not a field"),
        ({"jobs": []}, "f.json: line 7: jobs is a list where an object is expected"),
        ({"jobs": {"j": 1}}, "f.json: line 8: jobs.j is 1 where an object is expected"),
        ({"jobs": {"j": {"naem": "x"}}}, "f.json: line 9: job j has a field 'naem', which is not known"),
        ({"jobs": {"j": {"urlCount": "3"}}}, "f.json: line 9: urlCount of job j is '3' where a whole number is"),
        ({"jobs": {"j": {"urlCount": True}}}, "f.json: line 9: urlCount of job j is true where a whole number is"),
        ({"jobs": {"j": {"name": 3}}}, "f.json: line 9: name of job j is 3 where a string is expected"),
        ({"ignoreFields": ["name"]}, "f.json: line 12: job j has name, which ignoreFields leaves out"),
    ],
)
def test_each_damage_is_named_with_its_line(change: dict[str, Any], message: str) -> None:
    found = refused(json_text(document(**change)))
    assert found.startswith(message)
    assert found.endswith(ACCEPTED)


def test_fields_of_executions_need_executions_among_the_fields() -> None:
    found = refused(json_text(document(version=2, fields=["executions.stopped", "name"], jobs={"j": {"name": "n"}})))
    reason = "fields[0]: executions.stopped is compared only where executions is among the fields too"
    assert found == f"f.json: line 12: {reason}{ACCEPTED}"


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda text: text[: len(text) // 2], "f.json: line 6, column 3: not JSON ("),
        (lambda text: "", "f.json: line 1, column 1: not JSON (Expecting value)"),
        (lambda text: "[]", "f.json: not a baseline"),
        (lambda text: "null", "f.json: not a baseline"),
        (lambda text: "<html>", "f.json: line 1, column 1: not JSON"),
        (lambda text: "[" * 100_000, "f.json: not JSON of a baseline"),
        (lambda text: '{"a": ' + "1" * 5000 + "}", "f.json: not JSON of a baseline"),
        (lambda text: text.replace('    "j"', '<<<<<<< ours\n    "j"'), "f.json: line 8, column 1: holds the marks"),
        (lambda text: text.replace('"urlCount": 3', '"name": "m"'), "f.json: 'name' is given twice"),
    ],
)
def test_a_text_that_is_no_baseline_is_refused(spoil: Callable[[str], str], message: str) -> None:
    found = refused(spoil(json_text(document())))
    assert found.startswith(message)
    assert found.endswith(ACCEPTED)


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(BaselineError, match=r"^f\.json: not UTF-8 text; "):
        parse_baseline("f.json", b"\xff\xfe{}")


def test_values_by_hand_are_compared_in_canonical_form() -> None:
    jobs = {"j": {"domains": "B.com, a.com", "createdAt": "2024-06-01T02:00:00+02:00", "name": " n "}}
    read = parse_baseline("f.json", json_text(document(jobs=jobs)).encode())
    assert read.jobs["j"].plain() == {"domains": "a.com,b.com", "createdAt": "2024-06-01T00:00:00Z", "name": " n "}


def test_the_command_refuses_and_does_not_ask_the_service(cli: Cli) -> None:
    text = cli.recorded()
    sent = len(cli.emulator.requests)
    for spoiled, part in (
        (text[:1000], "not JSON"),
        (text.replace('"version": 1', '"version": 3'), "a baseline of version 3, which alicloud-esa"),
        ("{}", "not a baseline"),
    ):
        cli.write(BASELINE, spoiled)
        ran = cli.check("--format", "json", "--detailed-exitcode")
        assert ran.code == 1
        assert ran.err.startswith(f"error: {BASELINE}: ")
        assert part in ran.err
        assert len(ran.err.splitlines()) == 1
        assert (ran.json["verdict"], ran.json["siteId"], ran.json["differences"]) == ("error", None, None)
    (cli.folder / BASELINE).unlink()
    ran = cli.check()
    assert ran.code == 1
    assert ran.err == f"error: {BASELINE}: no such file; `alicloud-esa drift record` makes it\n"
    assert len(cli.emulator.requests) == sent


def test_every_job_and_field_of_a_recorded_file_has_its_line(cli: Cli) -> None:
    text = cli.recorded()
    lines = key_lines(text)
    assert lines["jobs",] == line_of(text, '"jobs": {')
    assert lines["jobs", EXAMPLE_JOB_ID] == line_of(text, f'"{EXAMPLE_JOB_ID}": {{')
    assert text.splitlines()[lines["jobs", EXAMPLE_JOB_ID, "domains"] - 1].strip() == '"domains": "testurl.com",'
    assert lines["siteId",] == line_of(text, SITE)


# Few leaves: a hundred, which is the default, take most of the time to be made and show no more.
leaves = st.text() | st.integers() | st.booleans()
values = st.recursive(leaves, lambda inner: st.dictionaries(st.text(), inner), max_leaves=10)


@given(st.dictionaries(st.text(), values, min_size=1, max_size=5), st.sampled_from([None, 0, 1]))
def test_every_key_of_any_json_stands_on_its_line(value: dict[str, Any], indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    found = key_lines(text)

    def paths(inner: dict[str, Any], above: tuple[str, ...]) -> list[tuple[str, ...]]:
        own = [(*above, key) for key in inner]
        return own + [
            path for key in inner if isinstance(inner[key], dict) for path in paths(inner[key], (*above, key))
        ]

    assert set(found) == set(paths(value, ()))
    for path, line in found.items():
        assert json.dumps(path[-1], ensure_ascii=False) in text.split("\n")[line - 1]


@given(st.text(st.characters()))
def test_any_text_is_harmless_and_json_keeps_it(text: str) -> None:
    shown = printable(text)
    assert "\n" not in shown
    assert "\x1b" not in shown
    shown.encode()
    written = json_text({"a": text})
    assert json.loads(written) == {"a": text}
    assert json_text({"a": "\ud800"}).encode()


def test_a_baseline_that_can_be_read_once_only_is_checked(cli: Cli) -> None:
    cli.recorded()
    script = f"{COMMAND} drift check --baseline <(cat {BASELINE})"
    done = subprocess.run(
        ["bash", "-c", script], env=cli.environment(), cwd=cli.folder, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(f"site {SITE}: no drift in 45 ".encode())
