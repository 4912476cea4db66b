"""Output that a document shows is output that comes: each `text` block is made again here or named with its test."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from emulator import EXAMPLE_JOB_ID, Emulator, Glitch
from tests.support.blocks import block, blocks, lines
from tests.support.engine import EXAMPLE_SITE_ID, ROOT, SITE_ID, Engine
from tests.support.examples import outputs_section
from tests.support.shell import run
from tests.support.steps import change_by_hand

# Document, beginning of the block, what holds it. A README of an example is held by test_examples.py.
HELD = {
    ("README.md", "Outputs:"): "test_the_readmes_program_prints_this",
    ("docs/troubleshooting.md", "siteId: 'abc'"): "test_wrong_inputs_print_this",
    ("docs/troubleshooting.md", "InvalidUid.PermissionDenied"): "test_an_error_of_the_service_prints_this",
    ("docs/drift.md", "job added-by-hand"): "test_drift_of_the_resource_prints_this",
    ("docs/drift.md", "site 190007158391809"): "test_drift_of_the_function_prints_this",
    ("docs/drift.md", "site 190007158391808"): "test_drift_of_the_command_prints_this",
    ("docs/drift.md", "4 sites"): "test_all_sites_print_this_and_again_accepts_it",
    ("docs/doctor.md", "nothing is wrong"): "test_the_doctor_prints_this",
    ("docs/doctor.md", "wrong: keys"): "test_the_doctor_prints_this",
    ("docs/doctor.md", "wrong: ListScheduledPreloadExecutions"): "test_the_doctor_prints_this",
    ("docs/doctor.md", "wrong: clock"): "test_the_doctor_prints_this",
    ("docs/doctor.md", "wrong: ListSites"): "test_the_doctor_prints_this",
    ("CONTRIBUTING.md", "server.py ->"): "test_the_files_of_the_flow_exist",
}


def without_id(text: str) -> str:
    """The text without the request id, which is another one each time."""
    return re.sub(r"RequestId [0-9A-F-]+", "RequestId X", text)


def test_every_output_is_held_by_a_test() -> None:
    shown = {
        (str(found.document.relative_to(ROOT)), found.code.strip())
        for found in blocks("text")
        if found.document.parent.parent.name != "examples"
    }
    for document, text in shown:
        assert [key for key in HELD if key[0] == document and text.startswith(key[1])], f"{document}: {text[:60]}"
    assert len(shown) == len(HELD)
    assert set(HELD.values()) <= set(globals())


def test_the_readmes_program_prints_this(engine: Engine) -> None:
    engine.write(block("README.md", "yaml", "name: preload-jobs").code)
    engine.stack()
    result = engine.run("up", "--yes", "--skip-preview")
    assert lines(outputs_section(result.text)) == lines(
        block("README.md", "text", "Outputs:").code.replace(":  ", ": ")
    )


def test_wrong_inputs_print_this(engine: Engine) -> None:
    times = ("--start-time", "2024-06-02T00:00:00Z", "--end-time", "2024-06-01T00:00:00Z")
    result = engine.do("getScheduledPreloadJobs", "--site-id", "abc", "--page-size", "0", *times)
    assert result.code != 0
    for line in lines(block("docs/troubleshooting.md", "text", "siteId").code):
        assert line in result.text


def test_an_error_of_the_service_prints_this(engine: Engine, emulator: Emulator) -> None:
    emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", times=10))
    result = engine.do("getScheduledPreloadJobs", "--site-id", SITE_ID)
    wanted = block("docs/troubleshooting.md", "text", "InvalidUid").code.strip()
    assert without_id(wanted) in without_id(result.text)


def test_drift_of_the_resource_prints_this(engine: Engine, emulator: Emulator) -> None:
    engine.write(block("docs/drift.md", "yaml", "name: recorded").code)
    engine.stack()
    assert engine.run("up", "--yes", "--skip-preview").code == 0
    check = block("docs/drift.md", "sh", "pulumi refresh")
    assert run(engine, check).code == 0
    change_by_hand(emulator)
    result = run(engine, check)
    assert result.code == 7
    printed = lines(result.text)
    for line in lines(block("docs/drift.md", "text", "job added-by-hand").code):
        assert any(line in other for other in printed), f"{line!r} is not in\n{result.text}"


def test_drift_of_the_function_prints_this(engine: Engine, emulator: Emulator) -> None:
    engine.write(block("docs/drift.md", "yaml", "name: gate\n").code)
    engine.stack()
    emulator.store.add(int(EXAMPLE_SITE_ID), Name="added-by-hand")
    emulator.store.change(int(EXAMPLE_SITE_ID), EXAMPLE_JOB_ID, UrlCount=9)
    result = engine.run("preview")
    assert result.code == 1
    assert block("docs/drift.md", "text", "site 190007158391809").code.strip() in result.text


def test_drift_of_the_command_prints_this(engine: Engine, emulator: Emulator) -> None:
    assert engine.command("git", "init", "--quiet").code == 0
    shown = block("docs/drift.md", "sh", "alicloud-esa drift record --executions")
    before = run(engine, shown)
    assert before.code == 0, before.text
    change_by_hand(emulator)
    # The last line is the check.
    result = run(engine, replace(shown, code=shown.code.splitlines()[-1]))
    assert result.code == 7
    assert result.stdout.strip() == block("docs/drift.md", "text", "site 190007158391808").code.strip()


def test_all_sites_print_this_and_again_accepts_it(engine: Engine, emulator: Emulator) -> None:
    assert engine.command("git", "init", "--quiet").code == 0
    shown = block("docs/drift.md", "sh", "alicloud-esa drift record --all-sites")
    before = run(engine, shown)
    assert before.code == 0, before.text
    change_by_hand(emulator)
    check = replace(shown, code=shown.code.splitlines()[-1])
    result = run(engine, check)
    assert result.code == 7
    assert result.stdout.strip() == block("docs/drift.md", "text", "4 sites").code.strip()
    assert run(engine, block("docs/drift.md", "sh", "alicloud-esa drift record --again -o baselines")).code == 0
    assert run(engine, check).stdout.strip() == "4 sites: 4 as recorded"


def test_the_message_for_a_chat_is_this(engine: Engine, emulator: Emulator) -> None:
    posted: list[bytes] = []
    status = 200

    class Chat(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    assert engine.command("alicloud-esa", "drift", "record", "--site-id", SITE_ID, "-o", "preload-jobs.json").code == 0
    shown = block("docs/drift.md", "sh", "rm -f drift.json")
    with HTTPServer(("127.0.0.1", 0), Chat) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        engine.environment["CHAT_WEBHOOK"] = f"http://127.0.0.1:{server.server_port}/"
        for what, code in (("clean", 0), ("not sent", 7), ("drift", 7), ("known", 0), ("error", 1)):
            status = 500 if what == "not sent" else 200
            if what == "not sent":
                emulator.store.add(int(SITE_ID), Name='<!channel> "a" & b\n')
            if what == "error":
                emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied"))
            result = run(engine, shown)
            assert result.code == code, result.text
        server.shutdown()
    not_sent, drift, error = [json.loads(text)["text"] for text in posted]
    name = '&lt;!channel> "a" &amp; b\\n'
    assert drift == (
        f"site {SITE_ID}: drift: 1 new: {name}; findings since the earlier report: 1 new, 0 known, 0 resolved"
    )
    # What no chat took is new once more.
    assert not_sent == drift
    assert error.startswith(f"site {SITE_ID}: could not tell whether there is drift: ")
    assert json.loads((engine.folder / "drift-earlier.json").read_text())["since"] == {
        "new": 0,
        "known": 1,
        "resolved": 0,
    }


def of_the_moment(text: str) -> str:
    """The text without what is another one each time: how long it took, and the port of the emulator."""
    return re.sub(r"127\.0\.0\.1:\d\d+", "127.0.0.1:PORT", re.sub(r"\d+\.\d\d s", "N s", text)).strip()


@pytest.mark.parametrize(
    ("starts", "code"),
    [
        ("nothing is wrong", 0),
        ("wrong: keys", 1),
        ("wrong: ListScheduledPreloadExecutions", 1),
        ("wrong: clock", 1),
        ("wrong: ListSites", 1),
    ],
)
def test_the_doctor_prints_this(engine: Engine, emulator: Emulator, starts: str, code: int) -> None:
    environment = {}
    if starts == "wrong: keys":
        environment = {"ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""}
    elif starts == "wrong: clock":
        emulator.clock_offset = 3600
    elif starts == "wrong: ListSites":
        environment = {"ALIBABA_CLOUD_ENDPOINT_ESA": "http://127.0.0.1:1"}
    elif code:
        emulator.glitches.add(Glitch(code="NoPermission", action="ListScheduledPreloadExecutions"))
    result = engine.command("alicloud-esa", "doctor", **environment)
    assert (result.code, result.stderr) == (code, "")
    assert of_the_moment(result.stdout) == of_the_moment(block("docs/doctor.md", "text", starts).code)


def test_the_files_of_the_flow_exist() -> None:
    text = block("CONTRIBUTING.md", "text", "server.py ->").code
    for name in re.findall(r"[\w/]+\.py|\w+/(?=\s)", text):
        assert (ROOT / "provider" / "pulumi_resource_alicloud_esa" / name).exists(), name
