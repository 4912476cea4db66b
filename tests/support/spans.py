"""The spans that the engine and the plugin write of a preview."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tests.support.engine import SITE_ID, Engine

PROGRAM = f"""
name: traced
runtime: yaml
variables:
  jobs:
    fn::invoke:
      function: alicloud-esa:getScheduledPreloadJobs
      arguments: {{siteId: "{SITE_ID}", pageSize: 10}}
outputs:
  count: ${{jobs.totalCount}}
"""


@dataclass(frozen=True)
class Span:
    service: str
    name: str
    span_id: str
    parent_id: str
    trace_id: str
    attributes: dict[str, Any]
    failed: bool


def traced(engine: Engine) -> list[Span]:
    """The spans of a preview."""
    engine.write(PROGRAM)
    engine.stack()
    file = engine.folder / "traces.json"
    result = engine.run("preview", "--otel-traces", f"file://{file}")
    assert result.code == 0, result.text
    spans = []
    for line in file.read_text().splitlines():
        for resource in json.loads(line)["resourceSpans"]:
            service = values(resource["resource"])["service.name"]
            found = [span for scope in resource["scopeSpans"] for span in scope["spans"]]
            spans += [make(service, span) for span in found]
    return spans


def make(service: str, span: dict[str, Any]) -> Span:
    failed = span.get("status", {}).get("code") in (2, "STATUS_CODE_ERROR")
    parent = span.get("parentSpanId", "")
    return Span(service, span["name"], span["spanId"], parent, span["traceId"], values(span), failed)


def values(holder: dict[str, Any]) -> dict[str, Any]:
    return {item["key"]: next(iter(item["value"].values())) for item in holder.get("attributes", [])}
