"""The heat map: how full each chain of a map is."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import BoundaryNorm, Colormap, Normalize
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import FixedLocator, MaxNLocator

from gomap import inspect
from gomap.display.text import plural
from gomap.viz import counts, words
from gomap.viz.counts import SATURATED, Grid
from gomap.viz.picture import Picture
from gomap.viz.theme import (
    SMALL,
    Theme,
    heading,
    headline,
    levels,
    note,
    paper,
    ramp,
    settings,
    theme_named,
)

#: Rows and columns of a grid whose cells are written in, at most.
_WRITTEN = 16
_HATCH = "////"


def heat_map(m: Any, /, *, theme: str = "light") -> Picture:
    """heat_map(m, /, *, theme="light"): the entries of every chain, as a coloured grid.

    A cell is a chain, the array's first at the top left; above 8192 chains it is the mean
    of neighbouring ones, and the picture says of how many.  While the map grows the old
    array lies beside the new one, evacuated chains hatched.  One pass over the buckets;
    the map is not touched.  Raises TypeError for what is no Map, ValueError for an
    unknown theme.

    >>> from gomap import Map, int64, viz
    >>> viz.heat_map(Map[int64, int64]({k: k for k in range(100)}))
    <Picture: heat map of Map[int64, int64]: 100 entries in 16 buckets>
    """
    colours = theme_named(theme)
    s = inspect.stats(m)
    title = f"heat map of {words.of_map(m, s.count, s.buckets)}"
    with settings():
        figure = paper(colours, 7.2, 6.2 if s.growing or s.buckets > 4 else 4.2)
        draw(figure, m, colours)
        headline(figure, title, colours)
        return Picture(figure, title, colours)


def draw(figure: Figure | SubFigure, m: Any, theme: Theme) -> None:
    """Draw the grids of a map, the old array above the new one, under one scale."""
    new, old = counts.of_map(m)
    grids = [grid for grid in (old, new) if grid is not None]
    names = [name for name, grid in (("old array", old), ("new array", new)) if grid is not None]
    if not grids:
        axes = figure.subplots()
        axes.set_facecolor(theme.box)
        for spine in axes.spines.values():
            spine.set_color(theme.grid)
        note(axes, words.no_buckets(m), theme)
        return
    heights = [grid.cells.shape[0] / grid.cells.shape[1] for grid in grids]
    column = figure.subplots(len(grids), 1, squeeze=False, height_ratios=heights)[:, 0]
    colours, norm = scale(grids, theme)
    for axes, grid, name in zip(column, grids, names, strict=True):
        panel(axes, grid, colours, norm, theme)
        what = name if old is not None else "present array"
        heading(axes, f"{what}: {plural(grid.chains, 'chain')}", theme)
        axes.set_xlabel(sentence(grid), loc="left", fontsize=SMALL, color=theme.pale)
    if old is not None and new is not None and new.chains > old.chains:
        split(column[-1], new, theme)
    bar(figure, [*column], colours, norm, max(grid.each for grid in grids), theme)


def scale(grids: list[Grid], theme: Theme) -> tuple[Colormap, Normalize]:
    """Return the colours and what they stand for."""
    if any(grid.each > 1 for grid in grids):
        means = np.concatenate([grid.cells.ravel() for grid in grids])
        known = means[~np.isnan(means)]
        low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 8.0)
        colours: Colormap = ramp(theme)
        norm: Normalize = Normalize(low, high if high > low else low + 1)
    else:
        most = max(8, *(grid.most for grid in grids))
        colours = levels(theme, most)
        norm = BoundaryNorm(np.arange(-0.5, most + 1), most + 1)
    return colours.with_extremes(bad=(0, 0, 0, 0)), norm


def panel(axes: Axes, grid: Grid, colours: Colormap, norm: Normalize, theme: Theme) -> None:
    """Draw one grid."""
    rows, columns = grid.cells.shape
    axes.imshow(
        np.ma.masked_invalid(grid.cells),
        cmap=colours,
        norm=norm,
        interpolation="nearest",
        aspect="equal",
    )
    axes.set_facecolor(theme.paper)
    axes.patch.set(hatch=_HATCH, edgecolor=theme.hatch)
    for spine in axes.spines.values():
        spine.set_color(theme.edge)
    axes.set_xticks([])
    starts = MaxNLocator(8, integer=True).tick_values(0, rows - 1)
    ticks = [int(row) for row in starts if 0 <= row <= rows - 1]
    axes.set_yticks(ticks, [f"{row * columns * grid.each:,}" for row in ticks])
    axes.tick_params(colors=theme.pale, labelsize=SMALL, length=3)
    if grid.cells.size <= 1024:
        axes.set_xticks(np.arange(0.5, columns - 1), minor=True)
        axes.set_yticks(np.arange(0.5, rows - 1), minor=True)
        axes.grid(which="minor", color=theme.paper, lw=1)
        axes.tick_params(which="minor", length=0)
    if max(rows, columns) <= _WRITTEN:
        write(axes, grid, colours, norm)


def split(axes: Axes, grid: Grid, theme: Theme) -> None:
    """Part the new array's halves: old bucket i goes to X = i and to Y = i + old buckets."""
    rows = len(grid.cells)
    if rows % 2:
        return
    axes.axhline(rows / 2 - 0.5, color=theme.other, lw=1.6)
    for half, name in ((0.25, "Y"), (0.75, "X")):
        axes.text(
            *(1.015, half, name),
            transform=axes.transAxes,
            va="center",
            color=theme.other,
            weight="bold",
        )


