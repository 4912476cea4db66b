"""A fault of tracing never fails the call that is traced."""

from __future__ import annotations

import pytest
from pulumi_resource_alicloud_esa.engine.tracing import ENDPOINT, tracing_from

from tests.support.running import LIST


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "none"),
        ("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "-1"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/nonexistent"),
    ],
)
def test_a_setting_that_the_library_refuses_fails_no_call(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    tracing = tracing_from({ENDPOINT: "127.0.0.1:9"})
    with (
        tracing.call(f"invoke {LIST}", (("traceparent", "nonsense"), ("baggage", b"x"))),
        tracing.span("page", {"a": 1}),
    ):
        reached = True
    tracing.flush()
    assert reached


def test_an_address_that_is_none_fails_no_call() -> None:
    tracing = tracing_from({ENDPOINT: "http://[::1"})
    with tracing.call(f"invoke {LIST}", ()):
        reached = True
    tracing.flush()
    assert reached
