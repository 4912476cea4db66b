"""Writes the command's screens in the documents, from real runs: docs/terminal.svg, the blocks of docs/command.md.

`--check` writes nothing and fails when something, or the file named after it, would be written differently.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import tempfile
import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from emulator import EXAMPLE_JOB_ID, SITE_ID, Emulator  # noqa: E402  # it lies beside tools/, not in the plugin

PICTURE = ROOT / "docs" / "terminal.svg"
PAGE = ROOT / "docs" / "command.md"
COLUMNS = 100
MOVED_EXECUTION_ID = "c22f8497e0cb0994c748db68"
# Where somebody changes the jobs: a comment in the page, a line of its own in the picture.
BY_HAND = "somebody adds a job, deletes one and moves an execution of a third"
SHOWN_IN_THE_PICTURE = (
    f"alicloud-esa jobs list --site-id {SITE_ID} --name-regex ^nightly-",
    f"alicloud-esa drift record --executions --site-id {SITE_ID} -o preload-jobs.json",
    BY_HAND,
    "alicloud-esa drift check --baseline preload-jobs.json",
    "echo $?",
)
_PIECE = re.compile(rf"<!-- {BY_HAND} -->|(?<=```console\n).*?(?=^```)", re.MULTILINE | re.DOTALL)


def main() -> None:
    """Write the picture and the page, or only compare them."""
    stale = []
    check, *only = sys.argv[1:] or [""]
    for path, make in {PICTURE: picture, PAGE: page}.items():
        if only and str(path.relative_to(ROOT)) not in only:
            continue
        text = make()
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        if check:
            stale.append(f"{path.relative_to(ROOT)} is not what the command prints: run make screens")
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        sys.exit("\n".join(stale))


def picture() -> str:
    """Return the terminal of a person who notices drift, as SVG."""
    # Without a height rich takes 80 columns where TERM is dumb, whatever the width.
    console = Console(
        record=True, width=COLUMNS, height=50, file=io.StringIO(), force_terminal=True, color_system="truecolor"
    )
    with terminal() as here:
        for command in SHOWN_IN_THE_PICTURE:
            if command == BY_HAND:
                here.change_by_hand()
                console.print(Text(f"# {BY_HAND}", style="dim"))
            else:
                console.print(Text("$ ", style="bold green") + Text(command, style="bold white"))
                console.print(Text.from_ansi(here.run(command)))
    # The SVG's own fonts would be fetched from another host; every system has a monospaced one.
    plain = re.sub(r"\s*@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    return console.export_svg(title="alicloud-esa", code_format=plain, unique_id="terminal") + "\n"


def page() -> str:
    """Return the page with each `console` block as its commands print it, run in the page's order."""
    with terminal() as here:
        return _PIECE.sub(lambda piece: _piece(here, piece[0]), PAGE.read_text(encoding="utf-8"))


def _piece(here: Terminal, text: str) -> str:
    if text.startswith("<!--"):
        here.change_by_hand()
        return text
    commands = [line[2:] for line in text.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {command}\n{here.run(command)}\n" for command in commands)


class Terminal:
    """A folder in which commands run with the emulator as the service."""

    def __init__(self, folder: str, emulator: Emulator) -> None:
        self.folder, self.emulator, self.code = folder, emulator, 0
        foreign = ("ALIBABA", "ALICLOUD", "COVERAGE_", "NO_COLOR", "FORCE_COLOR", "COLUMNS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        path = os.pathsep.join([str(ROOT / ".venv" / "bin"), os.environ["PATH"]])
        self.environment = {**kept, **emulator.environment(), "PATH": path, "TERM": "dumb"}

    def run(self, command: str) -> str:
        """Return what the command prints; `echo $?` tells how the one before ended."""
        if command == "echo $?":
            return str(self.code)
        ours, theirs = pty.openpty()
        tty.setraw(theirs)
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
        words = ["sh", "-c", command]
        with subprocess.Popen(
            words, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
        ) as child:
            os.close(theirs)
            printed = b"".join(_chunks(ours))
        os.close(ours)
        self.code = child.returncode
        return "\n".join(line.rstrip() for line in printed.decode().splitlines()).rstrip()

    def change_by_hand(self) -> None:
        """Add a job, delete one and move an execution: the plan is all that can be edited of an existing job."""
        self.emulator.store.add(SITE_ID, Name="added-by-hand")
        self.emulator.store.executions.change(MOVED_EXECUTION_ID, StartTime="2024-07-26T01:10:03.270+08:00")
        self.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)


def _chunks(terminal: int) -> Iterator[bytes]:
    # The end of a pseudo-terminal is an error on Linux, nothing more to read elsewhere.
    with suppress(OSError):
        while chunk := os.read(terminal, 65536):
            yield chunk


@contextmanager
def terminal() -> Iterator[Terminal]:
    """Yield a new pseudo-terminal."""
    with tempfile.TemporaryDirectory() as folder, Emulator() as emulator:
        yield Terminal(folder, emulator)


if __name__ == "__main__":
    main()
