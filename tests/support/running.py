"""The plugin's gRPC server in a thread of this process, with a real channel to it."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import grpc
import grpc.aio
import pytest
from pulumi.runtime import proto
from pulumi.runtime.proto import provider_pb2_grpc
from pulumi_resource_alicloud_esa.engine.values import to_plain
from pulumi_resource_alicloud_esa.engine.wire import to_struct
from pulumi_resource_alicloud_esa.provider import EsaProvider
from pulumi_resource_alicloud_esa.server import EsaServicer, serve

from emulator import SITE_ID

LIST = "alicloud-esa:index:getScheduledPreloadJobs"
URN = "urn:pulumi:dev::project::alicloud-esa:index:ScheduledPreloadJobsBaseline::jobs"
SITE = {"siteId": str(SITE_ID)}


class Running:
    """The plugin's server in a thread of its own, and a channel to it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.provider = EsaProvider(environment=environment)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        self._ready.wait(10)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self._port}")
        self.stub: Any = provider_pb2_grpc.ResourceProviderStub(self._channel)

    async def _serve(self) -> None:
        server = grpc.aio.server()
        serve(EsaServicer(self.provider), server)
        self._port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        await self._end.wait()
        await server.stop(0)

    def stop(self) -> None:
        self._channel.close()
        self.provider.cancel()
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        self.provider.close()

    def invoke(self, token: str = LIST, **inputs: Any) -> dict[str, Any]:
        request = proto.InvokeRequest(tok=token, args=to_struct(inputs))
        return to_plain(getattr(self.stub.Invoke(request), "return"))

    def later(self, **inputs: Any) -> Any:
        """The gRPC future of an invoke."""
        return self.stub.Invoke.future(proto.InvokeRequest(tok=LIST, args=to_struct(inputs)))

    def failure(self, **inputs: Any) -> tuple[grpc.StatusCode, str]:
        with pytest.raises(grpc.RpcError) as caught:
            self.invoke(**inputs)
        error: Any = caught.value
        assert "Traceback" not in error.details()
        assert 'File "' not in error.details()
        return error.code(), error.details()
