"""`pulumi preview --otel-traces`: the provider's calls, pages and attempts hang under the engine's own spans."""

from __future__ import annotations

import subprocess

import pytest

from emulator import Emulator, Glitch
from tests.support.engine import PLUGIN, Engine
from tests.support.spans import PROGRAM, traced

pytestmark = pytest.mark.usefixtures("measured")


def test_invoke_page_and_attempt_are_children_of_the_engines_span(engine: Engine, emulator: Emulator) -> None:
    emulator.glitches.add(Glitch(code="ServiceUnavailable", times=1))
    spans = traced(engine)
    by_id = {span.span_id: span for span in spans}
    ours = [span for span in spans if span.service == "pulumi-resource-alicloud-esa"]
    (call,) = [span for span in ours if span.name.startswith("invoke ")]
    pages = [span for span in ours if span.name == "page"]
    attempts = [span for span in ours if span.name == "attempt"]
    assert call.name == "invoke alicloud-esa:index:getScheduledPreloadJobs"
    assert "Invoke" in by_id[call.parent_id].name
    assert len(pages) == 5
    assert {span.parent_id for span in pages} == {call.span_id}
    assert len(attempts) == 6
    assert {span.parent_id for span in attempts} == {span.span_id for span in pages}
    assert {span.trace_id for span in ours} == {by_id[call.parent_id].trace_id}
    (failed,) = [span for span in ours if span.failed]
    assert failed.name == "attempt"
    assert failed.attributes["error.type"] == "ServiceUnavailable"
    assert sorted(int(span.attributes["esa.page"]) for span in pages) == [1, 2, 3, 4, 5]


def test_the_engines_messages_still_arrive(engine: Engine, emulator: Emulator) -> None:
    # Traced, the engine passes its collector's address before its own.
    engine.write(PROGRAM)
    engine.stack()
    file = engine.folder / "traces.json"
    engine.run("config", "set", "alicloud-esa:profile", "unused")
    result = engine.run("preview", "--otel-traces", f"file://{file}")
    assert result.code == 0, result.text
    assert "profile is not used" in result.text


def test_no_secret_is_in_a_span(engine: Engine, emulator: Emulator) -> None:
    emulator.glitches.add(Glitch(code="ServiceUnavailable", times=1))
    traced(engine)
    text = (engine.folder / "traces.json").read_text()
    assert "testAccessKeySecret" not in text


def test_a_collector_that_is_away_disturbs_nothing(engine: Engine) -> None:
    engine.write(PROGRAM)
    engine.stack()
    result = engine.run("preview", PULUMI_OTEL_EXPORTER_OTLP_ENDPOINT="127.0.0.1:9")
    assert result.code == 0, result.text
    assert "127.0.0.1:9" not in result.text
    assert "Traceback" not in result.text


def test_without_the_address_no_exporter_is_imported() -> None:
    script = (
        "import sys; from pulumi_resource_alicloud_esa import process;"
        "from pulumi_resource_alicloud_esa.engine import tracing;"
        "made = tracing.tracing_from({});"
        "made.call('x', ()).__enter__(); made.span('x', {}).__enter__(); made.workers(1).submit(int).result();"
        "print([name for name in sys.modules if name.startswith('opentelemetry.exporter')], type(made).__name__)"
    )
    python = str(PLUGIN.with_name("python"))
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[] Tracing"
