"""The way of one value, `siteId`, from the engine's Invoke to the request: through few files, each once."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import pulumi_resource_alicloud_esa as plugin
from google.protobuf.message import Message

from emulator import SITE_ID, Emulator
from tests.support.running import SITE, Running

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = f"{Path(plugin.__file__).parent}/"
# In the order in which the value comes to them.
WALK = (
    "server.py",
    "engine/values.py",
    "provider.py",
    "functions/get_scheduled_preload_jobs.py",
    "esa/query.py",
    "esa/inputs.py",
    "esa/service.py",
    "esa/listing.py",
    "esa/client.py",
    "esa/signing.py",
    "esa/transport.py",
    "esa/exchange.py",
)
# These get the value as well, but hand nothing on: a reader who follows it need not open them.
ONLY_LOOK = {
    "calls.py",  # hides the inputs that are secret in errors
    "engine/tracing.py",  # the same in spans
    "engine/secrets.py",
    "engine/log.py",  # names what is being read on the engine's display
    "esa/connections.py",  # opens the connection
}


def holds(value: Any, depth: int = 6) -> bool:
    """Whether the site's id is somewhere in a value."""
    if isinstance(value, str | bytes | Message):
        return str(SITE_ID) in str(value)
    if depth == 0:
        return False
    if isinstance(value, Mapping):
        return any(holds(part, depth - 1) for part in value.values())
    if isinstance(value, list | tuple | set):
        return any(holds(part, depth - 1) for part in value)
    if type(value).__module__.startswith(plugin.__name__):
        names = [*getattr(value, "__dict__", ()), *getattr(value, "__slots__", ())]
        return any(holds(getattr(value, name, None), depth - 1) for name in names)
    return False


def files(frame: FrameType | None) -> Iterator[str]:
    """The package's files on a stack, the innermost first."""
    while frame is not None:
        if frame.f_code.co_filename.startswith(PACKAGE):
            yield frame.f_code.co_filename.removeprefix(PACKAGE)
        frame = frame.f_back


def walk(emulator: Emulator) -> tuple[list[str], list[str]]:
    """The files whose functions are given the value until the request is there, and the stack that sends it."""
    given: list[str] = []
    stack: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        file = frame.f_code.co_filename
        # Before its body runs, a function's locals are its arguments, and what it has from the function around it.
        if event != "call" or not file.startswith(PACKAGE) or emulator.requests:
            return
        if any(holds(value) for value in frame.f_locals.values()):
            given.append(file.removeprefix(PACKAGE))
            if given[-1] == WALK[-1] and not stack:
                stack.extend(reversed(list(files(frame))))

    threading.setprofile(note)
    try:
        server = Running(dict(emulator.environment()))
        try:
            server.invoke(**SITE)
        finally:
            server.stop()
    finally:
        threading.setprofile(sys.getprofile())
    return list(dict.fromkeys(given)), stack


def test_the_site_s_id_passes_through_fewer_than_14_files_and_through_none_twice(emulator: Emulator) -> None:
    given, stack = walk(emulator)
    assert set(given) - set(WALK) == ONLY_LOOK
    assert tuple(file for file in given if file not in ONLY_LOOK) == WALK
    assert len(WALK) < 14
    # Calls within a file are one stay in it.
    stays = [file for before, file in zip(["", *stack], stack, strict=False) if file not in (before, *ONLY_LOOK)]
    assert stays == [file for file in WALK if file in stays]
    assert stays[0] == WALK[0]
    assert stays[-1] == WALK[-1]


def test_the_map_for_contributors_shows_this_walk() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"^server\.py .*?(?=^and back)", text, re.MULTILINE | re.DOTALL)
    wanted = ["functions/" if file.startswith("functions/") else file for file in WALK]
    assert re.findall(r"[\w/]+\.py|\bfunctions/", shown) == wanted
