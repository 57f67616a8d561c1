"""The picture of `gomap bench`: the ratio of each operation, with its quartiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from gomap.cli.bench_measure import Subject, geomean
from gomap.cli.bench_result import SHOWN, Bench, Cell

COLOURS = ("#1b9e9e", "#4c78c8", "#1d2d5c", "#b5651d", "#7a3b8f", "#5f6b7a")
MARKERS = ("o", "s", "D", "^", "v", "P")
GRID, LINE, TEXT = "#dde2e8", "#c0392b", "#26303c"
TICKS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
BAND = 0.62
"""Of an operation's row, what its points use."""


def draw(found: Bench) -> Figure:
    """Return the figure: a panel per map, a row per operation, a point per size."""
    subjects = found.subjects
    figure = Figure(
        figsize=(max(2.2 + 3.4 * len(subjects), 7.6), 6.4), dpi=150, layout="constrained"
    )
    panels = figure.subplots(1, len(subjects), sharey=True, squeeze=False)[0]
    limits = reach(found.cells)
    for panel, subject in zip(panels, subjects, strict=True):
        draw_panel(panel, found, subject, limits)
    panels[0].set_yticks(range(len(SHOWN)), [operation.label for operation in SHOWN])
    panels[0].tick_params(axis="y", labelfontfamily="monospace")
    panels[0].set_ylim(len(SHOWN) - 0.5, -0.5)
    figure.supxlabel(
        "time of the map / time of dict: left of the line the map is faster\n"
        "points: medians, whiskers: quartiles of the rounds\n"
        f"{found.processor}, Python {found.python}, gomap {found.gomap}",
        fontsize=9,
        color=TEXT,
    )
    figure.legend(
        *panels[0].get_legend_handles_labels(),
        loc="outside upper center",
        ncols=min(len(found.sizes) + 1, 5),
        frameon=False,
        fontsize=9,
    )
    return figure


def reach(cells: Sequence[Cell]) -> tuple[float, float]:
    """Return limits of the ratios' axis that hold every point and the line at 1.

    A whisker may reach beyond: one disturbed round shall not squeeze all others.
    """
    ratios = [cell.result.ratio for cell in cells]
    return min(0.75, *ratios) / 1.2, max(1.3, *ratios) * 1.2


def draw_panel(panel: Any, found: Bench, subject: Subject, limits: tuple[float, float]) -> None:
    """Draw one map."""
    ratios = [cell.result.ratio for cell in found.cells if cell.subject is subject]
    panel.set_title(
        f"{subject.name}\ngeometric mean {geomean(ratios):.2f}", fontsize=10, color=TEXT
    )
    panel.set_xscale("log")
    panel.set_xlim(*limits)
    panel.xaxis.set_major_locator(FixedLocator([t for t in TICKS if limits[0] < t < limits[1]]))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda tick, _: f"{tick:g}"))
    panel.xaxis.set_minor_locator(NullLocator())
    panel.grid(axis="x", color=GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    for row in range(1, len(SHOWN), 2):
        panel.axhspan(row - 0.5, row + 0.5, color="#f5f7f9", zorder=0)
    panel.axvline(1.0, color=LINE, linewidth=1.4, label="dict")
    for at, n in enumerate(found.sizes):
        draw_size(panel, [found.cell(subject, op, n) for op in SHOWN], at, len(found.sizes))
    panel.tick_params(colors=TEXT, labelsize=9, length=0)
    for side in panel.spines.values():
        side.set_visible(False)


def draw_size(panel: Any, cells: Sequence[Cell], at: int, sizes: int) -> None:
    """Draw the points of one size, each below those of the smaller ones."""
    shift = BAND * ((at + 0.5) / sizes - 0.5)
    middles = [cell.result.ratio for cell in cells]
    below = [max(cell.result.ratio - cell.result.low, 0) for cell in cells]
    above = [max(cell.result.high - cell.result.ratio, 0) for cell in cells]
    panel.errorbar(
        middles,
        [row + shift for row in range(len(cells))],
        xerr=[below, above],
        fmt=MARKERS[at % len(MARKERS)],
        color=COLOURS[at % len(COLOURS)],
        markersize=4.5,
        elinewidth=1.3,
        capsize=2,
        label=f"n = {cells[0].n:,}",
    )
