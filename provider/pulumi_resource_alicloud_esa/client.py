"""From the settings of a provider to what its functions use: one service, made when the first call needs it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from .config import Settings
from .engine.tracing import Tracing
from .esa.endpoints import choose_endpoint
from .esa.errors import FailedAttempt, Fault
from .schema import VERSION

if TYPE_CHECKING:
    from .esa.client import EsaClient
    from .esa.service import Service


class Client:
    """The service by one provider's settings; safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        env: Mapping[str, str],
        warn: Callable[[str], None] = lambda message: None,
        debug: Callable[[str], None] = lambda message: None,
        tracing: Tracing | None = None,
        describe: Callable[[Fault], str] = str,
        paused: Callable[[FailedAttempt, float], None] = lambda error, seconds: None,
    ) -> None:
        self.settings = settings
        self._env = dict(env)
        self._warn = warn
        self._debug = debug
        self._tracing = tracing or Tracing()
        self._describe = describe
        self._paused = paused
        self._lock = threading.Lock()
        self._client: EsaClient | None = None
        self._workers: ThreadPoolExecutor | None = None
        self._service: Service | None = None

    def service(self) -> Service:
        """The service; raises CredentialsError or InvalidInput when the settings give no usable client."""
        with self._lock:
            if self._service is None:
                self._service = self._make()
            return self._service

    def service_time(self) -> int | None:
        """Milliseconds since 1970 by the service's clock; None before it answered."""
        with self._lock:
            return self._service.now() if self._service else None

    def close(self) -> None:
        """Drop connections and idle threads."""
        with self._lock:
            if self._workers is not None:
                self._workers.shutdown(wait=False, cancel_futures=True)
            if self._client is not None:
                self._client.close()
            self._client = self._workers = self._service = None

    def _make(self) -> Service:
        # Here, not at the top: none of it, `urllib3` least of all, is needed to start, to check or to configure.
        from .credentials.sources import choose_source, region_of

        settings, tracing = self.settings, self._tracing
        source = choose_source(settings, self._env, self._warn, self._debug)
        endpoint = choose_endpoint(settings.endpoint, region_of(settings, self._env), self._env)
        if endpoint.scheme == "https":
            from .esa.trust import prepare_trust

            # Before the rest is imported, so that both go on at once.
            prepare_trust(os.environ)
        from .esa.client import EsaClient
        from .esa.listing import Lister
        from .esa.pace import Pace
        from .esa.retry import RetryPolicy
        from .esa.service import Service
        from .esa.transport import Transport

        transport = Transport(
            endpoint,
            connect_seconds=settings.connect_milliseconds / 1000,
            read_seconds=settings.read_milliseconds / 1000,
            version=VERSION,
        )
        policy = RetryPolicy(max_attempts=settings.max_attempts)
        pace = Pace(settings.max_concurrency)
        self._client = EsaClient(
            transport, source, pace, policy, span=tracing.span, debug=self._debug, paused=self._paused
        )
        # As many pages again are read while others are waited for; `pace` counts the requests alone.
        pages = 2 * settings.max_concurrency
        self._workers = tracing.workers(pages)
        lister = Lister(self._client, self._workers, pages, tracing.span)
        # The lambda must not refer to `self`: that would keep its threads alive after the last call.
        warn, describe = self._warn, self._describe
        return Service(lister, lambda doubt: warn(describe(doubt)))
