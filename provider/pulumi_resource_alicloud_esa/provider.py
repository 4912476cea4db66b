"""The provider: which token is answered by what, and the life of its configuration.

A request flows server -> here -> functions/ or resources/ -> esa/query -> esa/service -> esa/listing -> esa/client ->
esa/retry -> esa/signing -> esa/transport, and back through esa/answer and esa/models to wire. Everything
here is synchronous and speaks plain Python values: server.py runs it in threads and turns protobuf into values
and errors into gRPC statuses.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn, cast

from .context import Arrived, CallContext
from .engine.faults import known_faults, shown_faults
from .engine.log import EngineLog, no_log
from .engine.secrets import without_secrets, without_texts
from .engine.values import UNKNOWN, Secret, contains_unknown
from .esa.deadline import Deadline
from .esa.errors import Cancelled, Fault, InvalidInput
from .resources.protocol import Diff, Resource

if TYPE_CHECKING:
    # Not at run time: the settings are read when the engine sends them, and a start for the schema alone gets none.
    from .client import Client
    from .config import Settings
    from .engine.tracing import Tracing

Function = Callable[[dict[str, Any], CallContext], dict[str, Any]]

# Names of modules, imported at the first call: the engine starts the plugin twice a preview.
FUNCTIONS = {
    "alicloud-esa:index:getScheduledPreloadJobs": "get_scheduled_preload_jobs",
    "alicloud-esa:index:getScheduledPreloadJobsDrift": "get_scheduled_preload_jobs_drift",
    "alicloud-esa:index:getScheduledPreloadJob": "get_scheduled_preload_job",
    "alicloud-esa:index:getScheduledPreloadExecutions": "get_scheduled_preload_executions",
    "alicloud-esa:index:getSites": "get_sites",
}
RESOURCES = {
    "alicloud-esa:index:ScheduledPreloadJobsBaseline": "scheduled_preload_jobs_baseline",
}

_SITE = "siteId"


class EsaProvider:
    """One configured provider; thread-safe once configured."""

    def __init__(
        self,
        environment: Mapping[str, str] = os.environ,
        tracing: Tracing | None = None,
        log: EngineLog = no_log,
    ) -> None:
        self.log = log
        self._environment = environment
        self._tracing = tracing
        self._client: Client | None = None
        self._running: set[Deadline] = set()
        self._lock = threading.Lock()
        self._cancelled = False

    def check_config(self, news: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
        """The inputs to keep in state, secrets marked, and what is wrong with them."""
        from .config import NOT_TO_QUOTE, read_settings

        faults: list[Fault] = []
        try:
            read_settings(news, self._environment)
        except InvalidInput as error:
            faults = shown_faults(known_faults(error.faults, news), news, NOT_TO_QUOTE)
        return {name: Secret(value) if _is_secret(name, value) else value for name, value in news.items()}, faults

    def diff_config(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> list[str]:
        """The settings that differ; none of them ever replaces anything."""
        return sorted(name for name in {*olds, *news} - {"version"} if olds.get(name) != news.get(name))

    def configure(self, values: Mapping[str, Any]) -> None:
        """Take the settings; raises InvalidInput. Nothing is sent, nothing is imported for it."""
        from .config import read_settings

        # An earlier client is left to the calls that still use it; its threads end with the last of them.
        self._client = self._new_client(read_settings(values, self._environment))

    def invoke(
        self, token: str, inputs: dict[str, Any], deadline: Deadline | None = None, arrived: Arrived | None = None
    ) -> dict[str, Any]:
        """The function's result; an empty one while an input is not known, as for a provider not known yet.

        `arrived` gets parts of the result early. Raises InvalidInput for what is known and wrong even then.
        """
        if token not in FUNCTIONS:
            raise InvalidInput([Fault(token, f"no such function; there are {', '.join(sorted(FUNCTIONS))}")])
        function: Function = import_module(f".functions.{FUNCTIONS[token]}", __package__).invoke
        try:
            if contains_unknown(inputs):
                _check_known(function, inputs)
                return {}
            with self._call(_subject(token, inputs), deadline) as context:
                return function(inputs, context._replace(arrived=arrived or context.arrived))
        except InvalidInput as error:
            if "PULUMI_PROJECT" not in self._environment:
                # `pulumi do`: what is wrong was typed there.
                raise
            faults = [Fault(fault.path, without_texts(fault.reason, inputs)) for fault in error.faults]
            raise InvalidInput(faults) from None

    def check(
        self, urn: str, olds: Mapping[str, Any], news: Mapping[str, Any], deadline: Deadline | None = None
    ) -> tuple[dict[str, Any], list[Fault]]:
        """The resource's checked inputs and what is wrong with them."""
        subject = _subject(urn, news)
        inputs, faults = _resource(_type_of(urn)).check(olds, news, lambda: self._call(subject, deadline, urn))
        return inputs, shown_faults(faults, news)

    def diff(self, urn: str, olds: Mapping[str, Any], news: Mapping[str, Any], ignored: Sequence[str]) -> Diff:
        """What differs between a resource's state and its inputs."""
        now = self._client.service_time() if self._client else None
        diff = _resource(_type_of(urn)).diff(olds, news, ignored, now)
        for line in diff.notes:
            self.log.info(line, urn)
        return diff

    def create(self, urn: str, inputs: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The new resource's id and outputs."""
        return _resource(_type_of(urn)).create(inputs)

    def read(
        self,
        urn: str,
        resource_id: str,
        inputs: Mapping[str, Any],
        state: Mapping[str, Any],
        deadline: Deadline | None = None,
    ) -> tuple[str, dict[str, Any]]:
        """The resource's id and its live properties, inputs and outputs alike."""
        subject = _subject(urn, {_SITE: resource_id})
        return _resource(_type_of(urn)).read(resource_id, inputs, state, lambda: self._call(subject, deadline, urn))

    def every(self, token: str, query: dict[str, Any], deadline: Deadline | None = None) -> list[tuple[str, str]]:
        """The id and the name of each resource of this type that can be imported."""
        resource = _resource(token)
        with self._call(_subject(token, query), deadline) as context:
            return resource.every(query, context)

    @property
    def timeout_seconds(self) -> float:
        """How long one call may take."""
        return (self._client.settings if self._client else _default_settings()).timeout_seconds

    def cancel(self) -> None:
        """End all running calls, and those to come, with Cancelled."""
        with self._lock:
            self._cancelled = True
            running = list(self._running)
        for deadline in running:
            deadline.cancel()

    def resume(self) -> None:
        """Take calls again after `cancel`."""
        with self._lock:
            self._cancelled = False

    def close(self) -> None:
        """Drop connections and idle threads."""
        if self._client is not None:
            self._client.close()

    def _new_client(self, settings: Settings) -> Client:
        from .client import Client

        return Client(settings, self._environment, self.log.warning, self.log.debug, self._tracing)

    @contextmanager
    def _call(self, subject: str, deadline: Deadline | None, urn: str = "") -> Iterator[CallContext]:
        client = self._client
        if client is None:
            # `pulumi do` and tests may invoke before Configure: the environment alone is a configuration.
            client = self._client = self._new_client(_default_settings())
        timer: AbstractContextManager[None] = nullcontext()
        if deadline is None:
            # Who gives a deadline ends it on time; a thread for each of many calls would cost a fifth of their time.
            deadline = Deadline(client.settings.timeout_seconds)
            timer = deadline.timer()
        with self._lock:
            if self._cancelled:
                raise Cancelled
            self._running.add(deadline)
        try:
            with timer:
                progress = self.log.progress(subject)
                yield CallContext(client.service, deadline, progress, lambda line: self.log.info(line, urn))
        finally:
            with self._lock:
                self._running.discard(deadline)
            # After an error, pages that are still being read are not needed.
            deadline.cancel()


def _type_of(urn: str) -> str:
    # urn:pulumi:STACK::PROJECT::TYPES::NAME, the types of the parents before the resource's own.
    parts = urn.split("::")
    return parts[2].rsplit("$", 1)[-1] if len(parts) > 2 else urn


def _resource(token: str) -> Resource:
    if token not in RESOURCES:
        raise InvalidInput([Fault(token, f"no such resource; there are {', '.join(sorted(RESOURCES))}")])
    return cast(Resource, import_module(f".resources.{RESOURCES[token]}", __package__))


def _check_known(function: Function, inputs: dict[str, Any]) -> None:
    """Raise what is wrong with the known inputs; reading ends before anything is sent, at the unknown ones."""

    def unreached() -> NoReturn:
        raise InvalidInput([])

    try:
        function(inputs, CallContext(unreached, Deadline(0), lambda done, total: None, lambda line: None))
    except InvalidInput as error:
        if faults := known_faults(error.faults, inputs):
            raise InvalidInput(faults) from None


def _default_settings() -> Settings:
    from .config import Settings

    return Settings()


def _is_secret(name: str, value: Any) -> bool:
    from .config import SECRETS

    if value is UNKNOWN or isinstance(value, Secret):
        return False
    # An object in either spelling, or as JSON. A value of the wrong kind is marked, not shown.
    return name in SECRETS or (name == "assumeRoleWithOidc" and "oidctoken" in str(value).replace("_", "").lower())


def _subject(token: str, inputs: Mapping[str, Any]) -> str:
    """The text by which the display names what is being read."""
    name = token.split("::")[-1].rsplit(":", 1)[-1]
    site = inputs.get(_SITE)
    return name if site is None else without_secrets(f"{name}: site {site}", inputs)
