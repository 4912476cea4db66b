"""A pipeline's own telemetry settings and proxies: neither comes between the plugin and the engine."""

from __future__ import annotations

import pytest

from benchmarks.plugin import Plugin
from emulator import Emulator
from tests.support.engine import SITE_ID, Engine
from tests.support.servers import RawServer, answer, http

PROGRAM = f"""
name: surroundings
runtime: yaml
resources:
  baseline:
    type: alicloud-esa:ScheduledPreloadJobsBaseline
    properties: {{siteId: "{SITE_ID}"}}
"""
TELEMETRY = {
    "OTEL_PROPAGATORS": "tracecontext,baggage,xray",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT": "none",
    "OTEL_BSP_SCHEDULE_DELAY": "often",
    "OTEL_TRACES_SAMPLER": "nonsense",
    "OTEL_EXPORTER_OTLP_COMPRESSION": "zstd",
    "OTEL_RESOURCE_ATTRIBUTES": "%%%",
    "OTEL_PYTHON_CONTEXT": "nonsense",
    "OTEL_PYTHON_TRACER_PROVIDER": "nonsense",
}
NAMES = ("https_proxy", "http_proxy", "grpc_proxy", "all_proxy")
PROXIES = (*NAMES, *map(str.upper, NAMES))


@pytest.mark.parametrize("traced", [False, True], ids=["not traced", "traced"])
@pytest.mark.parametrize("setting", [("OTEL_PROPAGATORS", "b3"), *TELEMETRY.items()], ids=lambda setting: setting[0])
def test_no_setting_of_a_pipelines_telemetry_reaches_the_plugin(
    emulator: Emulator, setting: tuple[str, str], traced: bool
) -> None:
    environment = {**emulator.environment(), setting[0]: setting[1]}
    if traced:
        environment |= {
            "PULUMI_OTEL_EXPORTER_OTLP_ENDPOINT": "127.0.0.1:9",
            "TRACEPARENT": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        }
    with Plugin(environment) as plugin:
        assert len(plugin.invoke(siteId=SITE_ID).fields["jobs"].list_value.values) == 45


@pytest.mark.parametrize("traced", [False, True], ids=["not traced", "traced"])
def test_a_preview_goes_well_whatever_a_pipelines_telemetry_is(engine: Engine, traced: bool) -> None:
    engine.write(PROGRAM)
    engine.stack()
    flags = ("--otel-traces", f"file://{engine.folder}/traces.json") if traced else ()
    result = engine.run("preview", *flags, **{**TELEMETRY, "OTEL_PROPAGATORS": "b3"})
    assert result.code == 0, result.text
    assert "Traceback" not in result.text


def test_the_channel_to_the_engine_goes_through_no_proxy(engine: Engine, emulator: Emulator) -> None:
    engine.write(PROGRAM)
    engine.stack()
    assert engine.run("up", "--yes", "--skip-preview").code == 0
    traces = engine.folder / "traces.json"
    job = emulator.store.jobs(int(SITE_ID))[0]
    emulator.store.delete(int(SITE_ID), job.id)
    with RawServer(answer(http(b"no", 403))) as proxy:
        proxies = dict.fromkeys(PROXIES, f"http://127.0.0.1:{proxy.port}")
        check = ("refresh", "--preview-only", "--expect-no-changes", "--diff")
        result = engine.run(*check, "--otel-traces", f"file://{traces}", **proxies, no_proxy="localhost")
        assert f"({job.id}) is gone" in result.text
        assert not proxy.accepted
    assert result.code == 7
    assert "pulumi-resource-alicloud-esa" in traces.read_text()
