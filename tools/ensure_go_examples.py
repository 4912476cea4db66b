"""Vets the Go SDK and compiles the Go examples, as they stand, to .cache/go-examples/NAME."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from go_toolchain import find_go, go_environment
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
            target = BINARIES / folder.name
            step(BINARIES / f".stamp-{folder.name}", fingerprint(sources), partial(_build, folder, target), target)


def _sdk_sources() -> list[Path]:
    return [*SDK.rglob("*.go"), SDK / "go.mod", SDK / "go.sum"]


def _vet() -> None:
    vet: list[str | Path] = [find_go(SDK), "vet", "-trimpath", "./..."]
    message = "vetting the Go SDK, about 5 seconds (2 minutes the first time)"
    run(message, vet, log="sdk-go-vet", cwd=SDK, env=go_environment())


def _build(folder: Path, target: Path) -> None:
    unfinished = BINARIES / f"{folder.name}.unfinished"
    go, environment = find_go(folder), go_environment()
    run(
        f"compiling examples/{folder.name}, about 5 seconds (2 minutes the first time)",
        [go, "build", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", "-s -w", "-o", unfinished, "."],
        log=f"example-{folder.name}",
        cwd=folder,
        env=environment,
    )
    os.replace(unfinished, target)


if __name__ == "__main__":
    main()