def write(axes: Axes, grid: Grid, colours: Colormap, norm: Normalize) -> None:
    """Write each chain's entries into its cell, in ink that stands out."""
    rows, columns = grid.cells.shape
    size = min(12.0, 96 / max(rows, columns))
    for (row, column), entries in np.ndenumerate(grid.cells):
        if np.isnan(entries):
            continue
        red, green, blue, _ = colours(norm(entries))
        ink = "#10161d" if 0.3 * red + 0.59 * green + 0.11 * blue > 0.55 else "#ffffff"
        axes.text(column, row, f"{entries:.0f}", ha="center", va="center", color=ink, fontsize=size)


def sentence(grid: Grid) -> str:
    """Say what a cell is and what lies behind it."""
    parts = []
    if grid.each > 1:
        parts.append(f"A cell is the mean of {grid.each} neighbouring chains.")
    most = f"{grid.most} or more" if grid.most >= SATURATED else f"{grid.most}"
    if grid.evacuated == grid.chains:
        parts.append("All evacuated (hatched).")
    elif grid.evacuated:
        parts.append(f"{grid.evacuated:,} evacuated (hatched); others hold {grid.least} to {most}.")
    elif grid.least == grid.most:
        parts.append(f"Every chain holds {most}.")
    else:
        parts.append(f"Chains hold {grid.least} to {most} entries.")
    return "\n".join(parts)


def bar(
    figure: Figure | SubFigure,
    column: list[Axes],
    colours: Colormap,
    norm: Normalize,
    each: int,
    theme: Theme,
) -> None:
    """Draw the scale; beyond eight entries a chain has overflow buckets."""
    drawn = figure.colorbar(
        ScalarMappable(norm, colours), ax=column, shrink=0.85, aspect=26, pad=0.02
    )
    drawn.outline.set_visible(False)
    drawn.ax.tick_params(colors=theme.pale, labelsize=SMALL, length=0)
    if each == 1:
        most = round(norm.vmax or 8)
        step = max(1, -(-most // 17))
        drawn.ax.yaxis.set_major_locator(FixedLocator(list(range(0, most + 1, step))))
        drawn.ax.minorticks_off()
    words_ = "mean entries per chain" if each > 1 else "entries (above 8: overflow buckets)"
    drawn.set_label(words_, color=theme.pale, fontsize=SMALL + 0.5)
