"""Go's published load factor table.

The figures stand in the head comment of Go's ``runtime/map.go``, where they justify
the load factor of 6.5. They were measured with 64-bit hashes and 8-byte keys and
elements, at the moment when the map is exactly as full as the row says.
"""

from __future__ import annotations

from typing import NamedTuple


class GoLoad(NamedTuple):
    """One row: what a Go map looks like at `load_factor` entries a bucket.

    >>> GO_LOAD_TABLE[5].load_factor
    6.5
    """

    load_factor: float
    """Entries per bucket of the array."""
    pct_overflow: float
    """Per cent of chains that have an overflow bucket."""
    bytes_per_entry: float
    """Overhead bytes per entry: what is not key or element."""
    hit_probe: float
    """Entries looked at to find a key that is there."""
    miss_probe: float
    """Entries looked at to know that a key is not there."""


GO_LOAD_TABLE: tuple[GoLoad, ...] = (
    GoLoad(4.00, 2.13, 20.77, 3.00, 4.00),
    GoLoad(4.50, 4.05, 17.30, 3.25, 4.50),
    GoLoad(5.00, 6.85, 14.77, 3.50, 5.00),
    GoLoad(5.50, 10.55, 12.94, 3.75, 5.50),
    GoLoad(6.00, 15.27, 11.67, 4.00, 6.00),
    GoLoad(6.50, 20.90, 10.79, 4.25, 6.50),
    GoLoad(7.00, 27.14, 10.15, 4.50, 7.00),
    GoLoad(7.50, 34.03, 9.73, 4.75, 7.50),
    GoLoad(8.00, 41.10, 9.40, 5.00, 8.00),
)


def published_around(load_factor: float) -> tuple[GoLoad, ...]:
    """Return the published rows on either side of `load_factor`.

    One row where the load is a row's own, or lies beyond the table's ends.

    >>> [row.load_factor for row in published_around(5.2)]
    [5.0, 5.5]
    >>> [row.load_factor for row in published_around(1.0)]
    [4.0]
    """
    below = [row for row in GO_LOAD_TABLE if row.load_factor <= load_factor]
    above = [row for row in GO_LOAD_TABLE if row.load_factor >= load_factor]
    return tuple(dict.fromkeys(below[-1:] + above[:1]))
