"""Insert pauses of a growing Map and of a growing dict, measured now."""

from __future__ import annotations

import gc
import random
import time
from array import array
from collections.abc import MutableMapping
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from gomap import Map, int64
from gomap.display.text import plural
from gomap.viz import words
from gomap.viz.picture import Picture
from gomap.viz.theme import (
    NORMAL,
    SMALL,
    Theme,
    headline,
    mono,
    paper,
    plain,
    settings,
    theme_named,
)

_PERCENTILES = (50.0, 99.0, 99.9, 99.999)
_MOST_BLOCKS = 240
_SEED = 1
_ROUNDS = 3
_OURS, _OTHER = "Map[int64, int64]", "dict"

Times = NDArray[np.int64]


def latency(n: int = 1_000_000, /, *, rounds: int = _ROUNDS, theme: str = "light") -> Picture:
    """latency(n=1_000_000, /, *, rounds=3, theme="light"): what single inserts cost, measured now.

    `n` random numbers go one by one into a growing ``Map[int64, int64]`` and into a
    growing dict, each insert timed; both grow at the same inserts in every round, and an
    insert counts with its shortest time of all rounds, so that what the operating system
    did meanwhile drops out.  Garbage collection is off for that time.  `data` has the
    figures: nanoseconds, reading the clock included (its own share: ``clock``).  Raises
    ValueError for n < 100, rounds < 1 or an unknown theme.  Some 0.5 s a million and
    round, some 120 bytes an insert.

    >>> from gomap import viz
    >>> picture = viz.latency(1000)
    >>> picture
    <Picture: insert pauses of Map[int64, int64] and dict, 1,000 inserts>
    >>> sorted(picture.data["dict"])
    ['blocks', 'max', 'mean', 'p50', 'p99', 'p99.9', 'p99.999']
    """
    colours = theme_named(theme)
    for name, number, least in (("n", n, 100), ("rounds", rounds, 1)):
        if number < least:
            raise ValueError(f"latency: {name} must be at least {least}, not {number}")
    clock, times = measure(n, rounds)
    edges = blocks(n)
    data: dict[str, Any] = {"n": n, "rounds": rounds, "clock": clock, "edges": edges.tolist()}
    for name, taken in times.items():
        data[name] = figures(taken, edges)
    title = f"insert pauses of {_OURS} and {_OTHER}, {plural(n, 'insert')}"
    with settings():
        figure = draw(data, times, edges, title, colours)
        return Picture(figure, title, colours, data)


def measure(n: int, rounds: int) -> tuple[int, dict[str, Times]]:
    """Time every insert in both; return the clock's own time, too."""
    draw = random.Random(_SEED)
    keys = [draw.getrandbits(62) for _ in range(n)]
    best: dict[str, Times] = {}
    collecting = gc.isenabled()
    gc.disable()
    try:
        clock = int(np.median(_timed(None, keys[:10_000])))
        for _ in range(rounds):
            for name, make in ((_OTHER, dict), (_OURS, _our_map)):
                taken = _timed(make(), keys)
                best[name] = np.minimum(best[name], taken) if name in best else taken
    finally:
        if collecting:
            gc.enable()
    return clock, {name: best[name] for name in (_OURS, _OTHER)}


def _our_map() -> Map[Any, Any]:
    # One seed: every round grows, and chains, at the same inserts.
    return Map[int64, int64](seed=_SEED)


def _timed(target: MutableMapping[Any, Any] | None, keys: list[int]) -> Times:
    """Return the nanoseconds of each insert, or of reading the clock alone."""
    clock = time.perf_counter_ns
    marks = array("q", bytes(8 * (len(keys) + 1)))
    marks[0] = clock()
    if target is None:
        for at, _ in enumerate(keys, 1):
            marks[at] = clock()
    else:
        for at, key in enumerate(keys, 1):
            target[key] = at
            marks[at] = clock()
    moments = np.frombuffer(marks, np.int64)
    return moments[1:] - moments[:-1]


