"""docs/performance.svg: seconds over how many, both axes logarithmic. Too little to need a plotting library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 420, 70, 40, 690, 370
Series = tuple[str, str, Sequence[tuple[float, float]]]


@dataclass(frozen=True)
class Chart:
    """Named, coloured lines of (how many, seconds), under a title."""

    title: str
    across: str
    series: Sequence[Series]


def svg(charts: Sequence[Chart]) -> str:
    """The charts, one below the other."""
    height = HEIGHT * len(charts)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        f'font-size="12"><rect width="{WIDTH}" height="{height}" fill="white"/>'
    ]
    for index, chart in enumerate(charts):
        parts += [f'<g transform="translate(0 {HEIGHT * index})">', *_chart(chart), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _chart(chart: Chart) -> list[str]:
    every = [point for _, _, points in chart.series for point in points]
    x_low, x_high = _decades(x for x, _ in every)
    y_low, y_high = _decades(y for _, y in every)

    def x_of(count: float) -> float:
        return LEFT + (math.log10(count) - x_low) / (x_high - x_low) * (RIGHT - LEFT)

    def y_of(seconds: float) -> float:
        return BOTTOM - (math.log10(seconds) - y_low) / (y_high - y_low) * (BOTTOM - TOP)

    parts = [
        _text(WIDTH / 2, 22, chart.title, "middle"),
        _text(WIDTH / 2, HEIGHT - 12, chart.across, "middle"),
        _text(12, TOP - 12, "seconds", "start"),
    ]
    for power in range(x_low, x_high + 1):
        parts += [_line(x_of(10**power), TOP, x_of(10**power), BOTTOM)]
        parts += [_text(x_of(10**power), BOTTOM + 18, f"{10**power:,}", "middle")]
    for power in range(y_low, y_high + 1):
        parts += [_line(LEFT, y_of(10.0**power), RIGHT, y_of(10.0**power))]
        parts += [_text(LEFT - 8, y_of(10.0**power) + 4, f"{10.0**power:g}", "end")]
    for index, (name, colour, points) in enumerate(chart.series):
        path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y in points)
        parts += [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
        parts += [f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="3.5" fill="{colour}"/>' for x, y in points]
        parts += [f'<rect x="{LEFT + 16}" y="{TOP + 12 + 20 * index}" width="12" height="12" fill="{colour}"/>']
        parts += [_text(LEFT + 34, TOP + 22 + 20 * index, name, "start")]
    return parts


def _decades(values: object) -> tuple[int, int]:
    logs = [math.log10(value) for value in values]  # type: ignore[attr-defined]
    low, high = math.floor(min(logs)), math.ceil(max(logs))
    return low, max(high, low + 1)


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#333">{text}</text>'
