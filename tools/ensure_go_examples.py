"""Vets the Go SDK and compiles the Go examples, as they stand, to .cache/go-examples/NAME."""

from __future__ import annotations

import os
from pathlib import Path

from go_toolchain import find_go, go_environment
from slowly import CACHE, ROOT, fingerprint, is_fresh, one_at_a_time, run

SDK = ROOT / "sdk" / "go"
EXAMPLES = ROOT / "examples"
BINARIES = CACHE / "go-examples"


def main() -> None:
    """Bring everything up to date; does nothing when it is."""
    with one_at_a_time("go-examples"):
        _vet()
        for main_file in sorted(EXAMPLES.glob("*/main.go")):
            _build(main_file.parent)


def _sdk_sources() -> list[Path]:
    return [*SDK.rglob("*.go"), SDK / "go.mod", SDK / "go.sum"]


def _vet() -> None:
    wanted, stamp = fingerprint(_sdk_sources()), BINARIES / ".stamp-sdk"
    if is_fresh(stamp, wanted):
        return
    BINARIES.mkdir(parents=True, exist_ok=True)
    run(
        "vetting the Go SDK, about 5 seconds (2 minutes the first time)",
        [find_go(SDK), "vet", "-trimpath", "./..."],
        log="sdk-go-vet",
        cwd=SDK,
        env=go_environment(),
    )
    stamp.write_text(wanted)


def _build(folder: Path) -> None:
    sources = [*folder.glob("*.go"), folder / "go.mod", folder / "go.sum"]
    wanted, stamp = fingerprint([*sources, *_sdk_sources()]), BINARIES / f".stamp-{folder.name}"
    target = BINARIES / folder.name
    if is_fresh(stamp, wanted) and target.exists():
        return
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
    stamp.write_text(wanted)


if __name__ == "__main__":
    main()
