"""The API's one address, `/`: a request goes through the gate, the glitches and its action, in this order."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, replace
from email.utils import formatdate

from starlette.types import Receive, Scope, Send

from emulator.actions import ACTIONS, VERSION
from emulator.call import Call, whole
from emulator.connections import Connection, Connections
from emulator.delivery import deliver, send_interim
from emulator.distort import distorted
from emulator.errors import ApiError, error_body
from emulator.gate import Gate
from emulator.glitches import Glitch, GlitchTable
from emulator.jobs import dump
from emulator.raw import RawAnswer
from emulator.requestlog import RequestLog, RequestRecord, shown, shown_headers
from emulator.signature import WireRequest, parse_query
from emulator.store import Store

Params = dict[str, str]


@dataclass(eq=False)
class Gateway:
    """An ASGI application that answers the API's calls from the store."""

    store: Store
    gate: Gate
    glitches: GlitchTable
    log: RequestLog
    connections: Connections
    delay: float

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request; a glitch may leave it without an answer."""
        began = time.perf_counter()
        # The guard has read the whole body.
        body = (await receive()).get("body", b"")
        connection = self.connections.of(scope)
        wire = WireRequest(
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            scope["query_string"],
            scope["headers"],
            body,
        )
        params = _params(wire)
        record = _record(wire, params, scope["client"][1])
        self.log.begin(record)
        try:
            await self._handle(wire, params, record, connection, send)
        finally:
            record.milliseconds = (time.perf_counter() - began) * 1000
            self.log.end(record)

    async def _handle(
        self, wire: WireRequest, params: Params, record: RequestRecord, connection: Connection, send: Send
    ) -> None:
        if self.delay:
            await connection.pause(self.delay)
        glitches: list[Glitch] = []
        try:
            _check_target(record.action, wire.header("x-acs-version"))
            record.access_key_id = self.gate.admit(wire)
            # A request without PageNumber asks for the first page.
            page = whole(params.get("PageNumber", "")) or 1
            glitches = self.glitches.select(record.action, whole(params.get("SiteId", "")), page)
            record.glitches = len(glitches)
            send_interim(connection, glitches)
            for glitch in glitches:
                if glitch.delay:
                    await connection.pause(glitch.delay)
                if glitch.stall:
                    await connection.pause(None)
                if glitch.reset:
                    await connection.reset()
            if connection.gone.is_set():
                return
            answer = self._answer(record, params, glitches)
        except ApiError as error:
            answer = self._error(error, wire.header("host"), record)
        for glitch in glitches:
            if glitch.retry_after is not None:
                answer.headers["x-acs-retry-after"] = str(glitch.retry_after)
            if glitch.date is not None:
                answer.headers["date"] = glitch.date
        # The server's own clock, so that a client can measure how far apart the two are.
        answer.headers.setdefault("date", formatdate(self.gate.now(), usegmt=True))
        if not answer.headers["date"]:
            del answer.headers["date"]
        record.status = answer.status
        await deliver(answer, send, connection, glitches)

    def _answer(self, record: RequestRecord, params: Params, glitches: list[Glitch]) -> RawAnswer:
        for glitch in glitches:
            if glitch.raw is not None:
                return replace(glitch.raw, headers=dict(glitch.raw.headers))
            if glitch.expire_token:
                self.gate.keys.expire_token(record.access_key_id)
                raise ApiError("InvalidSecurityToken.Expired")
            if glitch.code is not None or glitch.rate is not None:
                raise ApiError(glitch.code or "TooManyRequests", glitch.message, glitch.status)
        request_id = _request_id()
        call = Call(params, request_id, self.store, glitches)
        body = distorted(ACTIONS[record.action](call), glitches)
        return RawAnswer(body=body, headers={"x-acs-request-id": request_id})

    def _error(self, error: ApiError, host: str, record: RequestRecord) -> RawAnswer:
        record.code = error.code
        request_id = _request_id()
        body = error_body(error, request_id=request_id, host=host, action=record.action)
        return RawAnswer(status=error.status, body=dump(body), headers={"x-acs-request-id": request_id})


def _check_target(action: str, version: str) -> None:
    if action not in ACTIONS:
        raise ApiError("InvalidApi.NotFound")
    if version != VERSION:
        raise ApiError("InvalidVersion")


def _params(wire: WireRequest) -> Params:
    pairs = parse_query(wire.query)
    if wire.header("content-type").startswith("application/x-www-form-urlencoded"):
        pairs += parse_query(wire.body)
    return {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in pairs}


def _record(wire: WireRequest, params: Params, client_port: int) -> RequestRecord:
    headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in wire.headers}
    return RequestRecord(
        number=0,
        action=shown(headers.get("x-acs-action", "")),
        method=wire.method,
        params={shown(name): shown(value) for name, value in params.items()},
        headers=shown_headers(headers),
        nonce=shown(headers.get("x-acs-signature-nonce", "")),
        client_port=client_port,
        has_token="x-acs-security-token" in headers,
    )


def _request_id() -> str:
    return str(uuid.uuid4()).upper()
