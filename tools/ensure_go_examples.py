"""Vets the Go SDK and compiles the Go examples, as they stand, to .cache/go-examples/NAME."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from go_tools import compile_go, find_go, go_environment
from slowly import CACHE, ROOT, fingerprint, one_at_a_time, run, step

SDK = ROOT / "sdk" / "go"
EXAMPLES = ROOT / "examples"
BINARIES = CACHE / "go-examples"


def main() -> None:
    """Bring everything up to date; does nothing when it is."""
    with one_at_a_time("go-examples"):
        step(BINARIES / ".stamp-sdk", fingerprint(_sdk_sources()), _vet)
        for main_file in sorted(EXAMPLES.glob("*/main.go")):
            folder = main_file.parent
            sources = [*folder.glob("*.go"), folder / "go.mod", folder / "go.sum", *_sdk_sources()]
            target, log = BINARIES / folder.name, f"example-{folder.name}"
            message = f"compiling examples/{folder.name}, about 5 seconds (2 minutes the first time)"
            make = partial(compile_go, message, log, folder, ".", target)
            step(BINARIES / f".stamp-{folder.name}", fingerprint(sources), make, target)


def _sdk_sources() -> list[Path]:
    return [*SDK.rglob("*.go"), SDK / "go.mod", SDK / "go.sum"]


def _vet() -> None:
    vet: list[str | Path] = [find_go(SDK), "vet", "-trimpath", "./..."]
    message = "vetting the Go SDK, about 5 seconds (2 minutes the first time)"
    run(message, vet, log="sdk-go-vet", cwd=SDK, env=go_environment())


if __name__ == "__main__":
    main()
