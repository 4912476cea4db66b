"""Runs the decoder and the input readers under atheris; `make fuzz` calls it after the property tests."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

from ensure_venv import PYTHON, REQUIREMENTS, fetch
from slowly import CACHE, ROOT, run

# Each target, and for how many seconds it runs.
TARGETS = {"decoder": 60, "inputs": 30}
HARNESS = "tests.fuzz.coverage_guided"


def main() -> None:
    """Fetch atheris into .cache, not into .venv: nothing but this needs it. Then fuzz, and keep what was found."""
    if platform.system() != "Linux" or platform.machine() != "x86_64" or not (3, 11) <= sys.version_info < (3, 14):
        print(f"==> atheris has no wheel for Python {platform.python_version()} on {platform.platform()}: left out")
        return
    atheris = CACHE / "atheris"
    fetch("atheris once, about 10 seconds", REQUIREMENTS / "fuzz.txt", atheris, "--only-binary", ":all:")
    for target, seconds in TARGETS.items():
        fuzz(target, seconds, atheris)


def fuzz(target: str, seconds: int, atheris: Path) -> None:
    """One target for so long; the inputs that it found stay in .cache for the next run."""
    folder = CACHE / "fuzz"
    corpus = folder / target
    corpus.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "provider"), str(atheris)])}
    harness: list[str | Path] = [PYTHON, "-m", HARNESS, target]
    subprocess.run([*harness, "--seeds", corpus], cwd=ROOT, env=environment, check=True)
    limits = [f"-max_total_time={seconds}", "-max_len=4096", "-timeout=5", "-rss_limit_mb=1024", "-print_final_stats=1"]
    places = [f"-dict={folder / target}.words", f"-artifact_prefix={folder / 'found-'}"]
    run(
        f"fuzzing the {target} with atheris for {seconds} seconds; a finding is kept as .cache/fuzz/found-*",
        [*harness, *limits, *places, corpus],
        log=f"fuzz-{target}",
        env=environment,
    )


if __name__ == "__main__":
    main()
