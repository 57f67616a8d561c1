"""Draws the result of bench_batch.py: a panel an operation, a group of bars a library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

Bars = dict[str, dict[str, float]]
"""By size, then by library."""

INK, PALE_INK, GRID = "#22303c", "#5b6b79", "#e3e8ed"
OURS_COLOURS = ("#f0b083", "#c8511b")
OTHER_COLOURS = ("#c3ced9", "#667c91")
COLUMNS = 4
GROUP = 0.8
"""The height of a library's bars, of the 1 that it has."""


def colours(is_ours: bool, sizes: int) -> list[str]:
    """Return a colour for each size, the last one the strongest."""
    pair = OURS_COLOURS if is_ours else OTHER_COLOURS
    return [pair[1]] if sizes == 1 else [*[pair[0]] * (sizes - 1), pair[1]]


def panel(axis: Axes, bars: Bars, ours: str, logarithmic: bool) -> None:
    """Draw one operation: the fastest library at the top, a number at every bar."""
    sizes = [size for size in bars if bars[size]]
    last = bars[sizes[-1]]
    names = sorted({name for size in sizes for name in bars[size]}, key=lambda n: last.get(n, 0))
    values = [value for size in sizes for value in bars[size].values()]
    height = GROUP / len(sizes)
    for row, name in enumerate(names):
        for at, (size, colour) in enumerate(
            zip(sizes, colours(name == ours, len(sizes)), strict=True)
        ):
            if name not in bars[size]:
                continue
            value = bars[size][name]
            y = row + (at - (len(sizes) - 1) / 2) * height
            axis.barh(y, value, height * 0.92, color=colour)
            shown = f" {value:.0f}" if value >= 20 else f" {value:.1f}"
            axis.text(value, y, shown, va="center", fontsize=8.5, color=INK)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.set_yticks(range(len(names)), names)
    for label in axis.get_yticklabels():
        label.set_fontweight("bold" if label.get_text() == ours else "normal")
        label.set_color(OURS_COLOURS[1] if label.get_text() == ours else INK)
    scale(axis, min(values), max(values), logarithmic)


def scale(axis: Axes, least: float, most: float, logarithmic: bool) -> None:
    """Choose the horizontal axis, with room for the numbers."""
    if logarithmic:
        axis.set_xscale("log")
        axis.set_xlim(min(least / 2, 1), most * 3)
        axis.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    else:
        axis.set_xlim(0, most * 1.2)
    axis.grid(axis="x", color=GRID, linewidth=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(axis="x", colors=PALE_INK, labelsize=8.5, which="both", length=0)
    axis.tick_params(axis="y", labelsize=10.5, length=0)
    axis.spines[:].set_visible(False)


def draw(panels: Sequence[tuple[str, str, Bars]], weights: Bars, ours: str, path: Path) -> None:
    """Write the picture: times on a logarithmic scale, bytes on a plain one.

    A panel is a title, a unit and bars, `weights` the bars of the last one.
    """
    everything = [*panels, ("memory", "bytes per entry", weights)]
    everything = [each for each in everything if any(each[2].values())]
    rows = -(-len(everything) // COLUMNS)
    figure, axes = plt.subplots(rows, COLUMNS, figsize=(4 * COLUMNS, 4.2 * rows), squeeze=False)
    figure.set_facecolor("white")
    for axis, (title, unit, bars) in zip(axes.flat, everything, strict=False):
        panel(axis, bars, ours, logarithmic=bars is not weights)
        axis.set_xlabel(unit, color=PALE_INK)
        axis.set_title(title, fontsize=13, color=INK, loc="left", fontweight="bold")
    for axis in axes.flat[len(everything) :]:
        axis.set_axis_off()
    sizes = max((list(bars) for _, _, bars in everything), key=len, default=[])
    shades = f"; pale: n = {', '.join(sizes[:-1])}, strong: n = {sizes[-1]}" if sizes[1:] else ""
    head = f"Batches over arrays, int64 to int64, log scale: shorter is better{shades}"
    figure.suptitle(head, fontsize=15, color=INK, x=0.012, ha="left")
    figure.tight_layout(rect=(0, 0, 1, 0.98), w_pad=2, h_pad=2)
    figure.savefig(path, dpi=100)
    plt.close(figure)
