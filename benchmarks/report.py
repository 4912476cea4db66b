"""The table as text and as the part of docs/performance.md between two markers."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from benchmarks import plot
from benchmarks.growth import Curve
from benchmarks.rows import Row

DOCS = Path(__file__).resolve().parent.parent / "docs"
START, END = "<!-- figures: written by `make bench` -->", "<!-- end of figures -->"
OURS, PEER = "provider, marshalled, over gRPC", "official SDK's loop"


def table(rows: Sequence[Row]) -> str:
    """A Markdown table, which reads well on a terminal too."""
    lines = [("work", "against", "provider", "peer", "figure", "target", "met"), ("---",) * 7]
    for row in rows:
        digits = 3 if row.unit == "s" else 0
        ours, peer = ("" if side is None else f"{side:.{digits}f} {row.unit}" for side in (row.ours, row.peer))
        against = "; ".join(part for part in (row.against, row.note) if part)
        figure, target = _shown(row, row.figure), f"<= {_shown(row, row.target)}"
        lines.append((row.work, against, ours, peer, figure, target, "yes" if row.met else "**no**"))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def missed(rows: Sequence[Row]) -> str:
    """A sentence for each figure that misses its target, with the reason."""
    lines = [
        f"- **{row.work}**: {_shown(row, row.figure)}, where {_shown(row, row.target)} was aimed at. {row.why}"
        for row in rows
        if not row.met
    ]
    return "\n".join(["Missed:", "", *map(str.rstrip, lines)]) if lines else "No target is missed."


def _shown(row: Row, value: float) -> str:
    return f"{value:.0f} {row.unit}" if row.peer is None else f"{value:.2f}x"


def growth_tables(curves: Sequence[Curve]) -> str:
    """How time and memory grow, a table each."""
    return "\n\n".join(_growth_table(curve) for curve in curves)


def _growth_table(curve: Curve) -> str:
    one = f"provider, a {curve.what.removesuffix('s')}"
    lines = [(curve.what, "provider", PEER, one, "provider's peak memory"), ("---:",) * 5]
    for at in curve.points:
        each = f"{at.ours / at.count * 1e6:,.0f} us"
        lines.append((f"{at.count:,}", f"{at.ours:.3f} s", f"{at.peer:.3f} s", each, f"{at.memory:.0f} MB"))
    return f"{curve.title}:\n\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines)


def growth_plot(curves: Sequence[Curve]) -> str:
    """The same as a picture, a chart each."""
    return plot.svg(
        [
            plot.Chart(
                curve.title,
                f"{curve.what} (no latency)",
                (
                    (OURS, "#1f6feb", [(at.count, at.ours) for at in curve.points]),
                    (PEER, "#d1242f", [(at.count, at.peer) for at in curve.points]),
                ),
            )
            for curve in curves
        ]
    )


def machine() -> str:
    """What it was measured on."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    packages = ("pulumi", "grpcio", "protobuf", "urllib3", "alibabacloud-esa20240910")
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    return (
        f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}; {versions}; "
        f"load average at the end {os.getloadavg()[0]:.1f}."
    )


def write(rows: Sequence[Row], curves: Sequence[Curve]) -> None:
    """Put the figures into docs/performance.md, and the curves into docs/performance.svg."""
    path = DOCS / "performance.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(START)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{path.name} has no markers for the figures")
    figures = f"\nMeasured on: {machine()}\n\n{table(rows)}\n\n{missed(rows)}\n\n{growth_tables(curves)}\n\n"
    path.write_text(f"{before}{START}\n{figures}{END}{after}", encoding="utf-8")
    (DOCS / "performance.svg").write_text(growth_plot(curves), encoding="utf-8")
