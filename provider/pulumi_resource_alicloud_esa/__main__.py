"""Where the plugin starts: what must be so before Pulumi's SDK is imported, then the process itself."""

from __future__ import annotations

import os
import sys

from .postponed import postpone

# The SDK's packages whose own code a plugin never needs: three quarters of what an import of `pulumi` costs.
_POSTPONED = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def main() -> None:
    """Entry point of `pulumi-resource-alicloud-esa`."""
    arguments = sys.argv[1:]
    if {"-h", "--help", "--version"}.intersection(arguments):
        _tell(arguments)
    for name in [name for name in os.environ if name.startswith("OTEL_")]:
        # A pipeline may set these for itself; libraries read them when they are imported, and fail on some values.
        del os.environ[name]
    postpone(_POSTPONED)
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
