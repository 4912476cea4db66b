"""A stand-in for HashiCorp's Vault, where the tests' stacks have their key.

Deriving one from a passphrase takes the engine a third of a second in each command. Otherwise it encrypts alike with
either; what tests/docs runs has the passphrase that the documents say.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.servers import http

# What Pulumi.STACK.yaml says of a stack with such a key: any ciphertext is that key.
SECRETS_PROVIDER = "secretsprovider: hashivault://tests\nencryptedkey: dmF1bHQ6djE6a2V5\n"
_KEY = b'{"data": {"plaintext": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}}'


class _Vault(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.wfile.write(http(_KEY))

    def log_message(self, *_: Any) -> None:
        pass


@functools.cache
def vault() -> Mapping[str, str]:
    """The environment in which the engine finds it; one serves all tests of this process."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Vault)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return {"VAULT_SERVER_URL": f"http://127.0.0.1:{server.server_port}", "VAULT_SERVER_TOKEN": "token"}
