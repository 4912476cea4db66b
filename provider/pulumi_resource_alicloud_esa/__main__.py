"""Where the plugin starts: what must be so before Pulumi's SDK is imported, then the process itself."""

from __future__ import annotations

import gc
import os
import sys
import typing

from .postponed import postpone

_POSTPONED = (
    # The SDK's packages whose own code a plugin never needs: three quarters of what an import of `pulumi` costs.
    "pulumi",
    "pulumi.runtime",
    "pulumi.runtime.proto",
    # Messages in pure Python, which protobuf imports beside those in C.
    "google.protobuf.internal.python_message",
    # HTTP/2, and a look at types, for which nothing asks.
    "urllib3.http2",
    "msgspec.inspect",
)
_OBJECTS_AT_ONCE = 50_000
_OF_TYPING = ("NotRequired", "Required", "Self", "get_type_hints")


def main() -> None:
    """Entry point of `pulumi-resource-alicloud-esa`."""
    arguments = sys.argv[1:]
    if {"-h", "--help", "--version"}.intersection(arguments):
        _tell(arguments)
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        # A pipeline may set these for itself; libraries read them when they are imported, and fail on some values.
        del os.environ[name]
    # What a start and a call make is no garbage, yet by default it is searched for some after every 700 objects.
    gc.set_threshold(_OBJECTS_AT_ONCE)
    postpone(_POSTPONED)
    if sys.version_info >= (3, 11):
        # Of this large module gRPC and msgspec want what Python has by now.
        postpone(["typing_extensions"], **{name: getattr(typing, name) for name in _OF_TYPING})
    from .process import run

    run(_engine_in(arguments))


def _engine_in(arguments: list[str]) -> str | None:
    """The engine's address, which stands after the engine's own flags for logging and tracing."""
    if not arguments or arguments[-1].startswith("-") or arguments[-2:-1] in (["--tracing"], ["-v"]):
        return None
    return arguments[-1]


def _tell(arguments: list[str]) -> None:
    # Imported here: the engine never asks for the version.
    import argparse

    from .schema import VERSION

    parser = argparse.ArgumentParser(description="The Pulumi resource plugin alicloud-esa; the engine starts it.")
    parser.add_argument("engine", nargs="?", help="the engine's address; without it the engine may attach later")
    parser.add_argument("--version", action="version", version=VERSION)
    parser.parse_known_args(arguments)


if __name__ == "__main__":
    main()
