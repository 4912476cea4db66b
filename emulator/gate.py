"""The checks before every action: the key, the token, the clock, the signature, the nonce."""

from __future__ import annotations

import threading
import time

from emulator.errors import ApiError
from emulator.keys import AccessKeys
from emulator.moments import parse_time
from emulator.signature import WireRequest, parse_authorization, verify

TOLERANCE_SECONDS = 15 * 60


class Gate:
    """Lets a request in and says whose it is, or raises the ApiError that the gateway answers."""

    def __init__(self, keys: AccessKeys, clock_offset: float = 0.0) -> None:
        self.keys = keys
        self.clock_offset = clock_offset
        self._nonces: dict[str, float] = {}
        self._lock = threading.Lock()

    def now(self) -> float:
        """The server's clock, in seconds since the epoch."""
        return time.time() + self.clock_offset

    def reset(self) -> None:
        """Forgets the nonces that were used."""
        with self._lock:
            self._nonces.clear()

    def admit(self, request: WireRequest) -> str:
        """The access key id of a request that is signed, fresh and not a replay."""
        authorization = parse_authorization(request.header("authorization"))
        token = request.header("x-acs-security-token")
        secret = self.keys.secret_for(authorization.access_key_id, token)
        self._check_date(request.header("x-acs-date"))
        verify(request, authorization, secret)
        # Last, so that a refused request does not use up its nonce.
        self._use_nonce(request.header("x-acs-signature-nonce"))
        return authorization.access_key_id

    def _check_date(self, text: str) -> None:
        try:
            sent = parse_time(text) / 1000
        except ValueError:
            raise ApiError("InvalidTimeStamp.Format") from None
        if abs(sent - self.now()) > TOLERANCE_SECONDS:
            raise ApiError("InvalidTimeStamp.Expired")

    def _use_nonce(self, nonce: str) -> None:
        if not nonce:
            raise ApiError("IncompleteSignature", "The x-acs-signature-nonce header is empty.")
        now = time.monotonic()
        with self._lock:
            if nonce in self._nonces:
                raise ApiError("SignatureNonceUsed")
            self._nonces[nonce] = now
            if len(self._nonces) % 50_000 == 0:
                # An older nonce cannot come back: its date would be refused first.
                oldest = now - 2 * TOLERANCE_SECONDS
                self._nonces = {name: used for name, used in self._nonces.items() if used > oldest}
