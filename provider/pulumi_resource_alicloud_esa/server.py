"""gRPC for the engine: values in and out, blocking work in threads, every error as one clean status.

The SDK's servicer puts Python frames on the user's screen when a handler raises, reports a changed provider
configuration as unchanged, and marshals large results slowly; so all methods that this provider serves are here.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn, TypeVar

import grpc
import pulumi.runtime.proto.plugin_pb2 as plugin_proto
import pulumi.runtime.proto.provider_pb2 as proto
import pulumi.runtime.proto.provider_pb2_grpc as service
from google.protobuf import empty_pb2

from .engine.property_path import split
from .engine.tracing import Tracing
from .engine.values import to_plain
from .engine.wire import invoke_response, to_struct
from .esa.errors import Cancelled, CredentialsError, DeadlineExceeded, EsaError, Fault, InvalidInput
from .provider import EsaProvider
from .schema import VERSION, schema_text

T = TypeVar("T")
MAX_CALLS = 32
_GRACE_SECONDS = 0.5

_STATUS: tuple[tuple[type[EsaError], grpc.StatusCode], ...] = (
    (InvalidInput, grpc.StatusCode.INVALID_ARGUMENT),
    (CredentialsError, grpc.StatusCode.UNAUTHENTICATED),
    (Cancelled, grpc.StatusCode.CANCELLED),
    (DeadlineExceeded, grpc.StatusCode.DEADLINE_EXCEEDED),
    (EsaError, grpc.StatusCode.UNKNOWN),
)


class EsaServicer(service.ResourceProviderServicer):
    """Serves one EsaProvider to the engine."""

    def __init__(self, provider: EsaProvider, tracing: Tracing | None = None) -> None:
        self._esa = provider
        self._tracing = tracing or Tracing()
        self._threads = ThreadPoolExecutor(MAX_CALLS, thread_name_prefix="call")
        self._cancelled = asyncio.Event()

    async def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_proto.PluginInfo(version=VERSION)

    async def GetSchema(self, request: Any, context: Any) -> Any:
        return proto.GetSchemaResponse(schema=schema_text())

    async def GetMapping(self, request: Any, context: Any) -> Any:
        # Nothing is converted from Terraform to this package; the protocol asks for an empty answer, not for an error.
        return proto.GetMappingResponse()

    async def GetMappings(self, request: Any, context: Any) -> Any:
        return proto.GetMappingsResponse()

    async def _unserved(self, request: Any, context: Any) -> Any:
        await _abort(context, grpc.StatusCode.UNIMPLEMENTED, f"alicloud-esa {VERSION} has nothing of this kind")

    # What only component providers and bridges do.
    Call = Construct = Handshake = Parameterize = _unserved

    async def Attach(self, request: Any, context: Any) -> Any:
        # Another engine than the one that cancelled, when a plugin started by hand outlives its engines.
        self._esa.resume()
        self._cancelled.clear()
        self._esa.log.attach(request.address)
        return empty_pb2.Empty()

    async def Cancel(self, request: Any, context: Any) -> Any:
        self.cancel()
        return empty_pb2.Empty()

    def cancel(self) -> None:
        """End all running calls."""
        self._esa.cancel()
        self._cancelled.set()

    async def CheckConfig(self, request: Any, context: Any) -> Any:
        inputs, faults = await self._run(context, lambda: self._esa.check_config(to_plain(request.news)))
        return proto.CheckResponse(inputs=to_struct(inputs), failures=_failures(faults))

    async def DiffConfig(self, request: Any, context: Any) -> Any:
        diffs = await self._run(context, lambda: self._esa.diff_config(to_plain(request.olds), to_plain(request.news)))
        changes = proto.DiffResponse.DIFF_SOME if diffs else proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=changes, diffs=diffs)

    async def Configure(self, request: Any, context: Any) -> Any:
        values = to_plain(request.args) if request.HasField("args") else _short_keys(request.variables)
        await self._run(context, lambda: self._esa.configure(values))
        # Without acceptSecrets the engine itself keeps the secrets of a resource's inputs and of a function's.
        return proto.ConfigureResponse(supportsPreview=True)

    async def Invoke(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            with span:
                # Bytes, not a message: see wire.py, and `serve` below.
                return invoke_response(self._esa.invoke(request.tok, to_plain(request.args)))

        span = self._tracing.call(f"invoke {request.tok}", context.invocation_metadata())
        return await self._run(context, work)

    async def Check(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            with span:
                inputs, faults = self._esa.check(request.urn, to_plain(request.olds), to_plain(request.news))
            return proto.CheckResponse(inputs=to_struct(inputs), failures=_failures(faults))

        span = self._tracing.call("check", context.invocation_metadata())
        return await self._run(context, work)

    async def Diff(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            olds, news = to_plain(request.olds), to_plain(request.news)
            diff = self._esa.diff(request.urn, olds, news, list(request.ignoreChanges))
            return proto.DiffResponse(
                changes=proto.DiffResponse.DIFF_SOME if diff.changes else proto.DiffResponse.DIFF_NONE,
                diffs=sorted({split(path)[0] for path in diff.changes}),
                replaces=diff.replaces,
                detailedDiff={
                    path: proto.PropertyDiff(kind=proto.PropertyDiff.Kind.Value(change.value))
                    for path, change in diff.changes.items()
                },
                # An empty detailed diff that is claimed to be one would hide changes.
                hasDetailedDiff=bool(diff.changes),
            )

        return await self._run(context, work)

    async def Create(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            resource_id, outputs = self._esa.create(request.urn, to_plain(request.properties))
            return proto.CreateResponse(id=resource_id, properties=to_struct(outputs))

        return await self._run(context, work)

    async def Read(self, request: Any, context: Any) -> Any:
        def work() -> Any:
            inputs, state = to_plain(request.inputs), to_plain(request.properties)
            with span:
                resource_id, live = self._esa.read(request.urn, request.id, inputs, state)
            struct = to_struct(live)
            return proto.ReadResponse(id=resource_id, properties=struct, inputs=struct)

        span = self._tracing.call("read", context.invocation_metadata())
        return await self._run(context, work)

    async def Update(self, request: Any, context: Any) -> Any:
        # What is recorded is in the inputs; nothing outside the state is ever changed.
        return proto.UpdateResponse(properties=request.news)

    async def Delete(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    async def _run(self, context: Any, work: Callable[[], T]) -> T:
        """Do the work in a thread; end the call with one status whatever happens."""
        loop = asyncio.get_running_loop()
        begun, cancelled = asyncio.Event(), asyncio.ensure_future(self._cancelled.wait())

        def begin() -> T:
            loop.call_soon_threadsafe(begun.set)
            return work()

        future = loop.run_in_executor(self._threads, begin)
        # Where the call goes away, nobody asks for the result, and asyncio would print the error that it may be.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            await self._wait(future, cancelled, begun)
            return future.result()
        except EsaError as error:
            await _abort(context, next(code for kind, code in _STATUS if isinstance(error, kind)), str(error))
        except Exception as error:
            logging.getLogger(__name__).debug("unexpected error", exc_info=True)
            # In a thread: an engine that does not answer must not hold up the calls beside this one.
            await asyncio.to_thread(self._esa.log.debug, traceback.format_exc())
            await _abort(
                context,
                grpc.StatusCode.INTERNAL,
                f"a defect in alicloud-esa {VERSION}: {type(error).__name__}; please report it with the log of --debug",
            )
        finally:
            cancelled.cancel()

    async def _wait(self, future: asyncio.Future[Any], cancelled: asyncio.Future[Any], begun: asyncio.Event) -> None:
        """Wait until the work is done; raise when the call ends before it and the thread does not notice.

        The thread is told to stop as well, but one that hangs in a look-up or a connect cannot be woken. The time
        counts from the work's beginning: a program may ask for more at once than is worked on at once.
        """
        waiting = asyncio.ensure_future(begun.wait())
        await asyncio.wait({waiting, cancelled}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        seconds = self._esa.timeout_seconds
        await asyncio.wait({future, cancelled}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            await asyncio.wait({future}, timeout=_GRACE_SECONDS)
        if not future.done():
            raise Cancelled if cancelled.done() else DeadlineExceeded(seconds)


def serve(servicer: EsaServicer, server: Any) -> None:
    """Put all methods of the servicer on a gRPC server."""
    service.add_ResourceProviderServicer_to_server(servicer, server)
    invoke = grpc.unary_unary_rpc_method_handler(
        servicer.Invoke, request_deserializer=proto.InvokeRequest.FromString, response_serializer=bytes
    )
    # A registered handler goes before the generic one of the line above.
    server.add_registered_method_handlers("pulumirpc.ResourceProvider", {"Invoke": invoke})


async def _abort(context: Any, code: grpc.StatusCode, text: str) -> NoReturn:
    await context.abort(code, text)
    raise AssertionError("abort returned")


def _failures(faults: list[Fault]) -> list[Any]:
    return [proto.CheckFailure(property=fault.path, reason=fault.reason) for fault in faults]


def _short_keys(variables: Any) -> dict[str, Any]:
    """`alicloud-esa:config:region` -> `region`, as engines before Configure's `args` sent them."""
    return {key.rsplit(":", 1)[-1]: value for key, value in variables.items()}