def blocks(n: int) -> NDArray[np.int64]:
    """Return where blocks of inserts begin and end, as wide as each other on a log scale."""
    steps = np.geomspace(1, n + 1, min(_MOST_BLOCKS, n) + 1)
    return np.unique(np.round(steps)).astype(np.int64) - 1


def figures(taken: Times, edges: NDArray[np.int64]) -> dict[str, Any]:
    """Return percentiles, mean and longest of these times, and the longest of each block."""
    marks = np.percentile(taken, _PERCENTILES, method="higher").tolist()
    named = {f"p{p:g}": ns for p, ns in zip(_PERCENTILES, marks, strict=True)}
    longest = np.maximum.reduceat(taken, edges[:-1]).tolist()
    return {**named, "max": max(longest), "mean": float(np.mean(taken)), "blocks": longest}


def draw(
    data: dict[str, Any],
    times: dict[str, Times],
    edges: NDArray[np.int64],
    title: str,
    theme: Theme,
) -> Figure:
    """Draw the longest insert of each block over the median, and the table below."""
    figure = paper(theme, 9.6, 6.4)
    headline(figure, title, theme)
    axes, below = figure.subplots(2, 1, height_ratios=(4.2, 1))
    for name, colour in ((_OTHER, theme.other), (_OURS, theme.map)):
        middle = [float(np.median(times[name][start:stop])) for start, stop in pairwise(edges)]
        longest = data[name]["blocks"]
        axes.stairs(longest, edges + 1, baseline=None, color=colour, lw=1.9, label=name)
        axes.stairs(longest, edges + 1, baseline=middle, fill=True, color=colour, alpha=0.16, lw=0)
    scales(axes, [ns for name in times for ns in data[name]["blocks"]], theme)
    axes.legend(loc="upper left", labelcolor=theme.ink)
    table(below, data, theme)
    return figure


def scales(axes: Axes, longest: list[int], theme: Theme) -> None:
    """Make both axes logarithmic, with words at their ticks."""
    plain(axes, theme)
    axes.set(xscale="log", yscale="log")
    low, high = max(10.0, min(longest) / 1.8), max(longest) * 1.6
    axes.set_ylim(low, high)
    decades = [10.0**power for power in range(1, 12) if low <= 10.0**power <= high]
    axes.yaxis.set_major_locator(FixedLocator(decades))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: words.in_seconds(y)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
    axes.set_xlabel("inserts so far")
    axes.set_ylabel("one insert")
    axes.set_title(
        "Line: the longest insert of each block; shade: down to the block's median",
        fontsize=NORMAL,
        color=theme.pale,
        weight="normal",
    )


def table(axes: Axes, data: dict[str, Any], theme: Theme) -> None:
    """Write the percentiles, and how they were measured."""
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(4.3, 0))
    names = [*(f"p{p:g}" for p in _PERCENTILES), "max"]
    for column, name in enumerate(names):
        x = 0.38 + 0.15 * column
        axes.text(x, 0.5, name, ha="right", va="center", fontsize=SMALL + 0.5, color=theme.pale)
        for row, (which, colour) in enumerate(((_OURS, theme.map), (_OTHER, theme.other)), 1):
            axes.text(
                *(x, row + 0.5, words.in_seconds(data[which][name])),
                ha="right",
                va="center",
                color=colour,
                weight="bold",
            )
    for row, which in enumerate((_OURS, _OTHER), 1):
        axes.text(0, row + 0.5, which, va="center", color=theme.ink, family=mono())
        axes.axhline(row, color=theme.grid, lw=0.8)
    rounds = plural(data["rounds"], "round")
    how = f"Measured here: the shortest of {rounds} for each insert, garbage collection off; "
    how += f"{words.in_seconds(data['clock'])} of each time is the clock's."
    axes.text(0, 3.7, how, va="center", fontsize=SMALL, color=theme.pale)
