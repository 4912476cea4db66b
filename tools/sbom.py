"""The bill of materials of a packed folder: what is in it, the interpreter and the system's libraries included."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from slowly import CACHE, ROOT, run

CONTENTS = ROOT / "tools" / "pyinstaller" / "contents.py"
# Its bootloader is the executable itself.
ALWAYS = {"pyinstaller"}


def describe_environment(packing: Path, freezing: Path) -> Any:
    """Return the CycloneDX description of everything that is installed where the plugin is packed."""
    target = CACHE / "environment.cdx.json"
    argv: list[str | Path] = [packing, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    argv += ["--output-format", "JSON", "--mc-type", "application", "--pyproject", ROOT / "pyproject.toml"]
    run("writing the bill of materials, about 5 seconds", [*argv, "--output-file", target, freezing], log="sbom")
    return json.loads(target.read_text())


def write_sbom(environment: Any, freezing: Path, executable: Path, version: str, target: Path) -> None:
    """Write to `target` the part of `environment` that was packed beside `executable`, and what it does not know."""
    done = subprocess.run([freezing, CONTENTS, executable], capture_output=True, text=True, check=True)
    contents = json.loads(done.stdout)
    packed = {_normal(name) for name in contents["distributions"]} | ALWAYS
    components = [component for component in environment["components"] if _normal(component["name"]) in packed]
    components += [
        _runtime("cpython", contents["python"], "python:python"),
        _runtime("openssl", contents["openssl"], "openssl:openssl"),
        *(_library(executable.parent / "_internal" / name) for name in contents["libraries"]),
    ]
    root = environment["metadata"]["component"]
    known = {root["bom-ref"], *(component["bom-ref"] for component in components)}
    bom = {**environment, "components": components, "dependencies": _among(environment["dependencies"], known)}
    # pyproject.toml leaves the version to schema.json, so the generator does not see it.
    component = {**root, "name": executable.stem, "version": version}
    bom["metadata"] = {**environment["metadata"], "component": component}
    target.write_text(json.dumps(bom, indent=2, sort_keys=True) + "\n")


def _among(dependencies: list[Any], known: set[str]) -> list[Any]:
    kept = []
    for entry in dependencies:
        if entry["ref"] in known:
            wanted = [ref for ref in entry.get("dependsOn", []) if ref in known]
            kept.append({"ref": entry["ref"], **({"dependsOn": wanted} if wanted else {})})
    return kept


def _runtime(name: str, version: str, product: str) -> Any:
    return {
        "type": "library",
        "bom-ref": f"{name}=={version}",
        "name": name,
        "version": version,
        "purl": f"pkg:generic/{name}@{version}",
        # What vulnerability scanners look for: these two are no packages of any index.
        "cpe": f"cpe:2.3:a:{product}:{version}:*:*:*:*:*:*:*",
    }


def _library(path: Path) -> Any:
    """Describe a library of the machine that packs; its version is in no place that all systems share."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    hashes = [{"alg": "SHA-256", "content": digest}]
    return {"type": "file", "bom-ref": f"file:{path.name}", "name": path.name, "hashes": hashes}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
