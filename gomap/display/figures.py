"""What the displays show, as plain data: names, shares, ideals.  HTML and terminal share it.

>>> from gomap.display import figures
>>> figures.flag_names(9)
['iterator', 'sameSizeGrow']
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gomap._gotable import GoLoad, published_around
from gomap.inspect import LoadRow, Stats

__all__ = [
    "FIGURES",
    "FLAGS",
    "GOS_LOAD",
    "STATES",
    "Bar",
    "chain_bars",
    "figures_of",
    "flag_names",
    "go_rows",
    "ideal_chains",
    "ideal_load",
    "ideal_occupancy",
    "load_lines",
    "memory_parts",
    "occupancy_bars",
    "poisson",
    "size",
]

FLAGS = {1: "iterator", 2: "oldIterator", 4: "hashWriting", 8: "sameSizeGrow"}
STATES = ("emptyRest", "emptyOne", "evacuatedX", "evacuatedY", "evacuatedEmpty")
#: The members of GoLoad, as Go's table heads them.
FIGURES = (
    ("load_factor", "load factor"),
    ("pct_overflow", "%overflow"),
    ("bytes_per_entry", "bytes/entry"),
    ("hit_probe", "hitprobe"),
    ("miss_probe", "missprobe"),
)
#: The load at which a Go map grows.
GOS_LOAD = 6.5
#: Chain lengths from here on share a bar with their neighbours, twice as many in each.
SINGLE_BARS = 9


class Bar(NamedTuple):
    """One bar of a histogram."""

    #: What it counts: a number or a range of numbers.
    label: str
    #: How many.
    n: int
    #: The fraction of all that random hashing would give, where that is known.
    ideal: float | None


def flag_names(flags: int) -> list[str]:
    """flag_names(flags): the names of the bits that are set.  O(1).

    >>> flag_names(3)
    ['iterator', 'oldIterator']
    """
    return [name for bit, name in FLAGS.items() if flags & bit]


def size(n: float) -> str:
    """size(n): bytes in a person's units.  O(1).

    >>> size(480), size(48_100), size(5_000_000)
    ('480 bytes', '47.0 KiB', '4.77 MiB')
    """
    if n < 10_000:
        return "1 byte" if n == 1 else f"{n:,.0f} bytes"
    for unit in ("KiB", "MiB", "GiB"):
        n /= 1024
        if n < 1000 or unit == "GiB":
            break
    return f"{n:.{max(0, 2 - int(math.log10(n)))}f} {unit}"


def figures_of(s: Stats) -> GoLoad:
    """figures_of(s): the load and the four figures, as a row of Go's table.  O(1).

    >>> from gomap import Map, inspect
    >>> figures_of(inspect.stats(Map[int, int]({1: 1}))).load_factor
    1.0
    """
    return GoLoad(s.load_factor, s.pct_overflow, s.bytes_per_entry, s.hit_probe, s.miss_probe)


def go_rows(s: Stats) -> tuple[GoLoad, ...]:
    """go_rows(s): Go's published rows on either side of the map's load.  O(1).

    >>> from gomap import Map, inspect
    >>> [row.load_factor for row in go_rows(inspect.stats(Map[int, int](hint=8)))]
    [4.0]
    """
    return published_around(s.load_factor)


def load_lines(rows: Iterable[LoadRow]) -> list[str]:
    """load_lines(rows): a load factor table as lines of 77 columns: two heads, a rule, the rows.

    O(rows).

    >>> from gomap import inspect
    >>> lines = load_lines(inspect.load_factor_table())
    >>> len(lines), max(map(len, lines)), lines[1][:23]
    (12, 77, ' load  here    Go  diff')
    """
    names = ("% overflow", "bytes/entry", "hit probe", "miss probe")
    heads = " load" + "  here    Go  diff" * len(names)
    lines = [("     " + "".join(name.center(18) for name in names)).rstrip(), heads]
    lines.append("-" * len(heads))
    for row in rows:
        cells = [f"{row.load_factor:5.2f}"]
        for name, _ in FIGURES[1:]:
            here, go = getattr(row, name), getattr(row.published, name)
            cells.append(f"{here:6.2f}{go:6.2f}{round(here, 2) - go:+6.2f}")
        lines.append("".join(cells))
    return lines


def memory_parts(s: Stats) -> list[tuple[str, int]]:
    """memory_parts(s): the named parts of `bytes_total`, which they add up to.  O(1).

    >>> from gomap import Map, inspect
    >>> s = inspect.stats(Map[int, int]({1: 1}))
    >>> sum(part for _, part in memory_parts(s)) == s.bytes_total
    True
    """
    return [
        ("buckets", s.bytes_buckets),
        ("overflow", s.bytes_overflow),
        ("old arrays", s.bytes_old),
        ("spare overflow", s.bytes_spare),
        ("header", s.bytes_header),
    ]


def poisson(mean: float, n: int) -> float:
    """poisson(mean, n): the chance of n keys in a bucket that are drawn at random.  O(1).

    >>> round(poisson(6.5, 6), 4)
    0.1575
    """
    return math.exp(n * math.log(mean) - mean - math.lgamma(n + 1)) if mean else float(n == 0)


def ideal_occupancy(load_factor: float) -> list[float]:
    """ideal_occupancy(load_factor): fractions of buckets with 0 to 8 slots in use, random hash.

    O(1).

    >>> [round(share, 3) for share in ideal_occupancy(1.0)][:3]
    [0.368, 0.368, 0.184]
    """
    below = [poisson(load_factor, n) for n in range(8)]
    return [*below, max(0.0, 1 - sum(below))]


def ideal_chains(load_factor: float, lengths: int) -> list[float]:
    """ideal_chains(load_factor, lengths): fractions of chains with 0, 1 ... overflow buckets.

    8 keys in the first bucket, 8 in each overflow bucket.  O(lengths).

    >>> [round(share, 3) for share in ideal_chains(6.5, 3)]
    [0.792, 0.208, 0.0]
    """
    chances = []
    for length in range(lengths):
        first = 8 * length + 1 if length else 0
        chances.append(sum(poisson(load_factor, n) for n in range(first, 8 * length + 9)))
    return chances


def ideal_load(s: Stats) -> float | None:
    """ideal_load(s): the load to compare histograms with; None while the map grows.  O(1).

    >>> from gomap import Map, inspect
    >>> ideal_load(inspect.stats(Map[int, int]({1: 1})))
    1.0
    """
    return None if s.growing else s.load_factor


def occupancy_bars(counts: Sequence[int], load: float | None) -> list[Bar]:
    """occupancy_bars(counts, load): buckets by slots in use, with ideals for a known load.

    O(1).

    >>> from gomap import Map, inspect
    >>> occupancy_bars(inspect.stats(Map[int, int]({1: 1})).occupancy, None)[1]
    Bar(label='1', n=1, ideal=None)
    """
    return _bars(counts, None if load is None else ideal_occupancy(load))


def chain_bars(counts: Sequence[int], load: float | None) -> list[Bar]:
    """chain_bars(counts, load): chains by overflow buckets, in some 20 bars at most.

    Long chains share a bar: 9-16, 17-32 and so on.  O(longest chain).

    >>> chain_bars([20, 1, 0], None)
    [Bar(label='0', n=20, ideal=None), Bar(label='1', n=1, ideal=None)]
    """
    counts = counts[: _used(counts)]
    singles = counts[:SINGLE_BARS]
    bars = _bars(singles, None if load is None else ideal_chains(load, len(singles)))
    first = SINGLE_BARS
    while first < len(counts):
        last = 2 * (first - 1)
        bars.append(Bar(f"{first}-{last}", sum(counts[first : last + 1]), None))
        first = last + 1
    return bars


def _bars(counts: Sequence[int], ideal: list[float] | None) -> list[Bar]:
    return [Bar(str(n), count, ideal[n] if ideal else None) for n, count in enumerate(counts)]


def _used(counts: Sequence[int]) -> int:
    """Return the length without the zeros at the end; 1 at least."""
    return max((n for n, count in enumerate(counts, 1) if count), default=1)
