"""Finds the distinct ids of a column, in the order of their first occurrence.

Writing the column backwards into a map from ids to row numbers leaves each id's first
row: later writes win. The rows, sorted, pick the distinct ids.

    python examples/deduplicate.py     # ten million ids, half of them again and again
"""

from __future__ import annotations

from typing import Any

import numpy as np
from _steps import parser, step

from gomap import Map, int64

Array = np.ndarray[Any, np.dtype[Any]]


def column(n: int) -> Array:
    """Make n ids in which few are frequent and many are rare, as in logs (Zipf)."""
    rng = np.random.default_rng(2)
    names = rng.integers(1, 1 << 62, n)
    ranks = np.minimum(rng.zipf(1.2, n), n)
    ids: Array = names[ranks - 1]
    return ids


def first_rows(ids: Array) -> Array:
    """Return the row of each distinct id's first occurrence, in order."""
    rows = np.arange(len(ids))
    first = Map[int64, int64]()
    with step("set_many, backwards", len(ids)):
        first.set_many(ids[::-1], rows[::-1])  # views: nothing is copied to turn them
    with step("values_array, sorted", len(first)):
        in_order: Array = np.sort(first.values_array())
    return in_order


def main() -> None:
    """Deduplicate, check against numpy, print."""
    n = parser(__doc__, 10_000_000, "ids").parse_args().n
    ids = column(n)
    print(f"{n:,} ids")
    rows = first_rows(ids)
    with step("numpy: unique(return_index), sorted", n):
        rows_of_numpy = np.sort(np.unique(ids, return_index=True)[1])
    assert np.array_equal(rows, rows_of_numpy)
    print(f"{len(rows):,} distinct ids, the last new one in row {rows[-1]:,}; numpy agrees")


if __name__ == "__main__":
    main()
