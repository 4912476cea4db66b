"""Writes the bill of materials of each packed folder: what is in it, CPython and the system's libraries included.

`sbom.py PYTHON FROZEN VERSION PLATFORM TARGET`: PYTHON packed the folders in FROZEN; the Python that runs this has
cyclonedx-bom. Windows' job calls it as well, so that it uses nothing that only other systems have.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONTENTS = ROOT / "tools" / "pyinstaller" / "contents.py"
# Its bootloader is the executable itself.
ALWAYS = {"pyinstaller"}


def main() -> None:
    """Write TARGET/NAME-vVERSION-PLATFORM.cdx.json for each NAME in FROZEN."""
    python, frozen, version, platform, target = sys.argv[1:]
    environment = _describe_environment(python)
    for folder in sorted(path for path in Path(frozen).iterdir() if path.is_dir()):
        # With .exe on Windows, without it elsewhere.
        (executable,) = [path for path in folder.glob(f"{folder.name}*") if path.is_file()]
        bom = _packed_part(environment, python, executable, version)
        name = f"{folder.name}-v{version}-{platform}.cdx.json"
        (Path(target) / name).write_text(json.dumps(bom, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _describe_environment(python: str) -> Any:
    """Return the CycloneDX description of everything that is installed where the plugin was packed."""
    argv: list[str | Path] = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible"]
    argv += ["--output-format", "JSON", "--mc-type", "application", "--pyproject", ROOT / "pyproject.toml"]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "environment.json"
        subprocess.run([*argv, "--output-file", file, python], check=True)
        return json.loads(file.read_text(encoding="utf-8"))


def _packed_part(environment: Any, python: str, executable: Path, version: str) -> Any:
    """Return the part of `environment` that was packed beside `executable`, and what it does not know."""
    done = subprocess.run([python, CONTENTS, executable], capture_output=True, text=True, check=True)
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
    return bom


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
        # Vulnerability scanners look for these names: the two are not packages of any index.
        "cpe": f"cpe:2.3:a:{product}:{version}:*:*:*:*:*:*:*",
    }


def _library(path: Path) -> Any:
    """Describe a library of the machine that packs; its version cannot be read in the same way on all systems."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    hashes = [{"alg": "SHA-256", "content": digest}]
    return {"type": "file", "bom-ref": f"file:{path.name}", "name": path.name, "hashes": hashes}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
