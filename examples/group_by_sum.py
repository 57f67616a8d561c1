"""Sums amounts by customer, a few of whom buy most of what is sold.

`add_many` adds each amount to its key's element; absent keys start at zero. Batches may
come one after the other, as from a file that does not fit in memory.

    python examples/group_by_sum.py    # ten million sales in batches of a million
"""

from __future__ import annotations

from typing import Any

import numpy as np
from _steps import parser, step

from gomap import Map, int64

Array = np.ndarray[Any, np.dtype[Any]]
BATCH = 1_000_000


def sales(n: int) -> tuple[Array, Array]:
    """Make n sales: a customer's id, Zipf-distributed, and an amount in cents."""
    rng = np.random.default_rng(3)
    ids = rng.integers(1, 1 << 62, n)
    customers = ids[np.minimum(rng.zipf(1.3, n), n) - 1]
    return customers, rng.integers(1, 100_00, n)


def sums(customers: Array, cents: Array) -> Map[int, int]:
    """Return the sum of each customer."""
    totals = Map[int64, int64]()
    with step("add_many, batch by batch", len(customers)):
        for start in range(0, len(customers), BATCH):
            batch = slice(start, start + BATCH)
            totals.add_many(customers[batch], cents[batch])
    return totals


def sums_sorted(customers: Array, cents: Array) -> tuple[Array, Array]:
    """Do the same with numpy alone: sort, then sum the runs of equal ids."""
    with step("numpy: argsort, add.reduceat", len(customers)):
        order = np.argsort(customers, kind="stable")
        ids, starts = np.unique(customers[order], return_index=True)
        return ids, np.add.reduceat(cents[order], starts)


def main() -> None:
    """Sum, check against numpy, print."""
    n = parser(__doc__, 10_000_000, "sales").parse_args().n
    customers, cents = sales(n)
    print(f"{n:,} sales")
    totals = sums(customers, cents)
    ids, right = sums_sorted(customers, cents)
    ours, found = totals.get_many(ids)
    assert len(totals) == len(ids)
    assert found.all()
    assert np.array_equal(ours, right)
    print(f"{len(totals):,} customers; numpy agrees. The best:")
    ids, amounts = totals.to_arrays()
    for row in np.argsort(-amounts, kind="stable")[:5]:
        print(f"  {ids[row]:>20} {amounts[row] / 100:>18,.2f}")


if __name__ == "__main__":
    main()
