"""Writes sdk/ anew from schema.json; with --check only tells whether that would change anything."""

from __future__ import annotations

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from go_tools import BIN, PULUMI_VERSION, find_go, go_environment
from slowly import CACHE, ROOT, one_at_a_time, run

SDK = ROOT / "sdk"
LANGUAGES = ("python", "nodejs", "go")
GO_MODULE_FILES = (Path("go/go.mod"), Path("go/go.sum"))
# What builds and package managers leave in the folders of an SDK.
LEFTOVERS = {"node_modules", "bin", "build", "dist", "__pycache__", ".mypy_cache", "package-lock.json"}


def main() -> None:
    """Generate into a temporary folder, then compare it with sdk/ or replace sdk/ by it."""
    check = "--check" in sys.argv[1:]
    with one_at_a_time("sdk"):
        new = CACHE / "sdk"
        shutil.rmtree(new, ignore_errors=True)
        _generate(new)
        if check:
            differences = _differences(new)
            if differences:
                sys.exit("\n".join([*differences, "sdk/ is not what schema.json gives: run make sdk"]))
        else:
            _complete_go_module(new)
            _take_its_place(new)


def _generate(folder: Path) -> None:
    subprocess.run([BIN / "sdkgen", ROOT / "schema.json", folder], check=True)
    for language in LANGUAGES:
        # Each SDK is published by itself; pkg.go.dev shows the documentation only of modules with a licence.
        shutil.copy(ROOT / "LICENSE", folder / language / "LICENSE")
    # Go's generator writes no README; pkg.go.dev shows the one at the root of the module.
    shutil.copy(folder / "python" / "README.md", folder / "go" / "README.md")
    # The generator writes a table, which setuptools no longer reads from 2027 on.
    project = folder / "python" / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    license_table = '  [project.license]\n    text = "Apache-2.0"\n'
    if license_table not in text:
        sys.exit("==> the generator writes the licence of the Python SDK in another way: see tools/generate_sdk.py")
    text = text.replace(license_table, "").replace("  name = ", '  license = "Apache-2.0"\n  name = ', 1)
    project.write_text(text.replace("setuptools>=61.0", "setuptools>=77"), encoding="utf-8")
    # The generator names an older version, whose own dependencies the Go module proxies no longer all serve.
    _go("mod", "edit", f"-require=github.com/pulumi/pulumi/sdk/v3@{PULUMI_VERSION}", cwd=folder / "go")


def _go(*arguments: str, cwd: Path) -> bytes:
    go = find_go(ROOT / "tools" / "sdkgen")
    return subprocess.run([go, *arguments], cwd=cwd, env=go_environment(), capture_output=True, check=True).stdout


def _files(folder: Path) -> set[Path]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {
        path
        for path in found
        if not LEFTOVERS.intersection(path.parts) and not any(part.endswith(".egg-info") for part in path.parts)
    }


def _differences(new: Path) -> list[str]:
    wanted, present = _files(new).difference(GO_MODULE_FILES), _files(SDK).difference(GO_MODULE_FILES)
    lines = [f"missing: sdk/{path}" for path in sorted(wanted - present)]
    lines += [f"left over: sdk/{path}" for path in sorted(present - wanted)]
    both = sorted(wanted & present)
    lines += [f"differs: sdk/{path}" for path in both if not filecmp.cmp(new / path, SDK / path, shallow=False)]
    if not _go_module_is_complete(new):
        lines.append("differs: sdk/go/go.mod")
    return lines


def _go_module_is_complete(new: Path) -> bool:
    """Tell whether sdk/ holds the module that the generator names; its other lines are `go mod tidy`'s own."""
    if not all((SDK / path).exists() for path in GO_MODULE_FILES):
        return False
    wanted, present = _module_of(new / "go"), _module_of(SDK / "go")
    return wanted["Module"] == present["Module"] and all(line in present["Require"] for line in wanted["Require"])


def _module_of(folder: Path) -> dict[str, Any]:
    module: dict[str, Any] = json.loads(_go("mod", "edit", "-json", cwd=folder))
    return module


def _complete_go_module(new: Path) -> None:
    if _go_module_is_complete(new):
        # These files are kept, so that generating again never changes a version by itself.
        for path in GO_MODULE_FILES:
            shutil.copy(SDK / path, new / path)
        return
    tidy: list[str | Path] = [find_go(ROOT / "tools" / "sdkgen"), "mod", "tidy"]
    message = "finding the dependencies of the Go SDK, about 20 seconds"
    run(message, tidy, log="sdk-go", cwd=new / "go", env=go_environment())


def _take_its_place(new: Path) -> None:
    old = CACHE / "sdk.old"
    shutil.rmtree(old, ignore_errors=True)
    if SDK.exists():
        os.replace(SDK, old)
    os.replace(new, SDK)
    shutil.rmtree(old, ignore_errors=True)
    print(f"sdk/ written: {', '.join(LANGUAGES)}")


if __name__ == "__main__":
    main()
