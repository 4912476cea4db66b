"""The official SDK's client, pointed at an emulator: it changes jobs and executions as a user's script would."""

from __future__ import annotations

from typing import Any

from alibabacloud_esa20240910 import models
from alibabacloud_esa20240910.client import Client
from alibabacloud_tea_openapi.models import Config

from emulator import EXAMPLE_JOB_ID, Emulator

# The SDK's own clock call, deprecated from Python 3.12 on: a test that uses the client puts this into `pytestmark`
# as `pytest.mark.filterwarnings(UTCNOW)`.
UTCNOW = r"ignore:datetime\.datetime\.utcnow:DeprecationWarning"
# The execution that is changed below, where no other is named.
FIRST = f"{1:024x}"


def client_for(emulator: Emulator, **settings: Any) -> Client:
    """A client with the emulator's lasting key; settings replace those of the SDK's Config."""
    keys = {"access_key_id": "testAccessKeyId", "access_key_secret": "testAccessKeySecret", **settings}
    return Client(Config(endpoint=emulator.endpoint, protocol="http", **keys))


def move(client: Client, execution_id: str = FIRST, start: str = "2124-06-04T16:30:00+0800") -> None:
    """Give an execution another start."""
    request = models.UpdateScheduledPreloadExecutionRequest(id=execution_id, start_time=start)
    client.update_scheduled_preload_execution(request)


def stop(client: Client) -> None:
    """Stop the execution."""
    client.stop_scheduled_preload_execution(models.StopScheduledPreloadExecutionRequest(id=FIRST))


def delete(client: Client, execution_id: str = FIRST) -> None:
    """Delete an execution."""
    client.delete_scheduled_preload_execution(models.DeleteScheduledPreloadExecutionRequest(id=execution_id))


def add(client: Client) -> str:
    """Create an execution of the example job; its id."""
    plan = models.CreateScheduledPreloadExecutionsRequestExecutions(
        start_time="2130-01-01T00:00:00Z", end_time="2130-01-01T02:00:00Z", interval=60, slice_len=7
    )
    request = models.CreateScheduledPreloadExecutionsRequest(id=EXAMPLE_JOB_ID, executions=[plan])
    return str(client.create_scheduled_preload_executions(request).body.success_executions[0].id)
