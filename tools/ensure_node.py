"""Makes .cache/npm: the packages that tests/engine/npm pins, and in them the npm package of sdk/nodejs as published.

The package is compiled here with the oldest TypeScript that its package.json allows, and with a current one.
"""

from __future__ import annotations

import shutil

from node_toolchain import find_node, node_environment
from slowly import CACHE, ROOT, fingerprint, one_at_a_time, run, step

PINS = [ROOT / "tests" / "engine" / "npm" / name for name in ("package.json", "package-lock.json")]
NPM = CACHE / "npm"
SDK = ROOT / "sdk" / "nodejs"
PACKAGE = NPM / "node_modules" / "pulumi-alicloud-esa"
# Aliases in tests/engine/npm/package.json. The last one compiled is the one whose output is used.
COMPILERS = ("typescript-oldest", "typescript-newest", "typescript")


def main() -> None:
    """Bring .cache/npm up to date; does nothing when it is."""
    with one_at_a_time("npm"):
        step(NPM / ".stamp-packages", fingerprint(PINS), _install)
        sources = [*SDK.rglob("*.ts"), SDK / "package.json", SDK / "tsconfig.json"]
        wanted = fingerprint((path for path in sources if "bin" not in path.parts), *COMPILERS)
        step(NPM / ".stamp-sdk", wanted, _build_sdk, PACKAGE)


def _install() -> None:
    shutil.rmtree(NPM, ignore_errors=True)
    NPM.mkdir(parents=True)
    for path in PINS:
        shutil.copy(path, NPM)
    node, npm = find_node()
    run(
        "installing the Node.js packages of the tests into .cache/npm, about 20 seconds",
        [*npm, "ci", "--ignore-scripts"],
        log="npm",
        cwd=NPM,
        env=node_environment(node),
    )


def _build_sdk() -> None:
    copy = NPM / "sdk"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(SDK, copy, ignore=shutil.ignore_patterns("node_modules", "bin"))
    node, _ = find_node()
    for compiler in COMPILERS:
        shutil.rmtree(copy / "bin", ignore_errors=True)
        run(
            f"compiling the npm package with {compiler}, about 5 seconds",
            [node, NPM / "node_modules" / compiler / "bin" / "tsc", "--project", copy],
            log=f"sdk-nodejs-{compiler}",
            cwd=copy,
        )
    shutil.rmtree(PACKAGE, ignore_errors=True)
    # What is published is bin/ with these beside the compiled files.
    for name in ("package.json", "README.md", "LICENSE"):
        shutil.copy(copy / name, copy / "bin")
    (copy / "bin").rename(PACKAGE)
    shutil.rmtree(copy)


if __name__ == "__main__":
    main()
