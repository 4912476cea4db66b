"""Small servers for what an HTTP framework cannot do: scripted TCP peers, free-form JSON, a CONNECT proxy."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Script = Callable[["Peer"], None]


class Peer:
    """One accepted connection and what its script may do with it."""

    def __init__(self, sock: socket.socket, stopped: threading.Event) -> None:
        self.sock = sock
        self.stopped = stopped
        self.request = b""

    def read_request(self) -> bytes:
        """The head of the next request; b"" at the end of the connection."""
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.sock.recv(65536)
            if not piece:
                return b""
            head += piece
        self.request = head
        return head

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drip(self, data: bytes, interval: float) -> None:
        """Send one byte at a time until the other side closes the connection."""
        for byte in data:
            if self.stopped.wait(interval):
                return
            self.send(bytes([byte]))

    def stall(self) -> None:
        """Send nothing more until the server stops."""
        self.stopped.wait(30)

    def reset(self) -> None:
        """Close the connection with RST instead of FIN."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class RawServer:
    """Runs the nth script on its nth connection; the last script serves all later ones."""

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self._scripts = scripts
        self._tls = tls
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self.accepted = 0
        self.requests: list[bytes] = []
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> RawServer:
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._open:
            # Whoever still reads is not waited for. A TLS socket's own method would make it send in clear after this.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RD)
        for thread in self._threads:
            thread.join(5)

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            script = self._scripts[min(self.accepted, len(self._scripts) - 1)]
            self.accepted += 1
            self._start(self._serve, sock, script)

    def _serve(self, sock: socket.socket, script: Script) -> None:
        with contextlib.suppress(OSError):
            sock.settimeout(30)
            self._open.append(sock)
            if self._tls is not None:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            peer = Peer(sock, self._stopped)
            script(peer)
            if peer.request:
                self.requests.append(peer.request)
        sock.close()


def http(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """A whole HTTP answer."""
    lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Text\r\n{head}\r\n".encode() + body


def closing(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    """The same, saying that the connection is closed after it: otherwise a client may try to reuse it."""
    return http(body, status, {"Connection": "close", **(headers or {})})


def page(*rows: Mapping[str, Any], total: Any = None) -> bytes:
    """A page of jobs in the service's shape."""
    count = str(len(rows)) if total is None else total
    return json.dumps({"RequestId": "R", "TotalCount": count, "Jobs": list(rows)}).encode()


def answer(data: bytes) -> Script:
    """Read one request, send this answer, close."""

    def script(peer: Peer) -> None:
        peer.read_request()
        peer.send(data)

    return script


class JsonServer:
    """Answers every GET with what `respond(parameters)` gives: (status, headers, body bytes)."""

    def __init__(self, respond: Callable[[dict[str, str]], tuple[int, dict[str, str], bytes]]) -> None:
        outer = self
        self.requests: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parameters = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
                outer.requests.append(parameters)
                status, headers, body = respond(parameters)
                with contextlib.suppress(OSError):
                    self.wfile.write(http(body, status, headers))

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> JsonServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def connect_proxy(target_port: int, log: list[str]) -> Script:
    """A proxy that opens the tunnel it is asked for, to `target_port` whatever the name."""

    def script(peer: Peer) -> None:
        head = peer.read_request().decode("latin-1")
        log.append(head)
        with socket.create_connection(("127.0.0.1", target_port), 10) as far:
            peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(far, peer.sock), daemon=True)
            back.start()
            _pump(peer.sock, far)
            back.join(5)

    return script


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
