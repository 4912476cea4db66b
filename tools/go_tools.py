"""Builds the tools that only exist as Go modules: `go_tools.py NAME...` leaves bin/NAME, made once."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from go_toolchain import find_go, go_environment
from slowly import CACHE, ROOT, fingerprint, one_at_a_time, run, step

BIN = ROOT / "bin"
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
        step(CACHE / "bin" / name, wanted, lambda: _compile(name, tool, module, target), target)
    return target


def _compile(name: str, tool: GoTool, module: Path, target: Path) -> None:
    # Under a temporary name until it is complete, so that an interrupted build leaves no partial command.
    unfinished = CACHE / f"{name}.unfinished"
    go = find_go(module)
    flags = ["-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", tool.ldflags]
    run(
        f"building {tool.label} once, about {tool.takes} on 2 cores",
        [go, "build", *flags, "-o", unfinished, tool.package],
        log=name,
        cwd=module,
        env=go_environment(),
    )
    target.parent.mkdir(exist_ok=True)
    os.replace(unfinished, target)


if __name__ == "__main__":
    for tool_name in sys.argv[1:]:
        build(tool_name)
