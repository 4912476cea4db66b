"""How long the plugin takes to print its port, from .venv and packed, beside the least that any provider takes."""

from __future__ import annotations

import sys

from benchmarks.packed import FROZEN
from benchmarks.plugin import EMPTY, PLUGIN, start_seconds
from benchmarks.rows import Row, in_turns

TEXT = "start until the port is printed"
AGAINST = "an empty provider on the same SDK"
WHY = (
    "Python, gRPC and the messages of the protocol are most of what is left, and the empty provider has them too; "
    "`python -X importtime` names the rest."
)


def starts(repeats: int) -> list[Row]:
    """The plugin, and the packed one twice: beside the empty provider, and beside the plugin in .venv."""
    plugin, packed, empty = in_turns(
        repeats,
        lambda: start_seconds([PLUGIN]),
        lambda: start_seconds([FROZEN / PLUGIN.name]),
        lambda: start_seconds([sys.executable, EMPTY]),
    )
    return [
        Row(f"plugin {TEXT}", AGAINST, plugin, empty, 0.80, why=WHY),
        Row(f"packed plugin, {TEXT}", AGAINST, packed, empty, 0.80, why=WHY),
        Row(
            "the same",
            "the plugin in .venv",
            packed,
            plugin,
            1.0,
            why="PyInstaller's own start comes before ours: it starts itself twice, to set where libraries are found, "
            "and imports ctypes.",
        ),
    ]
