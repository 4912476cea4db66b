"""gRPC for the engine: each method of the protocol, values in and out.

The SDK's servicer puts Python frames on the user's screen when a handler raises, reports a changed provider
configuration as unchanged, and marshals large results slowly; so all methods that this provider serves are here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import grpc
import pulumi.runtime.proto.plugin_pb2 as plugin_proto
import pulumi.runtime.proto.provider_pb2 as proto
import pulumi.runtime.proto.provider_pb2_grpc as service
from google.protobuf import empty_pb2

from .calls import GRACE_SECONDS, Calls, abort
from .engine.property_path import split
from .engine.secrets import marked
from .engine.tracing import Tracing
from .engine.values import contains_unknown, to_plain
from .engine.wire import Written, to_struct
from .esa.deadline import Deadline
from .esa.errors import Fault, InvalidInput
from .provider import EsaProvider
from .schema import VERSION, schema_text

_ATTACHED_TWICE = (
    "this process serves a provider with other settings already: PULUMI_DEBUG_PROVIDERS attaches all alicloud-esa "
    "providers of a program to it, so debug a program that has one"
)


class EsaServicer(service.ResourceProviderServicer):
    """Serves one EsaProvider to the engine."""

    def __init__(self, provider: EsaProvider, tracing: Tracing | None = None) -> None:
        self._esa = provider
        self._tracing = tracing or Tracing()
        self._calls = Calls(provider)
        self._settings: dict[str, Any] | None = None

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
        await abort(context, grpc.StatusCode.UNIMPLEMENTED, f"alicloud-esa {VERSION} has nothing of this kind")

    # Only component providers and bridges serve these.
    Call = Construct = Handshake = Parameterize = _unserved

    async def Attach(self, request: Any, context: Any) -> Any:
        # A plugin started by hand outlives its engines, so this may be another engine than the one that cancelled.
        if request.address != self._esa.log.address and not await _listens(self._esa.log.address):
            self._settings = None
        self._calls.resume()
        self._esa.log.attach(request.address)
        return empty_pb2.Empty()

    async def Cancel(self, request: Any, context: Any) -> Any:
        self.cancel()
        return empty_pb2.Empty()

    def cancel(self) -> None:
        """End all running calls; the next engine may bring other settings."""
        self._calls.cancel()
        self._settings = None

    async def CheckConfig(self, request: Any, context: Any) -> Any:
        inputs, faults = await self._calls.run(context, lambda _: self._esa.check_config(to_plain(request.news)))
        return proto.CheckResponse(inputs=to_struct(inputs), failures=_failures(faults))

    async def DiffConfig(self, request: Any, context: Any) -> Any:
        olds, news = to_plain(request.olds), to_plain(request.news)
        diffs = await self._calls.run(context, lambda _: self._esa.diff_config(olds, news))
        changes = proto.DiffResponse.DIFF_SOME if diffs else proto.DiffResponse.DIFF_NONE
        return proto.DiffResponse(changes=changes, diffs=diffs)

    async def Configure(self, request: Any, context: Any) -> Any:
        values = to_plain(request.args) if request.HasField("args") else _short_keys(request.variables)
        before = self._settings
        if before is not None and values != before:
            # A call does not say which of the providers it is for: it could be answered from the wrong account.
            await abort(context, grpc.StatusCode.FAILED_PRECONDITION, _ATTACHED_TWICE)
        self._settings = values
        try:
            await self._calls.run(context, lambda _: self._esa.configure(values))
        except BaseException:
            self._settings = before
            raise
        # With acceptSecrets the engine sends secrets marked, and the provider has to keep them so.
        return proto.ConfigureResponse(supportsPreview=True, acceptSecrets=True)

    async def Invoke(self, request: Any, context: Any) -> Any:
        metadata = context.invocation_metadata()

        def work(deadline: Deadline) -> Any:
            args = to_plain(request.args)
            written = Written()
            with self._tracing.call(f"invoke {request.tok}", metadata, args):
                result = self._esa.invoke(request.tok, args, deadline, written.add)
            # Bytes, not a message: see wire.py, and `serve` below. A secret input makes all of it secret.
            return written.invoke_response(marked(result, result) if args.secret else result)

        return await self._calls.run(context, work, request.args)

    async def Check(self, request: Any, context: Any) -> Any:
        metadata = context.invocation_metadata()

        def work(deadline: Deadline) -> Any:
            olds, news = to_plain(request.olds), to_plain(request.news)
            with self._tracing.call("check", metadata, news):
                inputs, faults = self._esa.check(request.urn, olds, news, deadline)
            # Inputs that the program does not give are carried over from the old inputs.
            struct = to_struct(marked(inputs, news.secret | (olds.secret - set(news))))
            return proto.CheckResponse(inputs=struct, failures=_failures(faults))

        return await self._calls.run(context, work, request.news)

    async def Diff(self, request: Any, context: Any) -> Any:
        def work(_: Deadline) -> Any:
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

        return await self._calls.run(context, work, request.news)

    async def Create(self, request: Any, context: Any) -> Any:
        def work(_: Deadline) -> Any:
            inputs = to_plain(request.properties)
            resource_id, outputs = self._esa.create(request.urn, inputs)
            return proto.CreateResponse(id=resource_id, properties=to_struct(marked(outputs, inputs.secret)))

        return await self._calls.run(context, work, request.properties)

    async def Read(self, request: Any, context: Any) -> Any:
        metadata = context.invocation_metadata()

        def work(deadline: Deadline) -> Any:
            inputs, state = to_plain(request.inputs), to_plain(request.properties)
            with self._tracing.call("read", metadata, inputs):
                resource_id, live = self._esa.read(request.urn, request.id, inputs, state, deadline)
            return proto.ReadResponse(
                id=resource_id,
                properties=to_struct(marked(live, state.secret)),
                inputs=to_struct(marked(live, inputs.secret | state.secret)),
            )

        return await self._calls.run(context, work, request.inputs)

    async def List(self, request: Any, context: Any) -> Any:
        def work(deadline: Deadline) -> list[Any]:
            query = to_plain(request.query)
            if contains_unknown(query):
                return [proto.ListResponse(computed=proto.ListResponse.Computed())]
            after = request.continuation_token
            if after and not (after.isascii() and after.isdigit()):
                # Any text would do for a place among the ids, and silently skip those before it.
                raise InvalidInput([Fault("continuation_token", "not one of an earlier answer; begin without any")])
            found = self._esa.every(request.token, query, deadline)
            page, after = page_of(found, request.page_size, request.limit, after)
            answer = [proto.ListResponse(result=proto.ListResponse.Result(id=id, name=name)) for id, name in page]
            if after:
                more = proto.ListResponse.Continuation(continuation_token=after)
                answer.append(proto.ListResponse(continuation=more))
            return answer

        for response in await self._calls.run(context, work, request.query):
            yield response

    async def Update(self, request: Any, context: Any) -> Any:
        # What is recorded is in the inputs; nothing outside the state is ever changed.
        return proto.UpdateResponse(properties=request.news)

    async def Delete(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()


def page_of(
    found: Sequence[tuple[str, str]], size: int, limit: int, after: str
) -> tuple[Sequence[tuple[str, str]], str]:
    """One page of what was found, by id, and the token for the next page, "" after the last.

    The token is the last id of the page, so that nothing is listed twice or skipped when sites come or go meanwhile.
    """
    rest = sorted(resource for resource in found if resource[0] > after)
    page = rest[: min(count for count in (size, limit, len(rest)) if count > 0)] if rest else []
    return page, page[-1][0] if len(page) < len(rest) else ""


def serve(servicer: EsaServicer, server: Any) -> None:
    """Put all methods of the servicer on a gRPC server."""
    service.add_ResourceProviderServicer_to_server(servicer, server)
    invoke = grpc.unary_unary_rpc_method_handler(
        servicer.Invoke, request_deserializer=proto.InvokeRequest.FromString, response_serializer=bytes
    )
    # A registered handler takes precedence over the generic one above.
    server.add_registered_method_handlers("pulumirpc.ResourceProvider", {"Invoke": invoke})


async def _listens(address: str | None) -> bool:
    """Whether an engine is still there."""
    host, _, port = (address or "").rpartition(":")
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, int(port)), GRACE_SECONDS)
    except (OSError, ValueError, asyncio.TimeoutError):
        return False
    writer.close()
    return True


def _failures(faults: list[Fault]) -> list[Any]:
    return [proto.CheckFailure(property=fault.path, reason=fault.reason) for fault in faults]


def _short_keys(variables: Any) -> dict[str, Any]:
    """`alicloud-esa:config:region` -> `region`, as engines before Configure's `args` sent them."""
    return {key.rsplit(":", 1)[-1]: value for key, value in variables.items()}
