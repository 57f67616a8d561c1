"""Histograms: chains by overflow buckets, buckets by slots in use, entries by tophash."""

from __future__ import annotations

from math import ceil, sqrt
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from gomap import inspect
from gomap.display.figures import poisson
from gomap.inspect import Stats
from gomap.viz import words
from gomap.viz.picture import Picture
from gomap.viz.theme import SMALL, Theme, headline, note, paper, plain, settings, theme_named

Numbers = NDArray[np.float64]

_SLOTS = 8
#: Chains with more overflow buckets are one bar together.
_MOST_BARS = 8
#: Tophash bytes below are states of a cell, and no entry's.
_MIN_TOPHASH = 5
#: Entries of a byte on average from which a band around them says something.
_ENOUGH = 5


def chain_histogram(m: Any, /, *, theme: str = "light") -> Picture:
    """chain_histogram(m, /, *, theme="light"): chains by number of overflow buckets.

    Beside each bar stands what keys thrown at random give: Poisson's figures at the
    map's load.  While the map grows, the chains are those that a lookup can reach.  One
    pass over the buckets; the map is not touched.  Raises TypeError for what is no Map,
    ValueError for an unknown theme.

    >>> from gomap import Map, int64, viz
    >>> viz.chain_histogram(Map[int64, int64]({k: k for k in range(100)}))
    <Picture: chains of Map[int64, int64]: 100 entries in 16 buckets>
    """
    colours = theme_named(theme)
    s = inspect.stats(m)
    title = f"chains of {words.of_map(m, s.count, s.buckets)}"
    with settings():
        figure = paper(colours, 7.2, 4.2)
        chains(figure.subplots(), s, colours)
        headline(figure, title, colours)
        return Picture(figure, title, colours)


def tophash_histogram(m: Any, /, *, theme: str = "light") -> Picture:
    """tophash_histogram(m, /, *, theme="light"): entries by tophash byte, 256 bars.

    The line is what a good hash gives on average (bytes 5 to 9 come twice as often: they
    also take the hashes whose top byte is one of the states 0 to 4), the band two standard
    deviations either side.  One pass over the buckets; the map is not touched.  Raises
    TypeError for what is no Map, ValueError for an unknown theme.

    >>> from gomap import Map, int64, viz
    >>> viz.tophash_histogram(Map[int64, int64]({k: k for k in range(100)}))
    <Picture: tophash bytes of Map[int64, int64]: 100 entries in 16 buckets>
    """
    colours = theme_named(theme)
    s = inspect.stats(m)
    title = f"tophash bytes of {words.of_map(m, s.count, s.buckets)}"
    with settings():
        figure = paper(colours, 9.6, 3.8)
        tophashes(figure.subplots(), s, colours)
        headline(figure, title, colours)
        return Picture(figure, title, colours)


def ideal_chains(s: Stats, bars: int) -> list[float]:
    """Return how many chains have 0, 1 ... overflow buckets when keys fall at random.

    While the map grows, old and new chains fill at different rates.
    """
    rates = [(sum(s.chain_lengths), s.count / s.buckets)]
    if s.growing:
        left = s.old_total - s.evacuated
        rates = [(left, s.count / s.old_total), (rates[0][0] - left, s.count / s.buckets)]
    ideal = [0.0] * bars
    for number, mean in rates:
        ideal[0] += number * poisson(mean, 0)
        for n in range(1, bars * _SLOTS + 1):
            ideal[ceil(n / _SLOTS) - 1] += number * poisson(mean, n)
    return ideal


def chains(axes: Axes, s: Stats, theme: Theme) -> None:
    """Draw the chains by overflow buckets, beside the ideal."""
    measured = s.chain_lengths[:_MOST_BARS]
    beyond = sum(s.chain_lengths[_MOST_BARS:])
    total = sum(s.chain_lengths)
    plain(axes, theme, grid="x")
    if not total:
        note(axes, "No buckets yet: the first write makes them.", theme)
        return
    measured = measured + [0] * (3 - len(measured))
    ideal = ideal_chains(s, len(measured))
    rows = np.arange(len(measured) + bool(beyond))
    bars = [*measured, beyond] if beyond else measured
    axes.barh(rows, bars, 0.62, color=theme.map, label="this map")
    axes.plot(
        *(ideal, rows[: len(ideal)], "D"),
        color=theme.other,
        ms=6,
        mec=theme.paper,
        mew=0.8,
        label="keys at random (Poisson)",
    )
    label_bars(axes, bars, ideal, total, theme)
    names = [f"{n}" for n in range(len(measured))] + [f"{_MOST_BARS} or more"] * bool(beyond)
    axes.set_yticks(rows, names)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, max(*bars, *ideal) * 1.55)
    axes.set_ylabel("overflow buckets")
    axes.set_xlabel("chains")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.legend(loc="lower right", labelcolor=theme.ink)


