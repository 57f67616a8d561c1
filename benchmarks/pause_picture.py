"""Draws the result of bench_pause.py: every insert, and the longest of each column."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray
from pause_child import SUBJECTS
from pause_measure import Results, Times, beside

mpl.use("Agg")
from matplotlib import pyplot as plt

INK, PALE_INK, GRID = "#22303c", "#5b6b79", "#e3e8ed"
OURS, OTHER = "#c8511b", "#3f5b76"
COLUMNS, ROWS = 180, 120
LEAST, MOST = 3e1, 1e10
"""What the axis of time shows, in nanoseconds."""
FIRST = 10
"""What the axis of entries begins with."""
UNITS = ("10 ns", "100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms", "100 ms", "1 s")

Edges = NDArray[np.float64]


def columns(n: int) -> Edges:
    """Return where columns of inserts begin and end, as wide as each other on a log scale."""
    return np.unique(np.round(np.geomspace(FIRST, n, COLUMNS + 1)))


def longest(times: Times, edges: Edges) -> Times:
    """Return the longest insert of each column."""
    starts = edges[:-1].astype(np.int64)
    found: Times = np.maximum.reduceat(times[: int(edges[-1])], starts)
    return found


def density(times: Times, edges: Edges) -> tuple[Edges, NDArray[np.float64]]:
    """Count the inserts of each cell of the picture."""
    heights = np.geomspace(LEAST, MOST, ROWS + 1)
    counts, _, _ = np.histogram2d(np.arange(len(times)), times, bins=(edges, heights))
    return heights, counts.T


def shades(colour: str) -> LinearSegmentedColormap:
    """Return a scale from a tint of the colour to the colour."""
    red, green, blue = mpl.colors.to_rgb(colour)
    stops = [(red, green, blue, 0.22), (red, green, blue, 0.75)]
    return LinearSegmentedColormap.from_list("shades", stops)


def cloud(axis: Axes, times: Times, edges: Edges, colour: str) -> None:
    """Draw every insert of one run."""
    heights, counts = density(times, edges)
    norm = LogNorm(1, max(float(np.max(counts)), 2.0))
    shown = np.ma.masked_equal(counts, 0)
    axis.pcolormesh(edges, heights, shown, cmap=shades(colour), norm=norm, rasterized=True, lw=0)


def panel(axis: Axes, results: Results, ours: str) -> None:
    """Draw a map and the dict beside it."""
    n = 0
    for name, colour in ((beside(ours), OTHER), (ours, OURS)):
        first, least = results[name].first, results[name].least
        assert first is not None
        assert least is not None
        n = len(first)
        edges = columns(n)
        cloud(axis, first, edges, colour)
        axis.stairs(longest(least, edges), edges, baseline=None, color=colour, lw=1.8)
    label(axis, results, ours)
    axis.set(xscale="log", yscale="log", xlim=(FIRST, n), ylim=(LEAST, MOST))
    axis.axhline(1e6, color=PALE_INK, lw=0.8, ls=(0, (4, 3)), zorder=0)


def label(axis: Axes, results: Results, ours: str) -> None:
    """Write the worst insert of each, the least of all runs."""
    for row, (name, colour) in enumerate(((beside(ours), OTHER), (ours, OURS))):
        worst = results[name].of_least().worst
        axis.text(
            *(0.03, 0.95 - 0.065 * row, f"{name}: at worst {worst / 1e6:.3g} ms"),
            transform=axis.transAxes,
            va="top",
            color=colour,
            fontsize=11,
            fontweight="bold",
        )


def in_short(x: float) -> str:
    """Show a power of ten.

    >>> in_short(100), in_short(1e4), in_short(1e7)
    ('100', '10 k', '10 M')
    """
    for unit, name in ((1e6, " M"), (1e3, " k")):
        if x >= unit:
            return f"{x / unit:g}{name}"
    return f"{x:g}"


def scales(axis: Axes) -> None:
    """Write decades at both axes, and take away what is not needed."""
    axis.yaxis.set_major_locator(FixedLocator([10.0**power for power in range(1, 1 + len(UNITS))]))
    axis.yaxis.set_major_formatter(FuncFormatter(lambda y, _: UNITS[round(np.log10(y)) - 1]))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: in_short(x)))
    for one in (axis.xaxis, axis.yaxis):
        one.set_minor_locator(NullLocator())
    axis.set_xlabel("entries in the table", color=PALE_INK)
    axis.grid(color=GRID, lw=0.8)
    axis.set_axisbelow(True)
    axis.tick_params(colors=PALE_INK, length=0)
    for spine in axis.spines.values():
        spine.set_color(GRID)


def draw(results: Results, file: Path) -> None:
    """Draw one panel for each dict, with the first of the maps beside it."""
    pairs: dict[str, str] = {}
    for name in SUBJECTS:
        if name in results and beside(name) != name and beside(name) in results:
            pairs.setdefault(beside(name), name)
    names = list(pairs.values())
    if not names:
        raise SystemExit("the picture needs a Map and its dict")
    figure, axes = plt.subplots(
        *(1, len(names)),
        figsize=(1 + 4.4 * len(names), 5.4),
        sharey=True,
        squeeze=False,
        layout="constrained",
    )
    for axis, name in zip(axes[0], names, strict=True):
        panel(axis, results, name)
        scales(axis)
    axes[0][0].set_ylabel("one insert", color=PALE_INK)
    runs = len(results[names[0]].runs)
    figure.suptitle(
        f"Shade: every insert of the first run. Line and figures: the longest, least of {runs} "
        "equal runs. Dashes: 1 ms.",
        color=PALE_INK,
        fontsize=10,
        x=0.01,
        ha="left",
    )
    figure.savefig(file, dpi=100)
    plt.close(figure)
