"""One page about a map: its figures beside Go's, and its histograms and heat map."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from gomap import inspect
from gomap._gotable import published_around
from gomap.display.text import plural
from gomap.inspect import Stats
from gomap.viz import heat, histograms, words
from gomap.viz.picture import Picture
from gomap.viz.theme import (
    NORMAL,
    SMALL,
    Theme,
    heading,
    headline,
    mono,
    paper,
    settings,
    theme_named,
)

#: The four figures of Go's table: what each is called, its unit, its name in both.
FIGURES = (
    ("chains with overflow", " %", "pct_overflow"),
    ("overhead bytes per entry", "", "bytes_per_entry"),
    ("looked at for a hit", "", "hit_probe"),
    ("looked at for a miss", "", "miss_probe"),
)


def overview(m: Any, /, *, theme: str = "light") -> Picture:
    """overview(m, /, *, theme="light"): one page about a map.

    Its header and memory, the four figures of Go's load factor table beside Go's own,
    buckets by slots in use, chains by overflow buckets, tophash bytes, and the heat map.
    Two passes over the buckets; the map is not touched.  Raises TypeError for what is no
    Map, ValueError for an unknown theme.

    >>> from gomap import Map, int64, viz
    >>> viz.overview(Map[int64, int64]({k: k for k in range(100)}))
    <Picture: overview of Map[int64, int64]: 100 entries in 16 buckets>
    """
    colours = theme_named(theme)
    s = inspect.stats(m)
    title = words.of_map(m, s.count, s.buckets)
    with settings():
        figure = paper(colours, 12.6, 10.8)
        headline(figure, title, colours)
        rows: Any = figure.subfigures(2, 1, height_ratios=(2.1, 1), hspace=0.03)
        top, bottom = rows
        halves: Any = top.subfigures(1, 2, width_ratios=(1.12, 1), wspace=0.03)
        left, right = halves
        for part in (top, bottom, left, right):
            part.set_facecolor(colours.paper)
        tables, slots, chains = left.subplots(3, 1, height_ratios=(1.45, 1, 0.9))
        write(tables, m, s, colours)
        histograms.occupancy(slots, s, colours)
        histograms.chains(chains, s, colours)
        heat.draw(right, m, colours)
        below = bottom.subplots()
        histograms.tophashes(below, s, colours)
        for axes, name in (
            (slots, "Buckets by slots in use"),
            (chains, "Chains by overflow buckets"),
            (below, "Entries by tophash byte"),
        ):
            heading(axes, name, colours)
        return Picture(figure, f"overview of {title}", colours)


def header(s: Stats) -> list[tuple[str, str]]:
    """Return the map's header and memory as they are written."""
    growing = f"{s.evacuated:,} of {s.old_total:,} evacuated" if s.growing else "no"
    growths = f"{s.doublings} doublings, {s.same_size_growths} of the same size"
    entry = f", {s.bytes_total / s.count:,.1f} an entry" if s.count else ""
    return [
        ("count", f"{s.count:,}"),
        ("B", f"{s.B} ({plural(s.buckets, 'bucket')}, load {s.load_factor:.2f})"),
        ("flags", words.flag_names(s.flags)),
        ("noverflow", f"{s.noverflow:,}"),
        ("hash0", f"{s.hash0:#018x}"),
        ("growing", growing),
        ("growths", growths),
        ("bytes", f"{s.bytes_total:,}{entry}"),
    ]


def comparison(s: Stats) -> list[list[str]]:
    """Return the four figures beside Go's at the nearest published loads, a row each."""
    published = published_around(s.load_factor)
    rows = [["", "this map", *(f"Go at {row.load_factor:.2f}" for row in published)]]
    for name, unit, field in FIGURES:
        mine = f"{getattr(s, field):.2f}{unit}"
        rows.append([name, mine, *(f"{getattr(row, field):.2f}{unit}" for row in published)])
    return rows


def write(axes: Axes, m: Any, s: Stats, theme: Theme) -> None:
    """Write both tables into axes."""
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(13.2, 0))
    for row, (name, value) in enumerate(header(s)):
        axes.text(0, row + 0.5, name, va="center", fontsize=SMALL + 0.5, color=theme.pale)
        axes.text(
            *(0.17, row + 0.5, value),
            va="center",
            fontsize=SMALL + 0.5,
            color=theme.ink,
            family=mono(),
        )
    for place, cells in enumerate(comparison(s)):
        y = len(header(s)) + place + 0.9
        if place:
            axes.axhline(y - 0.5, color=theme.grid, lw=0.8)
        for column, cell in enumerate(cells):
            mine = column == 1
            axes.text(
                *(0 if column == 0 else 0.3 + 0.2 * column, y, cell),
                va="center",
                ha="left" if column == 0 else "right",
                fontsize=NORMAL - 0.5,
                color=theme.map if mine else theme.other if column else theme.pale,
                weight="bold" if mine else "normal",
            )