def label_bars(axes: Axes, bars: list[int], ideal: list[float], total: int, theme: Theme) -> None:
    """Write at each bar what it is, its share, and what the ideal is."""
    for row, number in enumerate(bars):
        wanted = f" · ideal {_count(ideal[row])}" if row < len(ideal) else ""
        axes.annotate(
            f"{number:,} ({100 * number / total:.3g} %){wanted}",
            (max(number, ideal[row] if row < len(ideal) else 0), row),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=theme.ink,
        )


def _count(x: float) -> str:
    return f"{x:,.0f}" if x >= 100 or x == 0 else f"{x:.3g}" if x >= 0.001 else "< 0.001"


def occupancy(axes: Axes, s: Stats, theme: Theme) -> None:
    """Draw the chains by used slots of their first bucket."""
    plain(axes, theme)
    if not sum(s.occupancy):
        note(axes, "No buckets yet: the first write makes them.", theme)
        return
    axes.bar(range(_SLOTS + 1), s.occupancy, 0.72, color=theme.map)
    most = max(s.occupancy)
    for slots, number in enumerate(s.occupancy):
        axes.text(
            *(slots, number + most * 0.015, f"{number:,}" if number < 10_000 else _short(number)),
            ha="center",
            va="bottom",
            fontsize=SMALL,
            color=theme.ink,
        )
    axes.set_ylim(0, most * 1.12)
    axes.set_xticks(range(_SLOTS + 1))
    axes.set_xlabel("slots in use of a chain's first bucket")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: _short(y)))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))


def _short(x: float) -> str:
    """Return a number of chains in few characters."""
    for unit, name in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if x >= 10 * unit or (x >= unit and x % unit == 0):
            return f"{x / unit:.3g}{name}"
    return f"{x:,.0f}"


def share_of_tophash() -> list[float]:
    """Return the probability of each tophash byte of an entry under a good hash."""
    return [0.0] * _MIN_TOPHASH + [2 / 256] * _MIN_TOPHASH + [1 / 256] * (256 - 2 * _MIN_TOPHASH)


def tophashes(axes: Axes, s: Stats, theme: Theme) -> None:
    """Draw the entries by tophash byte over the expected band."""
    plain(axes, theme)
    if not s.count:
        note(axes, "No entries, no tophash bytes.", theme)
        return
    shares = np.array(share_of_tophash())
    level = s.count * shares
    spread = 2 * np.sqrt(s.count * shares * (1 - shares))
    edges = np.arange(257) - 0.5
    axes.bar(range(256), s.tophash_counts, 0.8, color=theme.map, linewidth=0)
    axes.stairs(
        level, edges, baseline=None, color=theme.other, lw=1.6, label="a good hash, on average"
    )
    if level[-1] >= _ENOUGH:
        band(axes, level, spread, theme)
    axes.axvspan(-0.5, _MIN_TOPHASH - 0.5, color=theme.grid, lw=0)
    axes.set_xlim(-0.5, 255.5)
    axes.set_ylim(0, max(*s.tophash_counts, float((level + spread).max())) * 1.22)
    axes.set_xticks([0, *range(32, 256, 32), 255], ["0", *map(str, range(32, 256, 32)), "255"])
    outside = _outside(s, shares)
    axes.set_xlabel(
        f"tophash byte (0 to 4 are states of a cell) · {outside} of 251 bytes lie outside"
        " the band; 11 or so do by chance"
        if level[-1] >= _ENOUGH
        else "tophash byte (0 to 4 are states of a cell)"
    )
    axes.set_ylabel("entries")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: _short(y)))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.legend(loc="upper right", ncols=2, labelcolor=theme.ink)


def band(axes: Axes, level: Numbers, spread: Numbers, theme: Theme) -> None:
    """Draw a band this far either side of the level."""
    edges = np.arange(257) - 0.5
    low, high = level - spread, level + spread
    low[:_MIN_TOPHASH] = high[:_MIN_TOPHASH] = np.nan
    look: dict[str, Any] = {"color": theme.other, "lw": 0.9, "ls": (0, (3, 2))}
    axes.stairs(low, edges, baseline=None, label="two standard deviations", **look)
    axes.stairs(high, edges, baseline=None, **look)
    axes.stairs(high, edges, baseline=low, fill=True, color=theme.band, zorder=0.6)


def _outside(s: Stats, shares: Numbers) -> int:
    """Return how many bytes have more or fewer entries than two standard deviations allow."""
    return sum(
        abs(number - s.count * share) > 2 * sqrt(s.count * share * (1 - share))
        for number, share in zip(s.tophash_counts, shares, strict=True)
        if share
    )
