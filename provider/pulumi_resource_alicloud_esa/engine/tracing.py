"""OpenTelemetry spans for a call, its pages and their attempts, when the engine collects them.

`pulumi ... --otel-traces` gives the plugin the address of the engine's collector, and each request the span that it is
a part of. Without the address nothing is imported and nothing is done.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, ParamSpec, TypeVar

from ..esa.span import SpanHook, no_span
from ..schema import VERSION
from .log import NO_PROXY
from .secrets import without_secrets

P = ParamSpec("P")
T = TypeVar("T")
ENDPOINT = "PULUMI_OTEL_EXPORTER_OTLP_ENDPOINT"
_EVERY_MILLISECONDS = 200
_FLUSH_MILLISECONDS = 1000


class Tracing:
    """No tracing: the methods do nothing. The subclass below does the tracing."""

    span: SpanHook = staticmethod(no_span)

    def call(self, name: str, metadata: Any, about: Mapping[str, Any] = {}) -> AbstractContextManager[object]:
        """A span around one request of the engine, a child of the engine's own span in `metadata`.

        The text of an error in it is without the secrets of `about`.
        """
        return nullcontext()

    def workers(self, count: int) -> ThreadPoolExecutor:
        """Threads that read pages."""
        return ThreadPoolExecutor(count, thread_name_prefix="page")

    def flush(self) -> None:
        """Send what was not sent yet."""


class _EngineTracing(Tracing):
    def __init__(self, endpoint: str) -> None:
        self._endpoint = endpoint
        self._lock = threading.Lock()
        self._provider: Any = None
        self.span = self._open

    def call(self, name: str, metadata: Any, about: Mapping[str, Any] = {}) -> AbstractContextManager[object]:
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        carrier = {key: value for key, value in metadata or () if isinstance(value, str)}
        return self._open(name, {}, TraceContextTextMapPropagator().extract(carrier), about)

    def workers(self, count: int) -> ThreadPoolExecutor:
        return _ContextThreads(count, thread_name_prefix="page")

    def flush(self) -> None:
        # There is nothing to flush where there was no call, or no provider that took its settings.
        if hasattr(self._provider, "force_flush"):
            self._provider.force_flush(_FLUSH_MILLISECONDS)

    @contextmanager
    def _open(
        self, name: str, attributes: Mapping[str, str | int], parent: Any = None, about: Mapping[str, Any] = {}
    ) -> Iterator[None]:
        from opentelemetry.trace import Status, StatusCode

        tracer = self._tracer()
        with tracer.start_as_current_span(
            name,
            context=parent,
            attributes=dict(attributes),
            # An exception event would carry Python's frames; the message says all.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_status(Status(StatusCode.ERROR, without_secrets(str(error), about)))
                span.set_attribute("error.type", str(getattr(error, "code", "")) or type(error).__name__)
                raise

    def _tracer(self) -> Any:
        with self._lock:
            if self._provider is None:
                try:
                    self._provider = _make_provider(self._endpoint)
                except Exception:
                    # Spans are a help; a setting that the library does not take must not fail the call.
                    from opentelemetry.trace import NoOpTracerProvider

                    self._provider = NoOpTracerProvider()
        return self._provider.get_tracer("alicloud-esa", VERSION)


class _ContextThreads(ThreadPoolExecutor):
    """Threads in which the submitter's span is the current one."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        context = contextvars.copy_context()
        return super().submit(lambda: context.run(fn, *args, **kwargs))


def _make_provider(endpoint: str) -> Any:
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # A user of the provider cannot do anything about a collector that has gone: nothing is logged.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: "pulumi-resource-alicloud-esa"}))
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=True, timeout=2, channel_options=NO_PROXY)
    # Soon, not in seconds: the engine stops its plugins, and its collector, as soon as it is done.
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=_EVERY_MILLISECONDS))
    return provider


def tracing_from(environment: Mapping[str, str]) -> Tracing:
    """What the engine asks for."""
    endpoint = environment.get(ENDPOINT)
    return _EngineTracing(endpoint) if endpoint else Tracing()
